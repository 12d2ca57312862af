-- What people do with leads: rate, assign, change many at once, delete, restore; and what is purged
-- depends: 0032_create_analytics

-- migrate: apply

create function app.qualification_threshold(of_organization uuid) returns smallint
language sql stable security definer set search_path = '' as $$
  select coalesce((select settings.qualification_threshold from app.organization_settings as settings
                    where settings.organization_id = of_organization), 3::smallint)
$$;

-- A person's judgement, 1 to 5, with the criteria it rests on. From the organization's threshold on it qualifies the
-- lead, below it rejects it; a lead that was contacted or converted keeps its status when the rating qualifies.
create function app.rate_lead(of_lead uuid, rating integer, criteria jsonb default '{}') returns app.leads
language plpgsql volatile security definer set search_path = '' as $$
declare
  held app.leads;
  threshold smallint;
  rated app.leads;
begin
  if rating is null or rating not between 1 and 5 then
    raise exception 'a rating is a whole number from 1 to 5, not %', rating using errcode = 'invalid_parameter_value';
  elsif jsonb_typeof(criteria) is distinct from 'object' then
    raise exception 'the criteria of a rating are an object: criterion -> what was found' using errcode = 'invalid_parameter_value';
  end if;
  held := app.require_lead(of_lead, 'update');
  threshold := app.qualification_threshold(held.organization_id);
  perform set_config('leadhouse.change_reason', format('rated %s, the threshold is %s', rating, threshold), true);
  update app.leads as lead
     set rating_1_to_5 = rating,
         status = case when rating < threshold then 'rejected'
                       when held.status in ('contacted', 'converted') then held.status else 'qualified' end::app.lead_status,
         qualification_data = jsonb_build_object('criteria', criteria, 'rating', rating, 'threshold', threshold,
           'is_qualified', rating >= threshold, 'rated_at', clock_timestamp(), 'rated_by', identity.current_user_id(),
           'former_rating', held.rating_1_to_5)
   where lead.lead_id = of_lead
  returning * into rated;
  perform set_config('leadhouse.change_reason', '', true);
  return rated;
end $$;

-- The member of an organization whom an address names, if leads can be given to that person.
create function app.find_assignee(of_organization uuid, address text) returns uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  assignee uuid;
begin
  select person.user_id into assignee from identity.users as person
   where person.email_normalized = lower(btrim(address)) and person.deleted_at is null;
  if assignee is null or not app.is_assignable(of_organization, assignee) then
    raise exception 'no member with the address % can be given leads', address using errcode = 'no_data_found',
      hint = 'Invite the person, or choose a member whose role reads leads.';
  end if;
  return assignee;
end $$;

create function app.assign_lead(of_lead uuid, address text) returns app.leads
language plpgsql volatile security definer set search_path = '' as $$
declare
  held app.leads;
  assigned app.leads;
begin
  held := app.require_lead(of_lead, 'update');
  update app.leads as lead set owner_id = app.find_assignee(held.organization_id, address)
   where lead.lead_id = of_lead
  returning * into assigned;
  return assigned;
end $$;

-- The bulk calls take up to 100 ids and answer with a row for each: updated, forbidden, not_found. What is wrong with
-- the change itself (a key, a value, an unknown member) refuses the whole call.
create function app.bulk_update_leads(lead_ids uuid[], changes jsonb) returns table (lead_id uuid, outcome text)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  unknown text;
  judged_ids uuid[];
  verdicts text[];
