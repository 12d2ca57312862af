-- An organization's work: leads from saved searches, leads of merged entities, the projection of facts, provenance.

-- name: get_active_searches
-- With the campaigns that a search feeds: those whose config names it as their audience.
select search.lead_search_id, search.organization_id, search.name, search.criteria,
       array(select campaign.campaign_id from app.campaigns as campaign
              where campaign.organization_id = search.organization_id and campaign.deleted_at is null
                and campaign.status in ('draft', 'active')
                and campaign.config #>> '{audience,lead_search_id}' = search.lead_search_id::text) as campaign_ids
  from app.lead_searches as search
 where search.is_active and search.deleted_at is null and billing.has_access(search.organization_id)
 order by search.organization_id, search.lead_search_id;

-- name: adopt_people
-- People that the organization sees and a search asks for, best known first; who was ever a lead is not taken again.
-- Returns the new leads and, when the search feeds a campaign, every match.
with visible as (
  select person.* from mart_leads.dim_people as person
   where person.organization_id = %(organization_id)s
      or (person.organization_id is null
          and not exists (select from resolution.overlays as overlay
                           where overlay.organization_id = %(organization_id)s and overlay.entity_kind = 'person'
                             and overlay.entity_id = person.person_id))),
matches as (
  select visible.person_id as entity_id, visible.email_normalized, visible.source_count, visible.last_verified_at
    from visible
    left join lateral (
      select company.country_code, company.industry_code from mart_companies.dim_companies as company
       where company.company_id = visible.company_id
         and (company.organization_id = %(organization_id)s or company.organization_id is null)
       order by company.organization_id nulls last
       limit 1) as company on true
   where (%(country_codes)s::text[] is null or coalesce(visible.country_code, company.country_code) = any (%(country_codes)s))
     and (%(industry_codes)s::text[] is null or company.industry_code = any (%(industry_codes)s))
     and (%(titles)s::text[] is null
          or exists (select from unnest(%(titles)s::text[]) as wanted
                      where position(lower(wanted) in lower(visible.title_raw)) > 0))
     and (%(source_keys)s::text[] is null
          or exists (select from mart_leads.fct_person_values as stated
                      where stated.person_id = visible.person_id and stated.source_key = any (%(source_keys)s)
                        and stated.organization_id is not distinct from visible.organization_id))
),
fresh as (
  select matches.entity_id
    from matches
   where not exists (select from app.leads as lead
                      where lead.organization_id = %(organization_id)s and lead.entity_id = matches.entity_id)
   order by matches.email_normalized is null, matches.source_count desc, matches.last_verified_at desc, matches.entity_id
   limit %(free_places)s),
adopted as (
  select entity_id from app.adopt_leads(%(organization_id)s, (select array_agg(entity_id) from fresh), %(source)s))
select matches.entity_id, adopted.entity_id is not null as is_new
  from matches
  left join adopted using (entity_id)
 where adopted.entity_id is not null or %(is_feeding)s;

-- name: adopt_companies
with visible as (
  select company.* from mart_companies.dim_companies as company
   where company.organization_id = %(organization_id)s
      or (company.organization_id is null
          and not exists (select from resolution.overlays as overlay
                           where overlay.organization_id = %(organization_id)s and overlay.entity_kind = 'company'
                             and overlay.entity_id = company.company_id))),
matches as (
  select visible.company_id as entity_id, visible.completeness_ratio, visible.last_verified_at
    from visible
   where (%(country_codes)s::text[] is null or visible.country_code = any (%(country_codes)s))
     and (%(industry_codes)s::text[] is null or visible.industry_code = any (%(industry_codes)s))
     and (%(source_keys)s::text[] is null
          or exists (select from mart_companies.fct_company_values as stated
                      where stated.company_id = visible.company_id and stated.source_key = any (%(source_keys)s)
                        and stated.organization_id is not distinct from visible.organization_id))
),
fresh as (
  select matches.entity_id
    from matches
   where not exists (select from app.leads as lead
                      where lead.organization_id = %(organization_id)s and lead.entity_id = matches.entity_id)
   order by matches.completeness_ratio desc, matches.last_verified_at desc, matches.entity_id
   limit %(free_places)s),
adopted as (
  select entity_id from app.adopt_leads(%(organization_id)s, (select array_agg(entity_id) from fresh), %(source)s))
select matches.entity_id, adopted.entity_id is not null as is_new
  from matches
  left join adopted using (entity_id)
 where adopted.entity_id is not null or %(is_feeding)s;

-- name: enrol_members
-- Live leads of the entities become members of the campaigns that the search feeds; who was a member stays as he is.
insert into app.campaign_members (campaign_id, organization_id, lead_id)
select fed.campaign_id, lead.organization_id, lead.lead_id
  from unnest(%(campaign_ids)s::uuid[]) as fed (campaign_id)
 cross join app.leads as lead
 where lead.organization_id = %(organization_id)s and lead.deleted_at is null and lead.entity_id = any (%(entity_ids)s)
on conflict (campaign_id, lead_id) do nothing
returning lead_id;

-- name: count_leads_of_source
-- And how many more the organization's tier lets in; null: any number.
select count(*) as leads, billing.quota_room(%(organization_id)s, 'leads') as room from app.leads
 where organization_id = %(organization_id)s and first_source = %(source)s and deleted_at is null;

-- name: close_merged_leads
-- Of several live leads that stand for one entity now, the entity's own (or the oldest) goes on with the others' tags and notes.
with standing as (
  select lead.organization_id, lead.lead_id, lead.entity_id, lead.tags, lead.notes, lead.created_at,
         app.current_entity(lead.entity_id, lead.organization_id) as current_id
    from app.leads as lead
   where lead.deleted_at is null
     and exists (select from resolution.redirects as redirect
                  where redirect.reverted_batch_no is null
                    and (redirect.organization_id is null or redirect.organization_id = lead.organization_id)
                    and lead.entity_id in (redirect.from_entity_id, redirect.to_entity_id))),
ranked as (
  select standing.*,
         first_value(lead_id) over (partition by organization_id, current_id
                                    order by entity_id = current_id desc, created_at, lead_id) as kept_lead_id
    from standing),
closing as (
  select ranked.organization_id, ranked.lead_id, ranked.kept_lead_id, ranked.notes,
         array(select unnest(ranked.tags) except select unnest(kept.tags)) as added_tags
    from ranked join app.leads as kept on kept.lead_id = ranked.kept_lead_id
   where ranked.lead_id <> ranked.kept_lead_id),
redirected as (
  insert into app.lead_redirects (organization_id, from_lead_id, to_lead_id, added_tags, added_notes)
  select organization_id, lead_id, kept_lead_id, added_tags, notes from closing),
closed as (
  update app.leads as lead set deleted_at = now() from closing where lead.lead_id = closing.lead_id returning lead.lead_id),
given as (
  select kept_lead_id, string_agg(notes, E'\n\n' order by lead_id) as notes,
         array(select distinct tag from closing as each, unnest(each.added_tags) as tag
                where each.kept_lead_id = closing.kept_lead_id order by tag) as tags
    from closing group by kept_lead_id),
kept as (
  update app.leads as lead
     set tags = lead.tags || given.tags, notes = concat_ws(E'\n\n', nullif(lead.notes, ''), given.notes)
    from given where lead.lead_id = given.kept_lead_id)
select count(*) as leads from closed;

-- name: reopen_unmerged_leads
-- Leads whose entity stands for itself again; what they had given is taken back where it still stands: a whole paragraph of
-- the notes, never the same letters within another. Several may part from one lead at once.
with parted as (
  select redirect.*
    from app.lead_redirects as redirect
    join app.leads as former on former.lead_id = redirect.from_lead_id
    join app.leads as kept on kept.lead_id = redirect.to_lead_id
   where redirect.reverted_at is null
     and app.current_entity(former.entity_id, redirect.organization_id)
       <> app.current_entity(kept.entity_id, redirect.organization_id)),
reverted as (
  update app.lead_redirects as redirect set reverted_at = now()
    from parted where redirect.lead_redirect_id = parted.lead_redirect_id),
given as (
  select to_lead_id, array_remove(array_agg(added_notes order by length(added_notes) desc), null) as notes,
         array(select distinct tag from parted as each, unnest(each.added_tags) as tag
                where each.to_lead_id = parted.to_lead_id) as tags
    from parted group by to_lead_id),
returned as (
  update app.leads as lead
     set tags = array(select tag from unnest(lead.tags) with ordinality as kept (tag, place)
                       where tag <> all (given.tags) order by place),
         notes = app.without_paragraphs(lead.notes, given.notes)
    from given where lead.lead_id = given.to_lead_id),
reopened as (
  update app.leads as lead set deleted_at = null
    from parted
   where lead.lead_id = parted.from_lead_id
     and not exists (select from app.leads as other
                      where other.organization_id = lead.organization_id and other.entity_id = lead.entity_id
                        and other.deleted_at is null)
  returning lead.lead_id)
select count(*) as leads from reopened;

-- name: project_facts
-- Facts of live leads from the marts, with the corrections that the marts do not hold yet; only rows that differ are written.
with pending as (
  select organization_id, entity_id, jsonb_object_agg(attribute, value) as facts
    from (select distinct on (correction.organization_id, entity_id, correction.attribute)
                 correction.organization_id, correction.attribute, correction.value,
                 app.current_entity(correction.entity_id, correction.organization_id) as entity_id
            from app.corrections as correction
           where correction.reverted_at is null
             and exists (select from resolution.changes as change
                          where change.entity_id = correction.entity_id and change.organization_id = correction.organization_id
                            and change.change_kind = 'corrected'
                            and change.batch_no > coalesce((select max(last_batch_no) from app.consumer_positions
                                                             where consumer = 'build_marts' and stream = 'entities'), 0))
           order by correction.organization_id, entity_id, correction.attribute, correction.created_at desc) as newest
   group by organization_id, entity_id),
facts as (
  select lead.lead_id, lead.organization_id, lead.status,
         case when person.facts ? 'full_name' then person.facts ->> 'full_name' else mart.full_name end as full_name,
         case when person.facts ? 'title' then person.facts ->> 'title' else mart.title_raw end as title,
         case when owner_facts.facts ? 'email' then owner_facts.facts ->> 'email' else mart.email_normalized end as email_normalized,
         mart.email_normalized as mart_email, mart.email_status as mart_status,
         case when owner_facts.facts ? 'phone_e164' then owner_facts.facts ->> 'phone_e164' else mart.phone_e164 end as phone_e164,
         mart.company_id,
         case when company.facts ? 'name' then company.facts ->> 'name' else mart.company_name end as company_name,
         case when company.facts ? 'domain' then company.facts ->> 'domain' else mart.domain end as domain,
         case when owner_facts.facts ? 'country_code' then owner_facts.facts ->> 'country_code' else mart.country_code end
           as country_code,
         mart.lead_score
    from app.leads as lead
    join mart_leads.dim_leads as mart on mart.lead_id = lead.lead_id
    left join pending as person on person.organization_id = lead.organization_id and person.entity_id = mart.person_id
    left join pending as company on company.organization_id = lead.organization_id and company.entity_id = mart.company_id
    left join lateral (
      select case when mart.person_id is null then company.facts else person.facts end as facts) as owner_facts on true
   where lead.deleted_at is null
     and (%(organization_id)s::uuid is null or lead.organization_id = %(organization_id)s)
     and (%(entity_id)s::uuid is null or %(entity_id)s in (mart.person_id, mart.company_id)))
insert into app.lead_facts as stored (lead_id, organization_id, full_name, title, email_normalized, email_status, phone_e164,
  company_id, company_name, domain, country_code, lead_score, status)
select facts.lead_id, facts.organization_id, facts.full_name, facts.title, facts.email_normalized,
       case when facts.email_normalized is not distinct from facts.mart_email then facts.mart_status
            else (select email_check.status from raw.email_checks as email_check
                   where email_check.email_normalized = facts.email_normalized
                   order by email_check.checked_at desc limit 1) end,
       facts.phone_e164, facts.company_id, facts.company_name, facts.domain, facts.country_code, facts.lead_score, facts.status
  from facts
on conflict (lead_id) do update
   set full_name = excluded.full_name, title = excluded.title, email_normalized = excluded.email_normalized,
       email_status = excluded.email_status, phone_e164 = excluded.phone_e164, company_id = excluded.company_id,
       company_name = excluded.company_name, domain = excluded.domain, country_code = excluded.country_code,
       lead_score = excluded.lead_score, projected_at = now()
 where (stored.full_name, stored.title, stored.email_normalized, stored.email_status, stored.phone_e164, stored.company_id,
        stored.company_name, stored.domain, stored.country_code, stored.lead_score)
    is distinct from
       (excluded.full_name, excluded.title, excluded.email_normalized, excluded.email_status, excluded.phone_e164,
        excluded.company_id, excluded.company_name, excluded.domain, excluded.country_code, excluded.lead_score)
returning lead_id;

-- name: retract_facts
-- Closed leads show nothing.
delete from app.lead_facts as stored
 using app.leads as lead
 where lead.lead_id = stored.lead_id and lead.deleted_at is not null
returning stored.lead_id;

-- name: correct_value
select app.correct_value(%(organization_id)s, %(entity_id)s, %(attribute)s, %(value)s, %(reason)s) as correction_id;

-- name: revert_correction
select app.revert_correction(%(organization_id)s, %(correction_id)s) as was_standing,
       (select app.current_entity(entity_id, organization_id) from app.corrections
         where correction_id = %(correction_id)s and organization_id = %(organization_id)s) as entity_id;

-- name: get_entity_of_correction
select entity_kind::text as entity_kind, app.current_entity(entity_id, %(organization_id)s) as current_id
  from resolution.entities
 where entity_id = %(entity_id)s and (organization_id is null or organization_id = %(organization_id)s);

-- name: get_lead
select lead.lead_id, lead.entity_kind::text as entity_kind, mart.person_id, mart.company_id,
       app.current_entity(lead.entity_id, lead.organization_id) as entity_id
  from app.leads as lead
  left join mart_leads.dim_leads as mart on mart.lead_id = lead.lead_id
 where lead.organization_id = %(organization_id)s and lead.lead_id = %(lead_id)s;

-- name: explain_lead
select * from app.explain_lead(%(lead_id)s, %(attribute)s);

-- name: explain_entity
select * from app.explain_entity(%(organization_id)s, %(kind)s, %(entity_id)s, %(attribute)s);

-- name: find_lead_organization
select organization_id from app.leads where lead_id = %(lead_id)s;

