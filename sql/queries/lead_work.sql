-- Work on leads, by the functions of the database, which judge each lead by the caller's role.

-- name: get_lead
select * from app.lead_details where organization_id = %(organization_id)s and lead_id = %(lead_id)s and deleted_at is null;

-- name: rate_lead
select lead_id, status::text as status, rating_1_to_5, qualification_data
  from app.rate_lead(%(lead_id)s, %(rating)s, %(criteria)s);

-- name: assign_lead
select lead_id, owner_id from app.assign_lead(%(lead_id)s, %(address)s);

-- name: update_leads
select lead_id, outcome from app.bulk_update_leads(%(lead_ids)s, %(changes)s);

-- name: update_statuses
select lead_id, outcome from app.bulk_update_lead_status(%(lead_ids)s, %(status)s, %(user_id)s);

-- name: assign_leads
select lead_id, outcome from app.bulk_assign_leads(%(lead_ids)s, %(address)s);

-- name: delete_leads
select lead_id, outcome from app.bulk_delete_leads(%(lead_ids)s);

-- name: restore_lead
select lead_id from app.restore_lead(%(lead_id)s);

-- name: purge_leads
select app.purge_deleted_leads() as purged;

-- name: record_legal_basis
select app.record_legal_basis(%(lead_id)s, %(basis)s, %(evidence)s) as legal_basis_id;

-- name: list_status_changes
select from_status::text as from_status, to_status::text as to_status, changed_at, changed_by, reason
  from app.lead_status_changes
 where organization_id = %(organization_id)s and lead_id = %(lead_id)s
 order by changed_at, status_change_id;

-- name: list_owner_changes
select from_owner_id, to_owner_id, changed_at, changed_by
  from app.lead_owner_changes
 where organization_id = %(organization_id)s and lead_id = %(lead_id)s
 order by changed_at, owner_change_id;

-- name: list_legal_bases
-- The first row is the one that counts.
select basis, recorded_at, recorded_by, evidence
  from app.lead_legal_basis
 where organization_id = %(organization_id)s and lead_id = %(lead_id)s
 order by recorded_at desc, legal_basis_id;

-- name: list_deleted_leads
-- Those that can still be restored, the last deleted first.
select lead_id, full_name, company_name, status::text as status, deleted_at
  from app.lead_details
 where organization_id = %(organization_id)s and deleted_at > clock_timestamp() - interval '30 days'
   and not exists (select from app.lead_redirects as redirect
                    where redirect.from_lead_id = lead_details.lead_id and redirect.reverted_at is null)
 order by deleted_at desc, lead_id
 limit %(limit)s;

-- name: find_settings
select qualification_threshold, default_legal_basis from app.organization_settings where organization_id = %(organization_id)s;

-- name: save_settings
insert into app.organization_settings (organization_id, qualification_threshold, default_legal_basis)
values (%(organization_id)s, %(qualification_threshold)s, %(default_legal_basis)s)
on conflict (organization_id) do update
   set qualification_threshold = excluded.qualification_threshold, default_legal_basis = excluded.default_legal_basis;

-- name: get_pipeline
select campaign_id, status::text as status, leads, unassigned, pressing, rated, rating_total, scored, score_total,
       oldest_created_at, last_updated_at
  from app.lead_pipeline
 where organization_id = %(organization_id)s
 order by campaign_id nulls first, status;

-- name: require_creation
select identity.require('leads', 'create');

-- name: enter_lead
select lead_id from app.enter_lead(%(kind)s::resolution.entity_kind, %(keys)s, %(subject_id)s, %(facts)s, %(campaign_id)s);

-- name: correct_lead
select app.correct_lead(%(lead_id)s, %(facts)s, %(reason)s) as corrected;