begin
  if jsonb_typeof(changes) is distinct from 'object' or changes = '{}' then
    raise exception 'the changes are an object with at least one field' using errcode = 'invalid_parameter_value';
  end if;
  select string_agg(key, ', ' order by key) into unknown from jsonb_object_keys(changes) as key
   where key not in ('status', 'priority', 'tags', 'add_tags', 'remove_tags', 'notes', 'custom_fields', 'campaign_id', 'reason');
  if unknown is not null then
    raise exception 'leads have no field % that can be changed so', unknown using errcode = 'invalid_parameter_value',
      hint = 'Fields: status, priority, tags, add_tags, remove_tags, notes, custom_fields, campaign_id; and reason.';
  end if;
  select array_agg(judged.lead_id), array_agg(judged.verdict) into judged_ids, verdicts from app.lock_leads(lead_ids, 'update') as judged;
  perform set_config('leadhouse.change_reason', coalesce(changes ->> 'reason', ''), true);
  update app.leads as lead
     set status = coalesce((changes ->> 'status')::app.lead_status, lead.status),
         priority = coalesce(changes ->> 'priority', lead.priority),
         tags = array(
           select distinct tag from unnest(
             case when changes ? 'tags' then array(select jsonb_array_elements_text(changes -> 'tags')) else lead.tags end
             || case when changes ? 'add_tags' then array(select jsonb_array_elements_text(changes -> 'add_tags')) else '{}' end) as tag
            where not coalesce(changes -> 'remove_tags', '[]') ? tag order by tag),
         notes = case when changes ? 'notes' then changes ->> 'notes' else lead.notes end,
         custom_fields = jsonb_strip_nulls(lead.custom_fields || coalesce(changes -> 'custom_fields', '{}')),
         campaign_id = case when changes ? 'campaign_id' then (changes ->> 'campaign_id')::uuid else lead.campaign_id end
    from unnest(judged_ids, verdicts) as judged (lead_id, verdict)
   where lead.lead_id = judged.lead_id and judged.verdict = 'allowed';
  perform set_config('leadhouse.change_reason', '', true);
  return query
    select judged.lead_id, case judged.verdict when 'allowed' then 'updated' else judged.verdict end
      from unnest(judged_ids, verdicts) as judged (lead_id, verdict);
end $$;

-- `by_user` is the caller; a component of the platform may name the member in whose name it works.
create function app.bulk_update_lead_status(lead_ids uuid[], new_status text, by_user uuid default null)
returns table (lead_id uuid, outcome text)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  judged_ids uuid[];
  verdicts text[];
begin
  if identity.current_user_id() is not null and by_user is distinct from identity.current_user_id() and by_user is not null then
    raise exception 'you act as yourself, not as user %', by_user using errcode = 'insufficient_privilege';
  end if;
  select array_agg(judged.lead_id), array_agg(judged.verdict) into judged_ids, verdicts from app.lock_leads(lead_ids, 'update') as judged;
  update app.leads as lead set status = new_status::app.lead_status, updated_by = coalesce(by_user, lead.updated_by)
    from unnest(judged_ids, verdicts) as judged (lead_id, verdict)
   where lead.lead_id = judged.lead_id and judged.verdict = 'allowed';
  return query
    select judged.lead_id, case judged.verdict when 'allowed' then 'updated' else judged.verdict end
      from unnest(judged_ids, verdicts) as judged (lead_id, verdict);
end $$;

-- An address of null takes the leads from whom they belong to.
create function app.bulk_assign_leads(lead_ids uuid[], address text) returns table (lead_id uuid, outcome text)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  judged_ids uuid[];
  verdicts text[];
begin
  select array_agg(judged.lead_id), array_agg(judged.verdict) into judged_ids, verdicts from app.lock_leads(lead_ids, 'update') as judged;
  if 'allowed' = any (verdicts) then
    update app.leads as lead set owner_id = assignee.user_id
      from (select organization_id, case when address is not null then app.find_assignee(organization_id, address) end as user_id
              from (select distinct lead.organization_id from app.leads as lead
                      join unnest(judged_ids, verdicts) as judged (lead_id, verdict)
                        on judged.lead_id = lead.lead_id and judged.verdict = 'allowed') as touched) as assignee,
           unnest(judged_ids, verdicts) as judged (lead_id, verdict)
     where lead.lead_id = judged.lead_id and judged.verdict = 'allowed' and assignee.organization_id = lead.organization_id;
  end if;
  return query
    select judged.lead_id, case judged.verdict when 'allowed' then 'updated' else judged.verdict end
      from unnest(judged_ids, verdicts) as judged (lead_id, verdict);
end $$;

create function app.bulk_delete_leads(lead_ids uuid[]) returns table (lead_id uuid, outcome text)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
declare
  judged_ids uuid[];
  verdicts text[];
begin
  select array_agg(judged.lead_id), array_agg(judged.verdict) into judged_ids, verdicts from app.lock_leads(lead_ids, 'delete') as judged;
  update app.leads as lead set deleted_at = clock_timestamp()
    from unnest(judged_ids, verdicts) as judged (lead_id, verdict)
   where lead.lead_id = judged.lead_id and judged.verdict = 'allowed';
  return query
    select judged.lead_id, case judged.verdict when 'allowed' then 'deleted' else judged.verdict end
      from unnest(judged_ids, verdicts) as judged (lead_id, verdict);
end $$;

