-- Clients' lists ask a lead for its campaign in place of gathering all their leads first; a search looks its two longest words up
-- depends: 0099_grant_by_period

-- migrate: apply

-- The leads that were enrolled in those campaigns; those born there say so themselves.
create function identity.my_enrolled_lead_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  mine uuid := identity.claimed_organization_id();
  campaigns uuid[] := identity.my_campaign_ids();
begin
  if campaigns <> '{}' then
    return query
      select member.lead_id from app.campaign_members as member where member.organization_id = mine and member.campaign_id = any (campaigns);
  end if;
end $$;
alter function identity.my_enrolled_lead_ids owner to leadhouse_owner;

drop policy "members read leads in their scope" on app.leads;
call identity.add_scope_policies('app.leads', 'leads', '{owner_id,created_by}', '{select}',
  '(campaign_id = any ((select identity.my_campaign_ids())::uuid[]) or lead_id in (select identity.my_enrolled_lead_ids()))');

create or replace view app.lead_pipeline with (security_invoker = true) as
with noted as (
  select organization_id, campaign_id, status, leads, unassigned, pressing, rated, rating_total, scored, score_total, last_updated_at
    from app.lead_counters
  union all
  select organization_id, campaign_id, status, leads, unassigned, pressing, rated, rating_total, scored, score_total, last_updated_at
    from app.lead_counter_changes)
select cell.organization_id, cell.campaign_id, cell.status, cell.leads, cell.unassigned, cell.pressing, cell.rated, cell.rating_total,
       cell.scored, cell.score_total,
       case when cell.campaign_id is null then
         (select lead.created_at from app.leads as lead
           where lead.organization_id = cell.organization_id and lead.campaign_id is null and lead.status = cell.status
             and lead.deleted_at is null order by lead.created_at limit 1)
       else
         (select lead.created_at from app.leads as lead
           where lead.organization_id = cell.organization_id and lead.campaign_id = cell.campaign_id and lead.status = cell.status
             and lead.deleted_at is null order by lead.created_at limit 1)
       end as oldest_created_at, cell.last_updated_at
  from (select organization_id, campaign_id, status, sum(leads)::bigint as leads, sum(unassigned)::bigint as unassigned,
               sum(pressing)::bigint as pressing, sum(rated)::bigint as rated, sum(rating_total)::bigint as rating_total,
               sum(scored)::bigint as scored, sum(score_total)::bigint as score_total, max(last_updated_at) as last_updated_at
          from noted group by organization_id, campaign_id, status having sum(leads) > 0) as cell
union all
select lead.organization_id, lead.campaign_id, lead.status, count(*), count(*) - count(lead.owner_id),
       count(*) filter (where lead.priority in ('high', 'urgent')), count(lead.rating_1_to_5), coalesce(sum(lead.rating_1_to_5), 0),
       count(facts.lead_score), coalesce(sum(facts.lead_score), 0), min(lead.created_at), max(lead.updated_at)
  from app.leads as lead
  left join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = lead.organization_id
 where lead.deleted_at is null and not (select identity.reaches_all('leads', 'read'))
   and (lead.owner_id = any ((select identity.reach('leads', 'read'))::uuid[])
        or lead.created_by = any ((select identity.reach('leads', 'read'))::uuid[])
        or lead.campaign_id = any ((select identity.my_campaign_ids())::uuid[])
        or lead.lead_id = any (array(select identity.my_enrolled_lead_ids())))
 group by lead.organization_id, lead.campaign_id, lead.status;

drop function identity.my_client_lead_ids;

