-- Leads that a person enters or puts right, found by words in the work list
-- depends: 0044_block_subjects

-- migrate: apply

-- A lead on whom a person has typed in. `keys` are the exact keys of what was typed, first key first ([{"kind", "value"}]):
-- who is known by one of them, openly or to the organization, is taken; else a private entity is made that the record of
-- `of_subject`, which lands beside, will belong to. `facts` are shown until the marts hold the record.
create function app.enter_lead(of_kind resolution.entity_kind, keys jsonb, of_subject uuid, facts jsonb, of_campaign uuid default null)
returns app.leads
language plpgsql volatile security definer set search_path = '' as $$
declare
  mine uuid := identity.current_organization_id();
  known uuid;
  held uuid;
  entered app.leads;
begin
  perform identity.require('leads', 'create');
  select app.current_entity(assigned.entity_id, mine) into known
    from rows from (jsonb_to_recordset(keys) as (kind text, value text)) with ordinality as stated (kind, value, place)
   cross join lateral ( -- a key that several hold says nothing of who it is
     select (array_agg(distinct assignment.entity_id))[1] as entity_id
       from resolution.subject_keys as key
       join resolution.assignments as assignment using (subject_id)
       join resolution.entities as entity on entity.entity_id = assignment.entity_id
      where key.entity_kind = of_kind and key.key_kind = stated.kind and key.key_value = stated.value and key.is_joining
        and (key.organization_id is null or key.organization_id = mine)
        and (entity.organization_id is null or entity.organization_id = mine)
     having count(distinct app.current_entity(assignment.entity_id, mine)) = 1) as assigned
   order by stated.place limit 1;
  if known is null then
    select app.current_entity(origin.entity_id, mine) into known
      from rows from (jsonb_to_recordset(keys) as (kind text, value text)) with ordinality as stated (kind, value, place)
      join resolution.origins as origin on origin.entity_kind = of_kind and origin.organization_id = mine
       and origin.key_kind = stated.kind and origin.key_value = stated.value
     order by stated.place limit 1;
  end if;
  if known is null then
    insert into resolution.entities (entity_kind, organization_id, created_batch_no)
    values (of_kind, mine, (select coalesce(max(batch_no), 0) from resolution.batches))
    returning entity_id into known;
    insert into resolution.origins (entity_kind, organization_id, key_kind, key_value, entity_id)
    values (of_kind, mine, coalesce(keys -> 0 ->> 'kind', 'subject'), coalesce(keys -> 0 ->> 'value', of_subject::text), known);
  end if;
  select * into entered from app.adopt_leads(mine, array[known], 'entered', of_campaign);
  if entered.lead_id is null then
    select lead.lead_id into held from app.leads as lead
     where lead.organization_id = mine and lead.deleted_at is null and app.current_entity(lead.entity_id, mine) = known;
    raise exception 'a lead on this % lives already%', of_kind,
        case when app.can_access_lead(held) then format(': %s', held) else '' end
      using errcode = 'unique_violation', hint = 'Work on the living lead.';
  end if;
  perform app.show_facts(entered.lead_id, facts);
  return entered;
end $$;

-- What a person says of a lead's person or company stands in the work list at once.
create function app.show_facts(of_lead uuid, facts jsonb) returns void
language sql volatile security definer set search_path = '' as $$
  update app.lead_facts as shown
     set full_name = case when facts ? 'full_name' then facts ->> 'full_name' else shown.full_name end,
         title = case when facts ? 'title' then facts ->> 'title' else shown.title end,
         email_normalized = case when facts ? 'email' then facts ->> 'email' else shown.email_normalized end,
         email_status = case when not facts ? 'email' then shown.email_status
           else (select email_check.status from raw.email_checks as email_check
                  where email_check.email_normalized = facts ->> 'email' order by email_check.checked_at desc limit 1) end,
         phone_e164 = case when facts ? 'phone_e164' then facts ->> 'phone_e164' else shown.phone_e164 end,
         company_name = case when facts ? 'company_name' then facts ->> 'company_name' else shown.company_name end,
         domain = case when facts ? 'domain' then facts ->> 'domain' else shown.domain end,
         country_code = case when facts ? 'country_code' then facts ->> 'country_code' else shown.country_code end
   where shown.lead_id = of_lead
$$;

-- Corrections of a lead's person, or of its company where the fact is one of the company's; null: "has none". The ledger
-- hears of each, and the work list shows it at once.
create function app.correct_lead(of_lead uuid, facts jsonb, why text default null) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  held app.leads := app.require_lead(of_lead, 'update');
  subject uuid := app.current_entity(held.entity_id, held.organization_id);
  employer uuid;
  fact record;
  corrected integer := 0;
begin
  select shown.company_id into employer from app.lead_facts as shown where shown.lead_id = of_lead;
  for fact in select key, value from jsonb_each_text(facts) loop
    if held.entity_kind = 'company' and fact.key in ('full_name', 'title') then
      raise exception 'lead % is on a company, which has no %', of_lead, fact.key using errcode = 'invalid_parameter_value';
    elsif fact.key in ('company_name', 'domain') and held.entity_kind = 'person' then
      if employer is null then
        raise exception 'no company of lead % is known yet', of_lead using errcode = 'object_not_in_prerequisite_state',
          hint = 'It can be put right once the marts hold it.';
      end if;
      perform app.correct_value(held.organization_id, employer, case fact.key when 'company_name' then 'name' else fact.key end, fact.value, why);
    elsif fact.key in ('full_name', 'title', 'email', 'phone_e164', 'company_name', 'domain', 'country_code') then
      perform app.correct_value(held.organization_id, subject, case fact.key when 'company_name' then 'name' else fact.key end, fact.value, why);
    else
      raise exception 'leads have no fact %', fact.key using errcode = 'invalid_parameter_value';
    end if;
    corrected := corrected + 1;
  end loop;
  perform app.show_facts(of_lead, facts);
  return corrected;
end $$;

-- The caller's organization's leads that hold every word of a query. The work list's policies decide which of them show: a
-- search under the policies could not use the index of words.
create function app.find_leads(query text) returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  mine uuid := identity.current_organization_id();
  patterns text[] := app.search_patterns(query);
begin
  perform identity.require('leads', 'read');
  if cardinality(patterns) > 0 then
    return query select facts.lead_id from app.lead_facts as facts
                  where facts.organization_id = mine and facts.document like patterns[1] and facts.document like all (patterns);
  end if;
end $$;

do $$
declare
  signature text;
begin
  foreach signature in array array['app.enter_lead(resolution.entity_kind, jsonb, uuid, jsonb, uuid)', 'app.show_facts(uuid, jsonb)',
      'app.correct_lead(uuid, jsonb, text)', 'app.find_leads(text)'] loop
    execute format('alter function %s owner to leadhouse_owner', signature);
    execute format('revoke execute on function %s from public', signature);
  end loop;
end $$;
grant execute on function app.enter_lead, app.correct_lead, app.find_leads to authenticated;

-- migrate: rollback

drop function app.find_leads;
drop function app.correct_lead;
drop function app.enter_lead;
drop function app.show_facts;