-- Brings a deleted lead back within 30 days. One organization has one live lead on an entity: where another was made
-- meanwhile, that one stays and this is an error; so for a lead that a merge closed.
create function app.restore_lead(of_lead uuid) returns app.leads
language plpgsql volatile security definer set search_path = '' as $$
declare
  held app.leads;
  kept uuid;
  restored app.leads;
begin
  held := app.require_lead(of_lead, 'delete', true);
  if held.purged_at is not null or held.deleted_at < clock_timestamp() - interval '30 days' then
    raise exception 'lead % was deleted on %: after 30 days it cannot be restored', of_lead, held.deleted_at::date
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  select redirect.to_lead_id into kept from app.lead_redirects as redirect
   where redirect.from_lead_id = of_lead and redirect.reverted_at is null;
  if kept is not null then
    raise exception 'lead % was merged into lead %: part the entities, and it opens again', of_lead, kept
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  update app.leads as lead set deleted_at = null where lead.lead_id = of_lead returning * into restored;
  return restored;
exception when unique_violation then
  select lead.lead_id into kept from app.leads as lead
   where lead.organization_id = held.organization_id and lead.entity_id = held.entity_id and lead.deleted_at is null;
  raise exception 'lead % cannot be restored: lead % on the same person or company lives', of_lead, kept
    using errcode = 'unique_violation', hint = 'Work on the living lead, or delete it first.';
end $$;

-- What people wrote on leads that were deleted longer ago than one may restore. The row stays for messages, costs and
-- history, and because a search must not adopt again what a person deleted. Leads of merges are not touched.
create function app.purge_deleted_leads(older_than interval default '30 days') returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  purged uuid[];
begin
  if older_than < interval '30 days' then
    raise exception 'deleted leads can be restored for 30 days, none younger is purged' using errcode = 'invalid_parameter_value';
  end if;
  with due as (
    select lead.lead_id from app.leads as lead
     where lead.deleted_at < clock_timestamp() - older_than and lead.purged_at is null
       and not exists (select from app.lead_redirects as redirect
                        where redirect.reverted_at is null and lead.lead_id in (redirect.from_lead_id, redirect.to_lead_id))
     order by lead.lead_id for update skip locked),
  emptied as (
    update app.leads as lead
       set purged_at = clock_timestamp(), notes = null, tags = '{}', custom_fields = '{}', qualification_data = '{}'
      from due where lead.lead_id = due.lead_id
    returning lead.lead_id)
  select array_agg(lead_id) into purged from emptied;
  delete from app.lead_facts as facts where facts.lead_id = any (purged);
  return coalesce(cardinality(purged), 0);
end $$;

create function app.record_legal_basis(of_lead uuid, new_basis text, new_evidence jsonb) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
declare
  held app.leads;
  made uuid;
begin
  held := app.require_lead(of_lead, 'update');
  insert into app.lead_legal_basis (organization_id, lead_id, basis, recorded_by, evidence)
  values (held.organization_id, of_lead, new_basis, identity.current_user_id(), coalesce(new_evidence, '{}'))
  returning legal_basis_id into made;
  return made;
end $$;

do $$
declare
  signature text;
begin
  foreach signature in array array['app.qualification_threshold(uuid)', 'app.rate_lead(uuid, integer, jsonb)',
      'app.find_assignee(uuid, text)', 'app.assign_lead(uuid, text)', 'app.bulk_update_leads(uuid[], jsonb)',
      'app.bulk_update_lead_status(uuid[], text, uuid)', 'app.bulk_assign_leads(uuid[], text)', 'app.bulk_delete_leads(uuid[])',
      'app.restore_lead(uuid)', 'app.purge_deleted_leads(interval)', 'app.record_legal_basis(uuid, text, jsonb)'] loop
    execute format('alter function %s owner to leadhouse_owner', signature);
    execute format('revoke execute on function %s from public', signature);
  end loop;
end $$;
grant execute on function app.rate_lead, app.assign_lead, app.bulk_update_leads, app.bulk_update_lead_status, app.bulk_assign_leads,
  app.bulk_delete_leads, app.restore_lead, app.record_legal_basis to authenticated, leadhouse_leads;
grant execute on function app.purge_deleted_leads to leadhouse_leads, leadhouse_maintenance;

-- migrate: rollback

drop function app.record_legal_basis;
drop function app.purge_deleted_leads;
drop function app.restore_lead;
drop function app.bulk_delete_leads;
drop function app.bulk_assign_leads;
drop function app.bulk_update_lead_status;
drop function app.bulk_update_leads;
drop function app.assign_lead;
drop function app.find_assignee;
drop function app.rate_lead;
drop function app.qualification_threshold;