-- As before; the index of words is asked for the second word too: of a first name and a surname one lead in fifty has both.
create or replace function app.search_leads(query text, filters jsonb default '{}', page_size integer default 50, after_score integer default null,
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
  second text := case when length(patterns[2]) > 4 then patterns[2] end; -- of shorter words the index knows too little
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
     where facts.organization_id = mine and facts.document like patterns[1] and (second is null or facts.document like second)
       and facts.document like all (patterns)
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

create or replace function app.find_leads(query text) returns setof uuid
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  mine uuid := identity.current_organization_id();
  patterns text[] := app.search_patterns(query);
  second text := case when length(patterns[2]) > 4 then patterns[2] end; -- of shorter words the index knows too little
begin
  perform identity.require('leads', 'read');
  if cardinality(patterns) > 0 then
    return query select facts.lead_id from app.lead_facts as facts
                  where facts.organization_id = mine and facts.document like patterns[1] and (second is null or facts.document like second)
                    and facts.document like all (patterns);
  end if;
end $$;

-- migrate: rollback

create or replace function app.find_leads(query text) returns setof uuid
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

create or replace function app.search_leads(query text, filters jsonb default '{}', page_size integer default 50, after_score integer default null,
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

-- The leads of those campaigns: born there or members.
create function identity.my_client_lead_ids() returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  mine uuid := identity.claimed_organization_id();
  campaigns uuid[] := identity.my_campaign_ids();
begin
  if campaigns <> '{}' then
    return query
      select lead.lead_id from app.leads as lead where lead.organization_id = mine and lead.campaign_id = any (campaigns)
      union
      select member.lead_id from app.campaign_members as member where member.organization_id = mine and member.campaign_id = any (campaigns);
  end if;
end $$;
alter function identity.my_client_lead_ids owner to leadhouse_owner;

drop policy "members read leads in their scope" on app.leads;
call identity.add_scope_policies('app.leads', 'leads', '{owner_id,created_by}', '{select}',
  'lead_id in (select identity.my_client_lead_ids())');

create or replace view app.lead_pipeline with (security_invoker = true) as
with noted as (
  select organization_id, campaign_id, status, leads, unassigned, pressing, rated, rating_total, scored, score_total, last_updated_at
    from app.lead_counters
  union all
  select organization_id, campaign_id, status, leads, unassigned, pressing, rated, rating_total, scored, score_total, last_updated_at
    from app.lead_counter_changes)
select cell.organization_id, cell.campaign_id, cell.status, cell.leads, cell.unassigned, cell.pressing, cell.rated, cell.rating_total,
       cell.scored, cell.score_total,
       case when cell.campaign_id is null then
         (select lead.created_at from app.leads as lead
           where lead.organization_id = cell.organization_id and lead.campaign_id is null and lead.status = cell.status
             and lead.deleted_at is null order by lead.created_at limit 1)
       else
         (select lead.created_at from app.leads as lead
           where lead.organization_id = cell.organization_id and lead.campaign_id = cell.campaign_id and lead.status = cell.status
             and lead.deleted_at is null order by lead.created_at limit 1)
       end as oldest_created_at, cell.last_updated_at
  from (select organization_id, campaign_id, status, sum(leads)::bigint as leads, sum(unassigned)::bigint as unassigned,
               sum(pressing)::bigint as pressing, sum(rated)::bigint as rated, sum(rating_total)::bigint as rating_total,
               sum(scored)::bigint as scored, sum(score_total)::bigint as score_total, max(last_updated_at) as last_updated_at
          from noted group by organization_id, campaign_id, status having sum(leads) > 0) as cell
union all
select lead.organization_id, lead.campaign_id, lead.status, count(*), count(*) - count(lead.owner_id),
       count(*) filter (where lead.priority in ('high', 'urgent')), count(lead.rating_1_to_5), coalesce(sum(lead.rating_1_to_5), 0),
       count(facts.lead_score), coalesce(sum(facts.lead_score), 0), min(lead.created_at), max(lead.updated_at)
  from app.leads as lead
  left join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = lead.organization_id
 where lead.deleted_at is null and not (select identity.reaches_all('leads', 'read'))
   and (lead.owner_id = any ((select identity.reach('leads', 'read'))::uuid[])
        or lead.created_by = any ((select identity.reach('leads', 'read'))::uuid[])
        or lead.lead_id = any (array(select identity.my_client_lead_ids())))
 group by lead.organization_id, lead.campaign_id, lead.status;

drop function identity.my_enrolled_lead_ids;
