-- Exports: what is written, and that it was.

-- name: insert_export
insert into app.exports (organization_id, name, columns, list_id, segment_id, criteria, leaves_out_exported)
values (%(organization_id)s, %(name)s, %(columns)s, %(list_id)s, %(segment_id)s, %(criteria)s, %(leaves_out_exported)s)
returning export_id;

-- name: lock_organization
-- Exports that leave out what was exported run one after the other, or two would give out the same leads.
select pg_advisory_xact_lock(hashtextextended(%(organization_id)s::text, 3));

-- name: record_rows
-- The rows are chosen and recorded in one statement; what is written is read from them.
insert into app.export_rows (organization_id, export_id, lead_id, row_no)
select lead.organization_id, %(export_id)s, lead.lead_id, row_number() over (order by lead.created_at, lead.lead_id)
  from app.leads as lead
  join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = %(organization_id)s
 where lead.organization_id = %(organization_id)s and lead.deleted_at is null
   and {conditions}
   and (not %(leaves_out_exported)s
        or not exists (select from app.export_rows as former
                        where former.organization_id = %(organization_id)s and former.lead_id = lead.lead_id))
 order by lead.created_at, lead.lead_id;

-- name: read_rows
select lead.lead_id, lead.entity_kind::text as entity_kind, lead.status::text as status, lead.priority,
       lead.rating_1_to_5 as rating, lead.tags, lead.notes, lead.first_source as source, lead.created_at, lead.updated_at,
       owner.email_normalized as owner, campaign.name as campaign, facts.full_name, facts.title,
       facts.email_normalized as email, facts.email_status, facts.phone_e164 as phone, facts.company_name as company,
       facts.domain, facts.country_code, facts.lead_score, lead.custom_fields
  from app.export_rows as row
  join app.leads as lead on lead.lead_id = row.lead_id and lead.organization_id = row.organization_id
  join app.lead_facts as facts on facts.lead_id = row.lead_id and facts.organization_id = row.organization_id
  left join identity.users as owner on owner.user_id = lead.owner_id
  left join app.campaigns as campaign on campaign.campaign_id = lead.campaign_id and campaign.organization_id = row.organization_id
 where row.organization_id = %(organization_id)s and row.export_id = %(export_id)s
 order by row.row_no;

-- name: complete_export
update app.exports
   set state = 'completed', row_count = %(row_count)s, size_bytes = %(size_bytes)s, sha256 = %(sha256)s,
       object_id = %(object_id)s, finished_at = clock_timestamp()
 where organization_id = %(organization_id)s and export_id = %(export_id)s and state = 'running'
returning export_id;

-- name: list_exports
select export_id, name, columns, list_id, segment_id, leaves_out_exported, state, row_count, size_bytes, sha256, object_id,
       created_by, created_at, finished_at
  from app.exports
 where organization_id = %(organization_id)s
 order by created_at desc, export_id
 limit %(limit)s;
