-- Search over the leads' facts, the work list by status and score, and the views of leads
-- depends: 0035_create_lists
-- changes: app.lead_facts

-- migrate: apply

-- Lower case without accents. unaccent's dictionary is a file of the server: it is named, so that the result is fixed.
create function app.fold_text(words text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select public.unaccent('public.unaccent'::regdictionary, lower(words))
$$;

-- One text to search in; words begin after a blank, so that '% ab%' finds the short ones.
create function app.search_document(full_name text, title text, email text, company_name text, domain text) returns text
language sql immutable parallel safe set search_path = '' as $$
  select ' ' || app.fold_text(concat_ws(' ', full_name, company_name, email, domain, title))
$$;

alter function app.fold_text owner to leadhouse_owner;
alter function app.search_document owner to leadhouse_owner;
grant execute on function app.fold_text, app.search_document to public;
alter table app.lead_facts
  add column document text generated always as (app.search_document(full_name, title, email_normalized, company_name, domain)) stored,
  add column status app.lead_status; -- the lead's own, carried here for the work list by status and score
update app.lead_facts as facts set status = lead.status from app.leads as lead where lead.lead_id = facts.lead_id;
create index lead_facts_by_document on app.lead_facts using gin (organization_id, document public.gin_trgm_ops);
create index lead_facts_by_status_score on app.lead_facts (organization_id, status, lead_score desc nulls last, lead_id);
create index lead_facts_by_score on app.lead_facts (organization_id, lead_score desc nulls last, lead_id);
create index lead_facts_by_name on app.lead_facts (organization_id, full_name, lead_id);
create index lead_facts_by_company on app.lead_facts (organization_id, company_id);

-- Every live lead has its row of facts, empty until the marts know it: the work list reads one table.
insert into app.lead_facts (lead_id, organization_id, status)
  select lead_id, organization_id, status from app.leads where deleted_at is null
  on conflict (lead_id) do nothing;

create function app.begin_facts() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into app.lead_facts (lead_id, organization_id, status)
    select lead_id, organization_id, status from made where deleted_at is null
    on conflict (lead_id) do nothing;
  return null;
end $$;
create trigger leads_begin_their_facts after insert on app.leads
  referencing new table as made for each statement execute function app.begin_facts();

create function app.carry_facts() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update app.lead_facts as facts set status = after.status
    from after join before using (lead_id)
   where after.status <> before.status and facts.lead_id = after.lead_id;
  insert into app.lead_facts (lead_id, organization_id, status)
    select after.lead_id, after.organization_id, after.status from after join before using (lead_id)
     where after.deleted_at is null and before.deleted_at is not null
    on conflict (lead_id) do nothing;
  return null;
end $$;
create trigger leads_carry_their_facts after update on app.leads
  referencing old table as before new table as after for each statement execute function app.carry_facts();

-- The patterns of a query, the most selective first: each of its words, anywhere; of one or two letters: where a word begins.
create function app.search_patterns(query text) returns text[]
language sql immutable set search_path = '' as $$
  select coalesce(array_agg(case when length(word) < 3 then '% ' else '%' end
                            || replace(replace(replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%'
                            order by length(word) desc, word), '{}')
    from (select distinct word from regexp_split_to_table(app.fold_text(left(query, 200)), '\s+') as word where word <> '') as words
$$;

-- Live leads of the caller's organization that the caller may read and whose facts hold every word of the query, best score
-- first. Policies would keep the trigram index from being used (its operators are not leakproof), so tenant and scope stand
-- here. A page goes on behind the last row of the one before: its score (-1 for none) and id.
create function app.search_leads(query text, filters jsonb default '{}', page_size integer default 50, after_score integer default null,
  after_id uuid default null)
returns table (lead_id uuid, full_name text, title text, email_normalized text, company_name text, domain text, country_code text,
  lead_score smallint, status app.lead_status, priority text, owner_id uuid, campaign_id uuid, tags text[], created_at timestamptz)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  mine uuid := identity.current_organization_id();
  reads_all boolean := identity.reaches_all('leads', 'read');
  readable uuid[] := identity.reach('leads', 'read');
  campaigns uuid[] := identity.my_campaign_ids();
  enrolled uuid[] := array(select member.lead_id from app.campaign_members as member
                            where member.organization_id = mine and member.campaign_id = any (campaigns)); -- hashed, not looked up a row
  patterns text[] := app.search_patterns(query);
  unknown text;
  statuses text[];
  priorities text[];
  wanted_tags text[];
begin
  perform identity.require('leads', 'read');
  select string_agg(key, ', ' order by key) into unknown from jsonb_object_keys(filters) as key
   where key not in ('status', 'priority', 'owner_id', 'campaign_id', 'tags');
  if unknown is not null then
    raise exception 'leads are not searched by %', unknown using errcode = 'invalid_parameter_value',
      hint = 'Filters: status, priority, tags (lists), owner_id, campaign_id.';
  elsif page_size is null or page_size not between 1 and 200 then
    raise exception 'a page has 1 to 200 rows, not %', page_size using errcode = 'invalid_parameter_value';
  elsif mine is null or cardinality(patterns) = 0 then
    return;
  end if;
  statuses := case when filters ? 'status' then array(select jsonb_array_elements_text(filters -> 'status')) end;
  priorities := case when filters ? 'priority' then array(select jsonb_array_elements_text(filters -> 'priority')) end;
  wanted_tags := case when filters ? 'tags' then array(select jsonb_array_elements_text(filters -> 'tags')) end;
  return query
    select facts.lead_id, facts.full_name, facts.title, facts.email_normalized, facts.company_name, facts.domain, facts.country_code,
           facts.lead_score, lead.status, lead.priority, lead.owner_id, lead.campaign_id, lead.tags, lead.created_at
      from app.lead_facts as facts
      join app.leads as lead on lead.lead_id = facts.lead_id and lead.organization_id = mine and lead.deleted_at is null
     where facts.organization_id = mine and facts.document like patterns[1] and facts.document like all (patterns)
       and (reads_all or lead.owner_id = any (readable) or lead.created_by = any (readable) or lead.campaign_id = any (campaigns)
            or lead.lead_id = any (enrolled))
       and (statuses is null or facts.status::text = any (statuses))
       and (priorities is null or lead.priority = any (priorities))
       and (wanted_tags is null or lead.tags @> wanted_tags)
       and (not filters ? 'owner_id' or lead.owner_id is not distinct from (filters ->> 'owner_id')::uuid)
       and (not filters ? 'campaign_id' or lead.campaign_id is not distinct from (filters ->> 'campaign_id')::uuid)
       and (after_id is null or (-coalesce(facts.lead_score, -1), facts.lead_id) > (-after_score, after_id))
     order by -coalesce(facts.lead_score, -1), facts.lead_id
     limit page_size;
end $$;

-- A lead with what is shown beside it.
create view app.lead_details with (security_invoker = true) as
select lead.organization_id, lead.lead_id, lead.entity_id, lead.entity_kind, lead.status, lead.priority, lead.rating_1_to_5,
       lead.qualification_data, lead.owner_id, owner.full_name as owner_name, owner.email_normalized as owner_email,
       lead.campaign_id, campaign.name as campaign_name, campaign.client_id, lead.first_source, lead.tags, lead.notes,
       lead.custom_fields, facts.full_name, facts.title, facts.email_normalized, facts.email_status, facts.phone_e164,
       facts.company_id, facts.company_name, facts.domain, facts.country_code, facts.lead_score,
       lead.created_at, lead.updated_at, lead.created_by, lead.deleted_at
  from app.leads as lead
  left join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = lead.organization_id
  left join identity.users as owner on owner.user_id = lead.owner_id
  left join app.campaigns as campaign on campaign.campaign_id = lead.campaign_id and campaign.organization_id = lead.organization_id;

-- Live leads by campaign and status: sums and counts, from which ratios add up.
create view app.lead_pipeline with (security_invoker = true) as
select lead.organization_id, lead.campaign_id, lead.status, count(*) as leads,
       count(*) filter (where lead.owner_id is null) as unassigned,
       count(*) filter (where lead.priority in ('high', 'urgent')) as pressing,
       count(lead.rating_1_to_5) as rated, coalesce(sum(lead.rating_1_to_5), 0) as rating_total,
       count(facts.lead_score) as scored, coalesce(sum(facts.lead_score), 0) as score_total,
       min(lead.created_at) as oldest_created_at, max(lead.updated_at) as last_updated_at
  from app.leads as lead
  left join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = lead.organization_id
 where lead.deleted_at is null
 group by lead.organization_id, lead.campaign_id, lead.status;

alter view app.lead_details owner to leadhouse_owner;
alter view app.lead_pipeline owner to leadhouse_owner;
grant select on app.lead_details, app.lead_pipeline to authenticated;
alter function app.begin_facts owner to leadhouse_owner;
alter function app.carry_facts owner to leadhouse_owner;
alter function app.search_patterns owner to leadhouse_owner;
alter function app.search_leads owner to leadhouse_owner;
revoke execute on function app.begin_facts, app.carry_facts, app.search_leads from public;
grant execute on function app.search_leads to authenticated;

-- migrate: rollback

drop view app.lead_pipeline;
drop view app.lead_details;
drop function app.search_leads;
drop function app.search_patterns;
drop trigger leads_carry_their_facts on app.leads;
drop function app.carry_facts;
drop trigger leads_begin_their_facts on app.leads;
drop function app.begin_facts;
drop index app.lead_facts_by_company;
drop index app.lead_facts_by_name;
drop index app.lead_facts_by_score;
drop index app.lead_facts_by_status_score;
drop index app.lead_facts_by_document;
alter table app.lead_facts drop column status, drop column document;
drop function app.search_document;
drop function app.fold_text;
