-- Scores: versions of what is weighed, ideal customer profiles, fit, engagement and confidence beside the documents' sum
-- depends: 0019_create_privacy
-- changes: app.score_weights

-- migrate: apply

-- Weights of three scores. `points` of half_life_days are days; every other row gives points.
alter table app.score_weights add constraint factor_is_known check (factor in (
  'status', 'rating', 'priority', 'recency', 'has_company', 'has_phone', 'has_email', -- lead_score
  'engagement', 'half_life_days', -- engagement_score
  'sources', 'agreement', 'verified', 'email_status')); -- data_confidence
insert into app.score_weights (factor, input_value, points) values
  ('engagement', 'replied', 60), ('engagement', 'complained', 0), ('engagement', 'unsubscribed', 0),
  ('half_life_days', 'engagement', 14),
  ('sources', '1', 10), ('sources', '2', 20), ('sources', '3_or_more', 30),
  ('agreement', 'none', 0), ('agreement', 'some', 10), ('agreement', 'most', 20),
  ('verified', '30_days', 25), ('verified', '90_days', 15), ('verified', '180_days', 8),
  ('email_status', 'valid', 25), ('email_status', 'risky', 10), ('email_status', 'unknown', 5), ('email_status', 'invalid', 0);
comment on column app.score_weights.points is 'Points that the input gives, 0 to 100; of half_life_days: days after which an event counts half.';

-- What an organization's best customers look like. Its own rows of a factor replace all default rows of that factor.
create table app.customer_profiles (
  customer_profile_id uuid primary key default gen_random_uuid(),
  organization_id uuid references identity.organizations, -- null: the defaults
  factor text not null check (factor in ('country', 'industry', 'employee_band', 'seniority', 'department', 'title', 'technology')),
  value text not null check (length(value) between 1 and 200), -- '*': whatever is known
  points smallint not null check (points between 0 and 100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  unique nulls not distinct (organization_id, factor, value)
);
insert into app.customer_profiles (factor, value, points) values
  ('seniority', 'owner', 30), ('seniority', 'c_level', 30), ('seniority', 'vp', 25), ('seniority', 'director', 20), ('seniority', 'manager', 10),
  ('country', '*', 10), ('industry', '*', 10),
  ('employee_band', '11-50', 20), ('employee_band', '51-200', 20), ('employee_band', '201-500', 15), ('employee_band', '*', 10);

-- How weights and profile stood after each transaction that changed them; a score names its version. Numbers start at 1.
create table app.score_versions (
  score_version_id uuid primary key default gen_random_uuid(),
  organization_id uuid references identity.organizations, -- null: the defaults
  version_no integer not null check (version_no >= 1),
  weights jsonb not null check (jsonb_typeof(weights) = 'array'), -- [{"factor", "input_value", "points"}]
  profile jsonb not null check (jsonb_typeof(profile) = 'array'), -- [{"factor", "value", "points"}]
  created_at timestamptz not null default now(),
  created_by uuid,
  unique nulls not distinct (organization_id, version_no),
  unique nulls not distinct (organization_id, created_at)
);

-- One version a transaction, of organizations in turn.
create function app.keep_score_version(of_organization uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  own_weights jsonb;
  own_profile jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('app.score_versions ' || coalesce(of_organization::text, ''), 0));
  select coalesce(jsonb_agg(jsonb_build_object('factor', weight.factor, 'input_value', weight.input_value, 'points', weight.points)
           order by weight.factor, weight.input_value), '[]')
    into own_weights from app.score_weights as weight where weight.organization_id is not distinct from of_organization;
  select coalesce(jsonb_agg(jsonb_build_object('factor', profile.factor, 'value', profile.value, 'points', profile.points)
           order by profile.factor, profile.value), '[]')
    into own_profile from app.customer_profiles as profile where profile.organization_id is not distinct from of_organization;
  insert into app.score_versions as version (organization_id, version_no, weights, profile, created_by)
  select of_organization, 1 + coalesce(max(former.version_no), 0), own_weights, own_profile, identity.current_user_id()
    from app.score_versions as former where former.organization_id is not distinct from of_organization
  on conflict (organization_id, created_at) do update set weights = excluded.weights, profile = excluded.profile;
end $$;

create function app.keep_score_versions() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform app.keep_score_version(changed.organization_id)
    from (select distinct organization_id from changed_rows) as changed order by changed.organization_id;
  return null;
end $$;
do $$
declare
  target regclass;
begin
  foreach target in array array['app.score_weights', 'app.customer_profiles']::regclass[] loop
    execute format('create trigger added_rows_make_a_version after insert on %s referencing new table as changed_rows '
      'for each statement execute function app.keep_score_versions()', target);
    execute format('create trigger changed_rows_make_a_version after update on %s referencing new table as changed_rows '
      'for each statement execute function app.keep_score_versions()', target);
    execute format('create trigger removed_rows_make_a_version after delete on %s referencing old table as changed_rows '
      'for each statement execute function app.keep_score_versions()', target);
  end loop;
end $$;
select app.keep_score_version(standing.organization_id)
  from (select distinct organization_id from app.score_weights) as standing;

create trigger customer_profiles_touch before update on app.customer_profiles for each row execute function identity.touch_row();
create trigger rows_are_stamped before insert on app.customer_profiles for each row execute function identity.stamp_row();

-- '<version of the defaults>.<version of the organization's own rows, 0 without any>'.
create function app.score_rule_version(of_organization uuid) returns text
language sql stable begin atomic
  select coalesce(max(version.version_no) filter (where version.organization_id is null), 0) || '.'
           || coalesce(max(version.version_no) filter (where version.organization_id is not null), 0)
    from app.score_versions as version
   where version.organization_id = of_organization or version.organization_id is null;
end;

-- The functions below have bodies bound when they are made and no settings of their own, so that the planner takes them into
-- the query that calls them. `proposed` stands in for the organization's own rows: a preview asks with it.
create function app.weights_of(of_organization uuid, proposed jsonb default null)
returns table (factor text, input_value text, points smallint)
language sql stable begin atomic
  select distinct on (weight.factor, weight.input_value) weight.factor, weight.input_value, weight.points
    from (select own.factor, own.input_value, own.points, 1 as place
            from app.score_weights as own where own.organization_id = of_organization and proposed is null
          union all
          select stated.factor, stated.input_value, stated.points, 1
            from jsonb_to_recordset(proposed) as stated (factor text, input_value text, points smallint)
          union all
          select fallback.factor, fallback.input_value, fallback.points, 2
            from app.score_weights as fallback where fallback.organization_id is null) as weight
   order by weight.factor, weight.input_value, weight.place;
end;

create function app.weigh_inputs(of_organization uuid, factors text[], input_values text[], proposed jsonb default null)
returns table (factor text, input_value text, points smallint, max_points smallint, reason text)
language sql stable begin atomic
  with weights as materialized (select weight.factor, weight.input_value, weight.points from app.weights_of(of_organization, proposed) as weight),
  weighed as (
    select input.factor, input.input_value, coalesce(weights.points, 0::smallint) as points,
           coalesce((select max(every.points) from weights as every where every.factor = input.factor), 0::smallint) as max_points
      from unnest(factors, input_values) as input (factor, input_value)
      left join weights on weights.factor = input.factor and weights.input_value = input.input_value)
  select weighed.factor, weighed.input_value, weighed.points, weighed.max_points,
         format('%s %s: %s of %s points', replace(weighed.factor, '_', ' '), coalesce(replace(weighed.input_value, '_', ' '), 'not known'),
           weighed.points, weighed.max_points)
    from weighed;
end;

create function app.recency(last_activity_at timestamptz, at timestamptz) returns text
language sql stable
return case when last_activity_at > at - interval '7 days' then '7_days' when last_activity_at > at - interval '30 days' then '30_days' end;

create function app.verification_age(last_verified_at timestamptz, at timestamptz) returns text
language sql stable
return case when last_verified_at > at - interval '30 days' then '30_days' when last_verified_at > at - interval '90 days' then '90_days'
            when last_verified_at > at - interval '180 days' then '180_days' end;

-- The one definition of lead_score: a row a factor. Sum them, cap at 100.
drop function app.score_factors(uuid, app.lead_status, smallint, text, timestamptz, boolean, boolean, boolean, timestamptz);
create function app.score_factors(of_organization uuid, status app.lead_status, rating smallint, priority text, recency text,
  has_company boolean, has_phone boolean, has_email boolean, proposed jsonb default null)
returns table (factor text, input_value text, points smallint, max_points smallint, reason text)
language sql stable begin atomic
  select weighed.factor, weighed.input_value, weighed.points, weighed.max_points, weighed.reason
    from app.weigh_inputs(of_organization,
      array['status', 'rating', 'priority', 'recency', 'has_company', 'has_phone', 'has_email'],
      array[status::text, rating::text, priority, recency, has_company::text, has_phone::text, has_email::text], proposed) as weighed;
end;

-- data_confidence, 0 to 100: how many sources, how many values they agree on, how old, and what a check of the address said.
create function app.confidence_factors(of_organization uuid, source_count integer, value_count integer, agreed_count integer,
  verified text, email_status text, proposed jsonb default null)
returns table (factor text, input_value text, points smallint, max_points smallint, reason text)
language sql stable begin atomic
  select weighed.factor, weighed.input_value, weighed.points, weighed.max_points, weighed.reason
    from app.weigh_inputs(of_organization, array['sources', 'agreement', 'verified', 'email_status'],
      array[case when source_count >= 3 then '3_or_more' when source_count > 0 then source_count::text end,
            case when value_count > 0 then case when agreed_count * 2 >= value_count then 'most' when agreed_count > 0 then 'some' else 'none' end end,
            verified, email_status], proposed) as weighed;
end;

-- What an event still counts: its points, halved with every half-life.
create function app.decayed_points(points smallint, half_life_days smallint, occurred_at timestamptz, at timestamptz)
returns double precision
language sql immutable
return points * power(0.5::double precision,
  greatest(extract(epoch from at - occurred_at), 0)::double precision / 86400 / nullif(half_life_days, 0));

-- fit_score is 100 × points / max_points over all factors; a factor of which nothing is known gives none. An industry is met by
-- the start of its code, a title by a part of it; the rest are equal without regard to case.
create function app.fit_factors(of_organization uuid, country_code text, industry_code text, employee_band text, seniority text,
  department text, title text, technologies text[], proposed jsonb default null)
returns table (factor text, input_value text, points smallint, max_points smallint, reason text)
language sql stable begin atomic
  with own as (
    select mine.factor, mine.value, mine.points
      from app.customer_profiles as mine where mine.organization_id = of_organization and proposed is null
    union all
    select stated.factor, stated.value, stated.points
      from jsonb_to_recordset(proposed) as stated (factor text, value text, points smallint)),
  profile as (
    select own.factor, own.value, own.points from own
    union all
    select fallback.factor, fallback.value, fallback.points
      from app.customer_profiles as fallback
     where fallback.organization_id is null and fallback.factor not in (select own.factor from own)),
  judged as (
    select profile.factor, input.input_value, profile.points,
           case when input.input_value is null then false
                when profile.value = '*' then true
                when profile.factor = 'technology' then lower(profile.value) = any (string_to_array(lower(input.input_value), ', '))
                when profile.factor = 'industry' then starts_with(lower(input.input_value), lower(profile.value))
                when profile.factor = 'title' then strpos(lower(input.input_value), lower(profile.value)) > 0
                else lower(input.input_value) = lower(profile.value) end as is_met
      from profile
      join (values ('country', country_code), ('industry', industry_code), ('employee_band', employee_band), ('seniority', seniority),
              ('department', department), ('title', title), ('technology', nullif(array_to_string(technologies, ', '), '')))
             as input (factor, input_value) on input.factor = profile.factor),
  summed as (
    select judged.factor, judged.input_value, coalesce(max(judged.points) filter (where judged.is_met), 0::smallint) as points,
           max(judged.points) as max_points
      from judged group by judged.factor, judged.input_value)
  select summed.factor, summed.input_value, summed.points, summed.max_points,
         format('%s %s: %s of %s points', replace(summed.factor, '_', ' '), coalesce(summed.input_value, 'not known'),
           summed.points, summed.max_points)
    from summed;
end;

-- When something last happened with leads: an attempted message, or an event that a person caused.
create function app.last_activity(of_organization uuid, lead_ids uuid[])
returns table (lead_id uuid, last_activity_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or identity.reaches_all('leads', 'read')) then
    lead_ids := array(select judged.lead_id from app.judge_leads(lead_ids, 'read') as judged where judged.verdict = 'allowed');
  end if;
  return query
    select message.lead_id, max(greatest(message.attempted_at, event.occurred_at))
      from app.messages as message
      left join raw.email_events as event on event.message_id = message.message_id and not event.is_machine
     where message.organization_id = of_organization and message.lead_id = any (lead_ids)
     group by message.lead_id;
end $$;

-- The score of a lead now, 0 to 100, under the caller's policies; null: no such lead, or the caller may not read weights.
create function app.calculate_lead_score(of_lead uuid) returns integer
language sql stable begin atomic
  select case when count(*) > 0 then least(100, sum(factor.points))::integer end
    from app.leads as lead
    left join app.lead_facts as facts on facts.lead_id = lead.lead_id
    left join lateral app.last_activity(lead.organization_id, array[lead.lead_id]) as activity on true
   cross join lateral app.score_factors(lead.organization_id, lead.status, lead.rating_1_to_5, lead.priority,
      app.recency(greatest(lead.created_at, activity.last_activity_at), now()),
      facts.company_id is not null, facts.phone_e164 is not null, facts.email_normalized is not null) as factor
   where lead.lead_id = of_lead and lead.deleted_at is null
     and exists (select from app.score_weights as weight where weight.organization_id is null);
end;

-- Who moves when `weights` become the organization's own rows; nothing is written. Leads that stay are left out.
create function app.preview_score_change(of_organization uuid, weights jsonb)
returns table (lead_id uuid, score_now integer, score_then integer)
language sql stable begin atomic
  with leads as materialized (
    select lead.lead_id, lead.status, lead.rating_1_to_5, lead.priority,
           app.recency(greatest(lead.created_at, activity.last_activity_at), now()) as recency,
           facts.company_id is not null as has_company, facts.phone_e164 is not null as has_phone,
           facts.email_normalized is not null as has_email
      from app.leads as lead
      left join app.lead_facts as facts on facts.lead_id = lead.lead_id
      left join app.last_activity(of_organization, array(
             select mine.lead_id from app.leads as mine where mine.organization_id = of_organization and mine.deleted_at is null))
             as activity on activity.lead_id = lead.lead_id
     where lead.organization_id = of_organization and lead.deleted_at is null),
  inputs as materialized (
    select distinct status, rating_1_to_5, priority, recency, has_company, has_phone, has_email from leads),
  scored as materialized (
    select inputs.*,
           (select least(100, sum(factor.points))::integer from app.score_factors(of_organization, status, rating_1_to_5, priority, recency,
              has_company, has_phone, has_email) as factor) as score_now,
           (select least(100, sum(factor.points))::integer from app.score_factors(of_organization, status, rating_1_to_5, priority, recency,
              has_company, has_phone, has_email, weights) as factor) as score_then
      from inputs)
  select leads.lead_id, scored.score_now, scored.score_then
    from scored
    join leads on (leads.status, leads.priority, leads.has_company, leads.has_phone, leads.has_email)
                = (scored.status, scored.priority, scored.has_company, scored.has_phone, scored.has_email)
     and coalesce(leads.rating_1_to_5, 0) = coalesce(scored.rating_1_to_5, 0)
     and coalesce(leads.recency, '') = coalesce(scored.recency, '')
   where scored.score_now <> scored.score_then;
end;

-- The people or companies of the leads that the caller sees, for the policies of the marts of people and companies.
create function app.entities_now(of_organization uuid, entity_ids uuid[]) returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  return query select app.current_entity(entity_id, of_organization) from unnest(entity_ids) as entity_id;
end $$;
create function app.my_entity_ids(of_kind resolution.entity_kind) returns setof uuid
language sql stable begin atomic
  select app.entities_now((select identity.current_organization_id()), array(
    select lead.entity_id from app.leads as lead
     where lead.organization_id = (select identity.current_organization_id()) and lead.entity_kind = of_kind))
  union
  select facts.company_id from app.lead_facts as facts
   where of_kind = 'company' and facts.company_id is not null
     and facts.organization_id = (select identity.current_organization_id());
end;

call identity.open_by_scope('app.customer_profiles', 'settings', '{}', 'select, insert, update, delete');
call identity.open_by_scope('app.score_versions', 'settings', '{}', 'select');
create policy "members read the defaults" on app.customer_profiles for select to authenticated
  using (organization_id is null and (select identity.may('settings', 'read')));
create policy "members read the defaults" on app.score_versions for select to authenticated
  using (organization_id is null and (select identity.may('settings', 'read')));
grant delete on app.score_weights to leadhouse_leads;
call identity.open_to_component('app.customer_profiles', 'leadhouse_leads', 'select, insert, update, delete');
call identity.open_to_component('app.customer_profiles', 'leadhouse_transform', 'select');
call identity.open_to_component('app.score_versions', 'leadhouse_leads', 'select');
call identity.open_to_component('app.score_versions', 'leadhouse_transform', 'select');
-- The marts name owners and count by an organization's calendar; of a user the name alone.
call identity.open_to_component('identity.members', 'leadhouse_transform', 'select');
grant select (user_id, full_name) on identity.users to leadhouse_transform;
create policy "leadhouse_transform works across organizations" on identity.users for select to leadhouse_transform using (true);
do $$
declare
  routine regprocedure;
begin
  for routine in select oid from pg_proc where pronamespace = 'app'::regnamespace and proname in ('keep_score_version', 'keep_score_versions',
      'score_rule_version', 'weights_of', 'weigh_inputs', 'recency', 'verification_age', 'score_factors', 'confidence_factors',
      'decayed_points', 'fit_factors', 'last_activity', 'calculate_lead_score', 'preview_score_change', 'entities_now', 'my_entity_ids') loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
    if routine::text not like 'app.keep_score_version%' then
      execute format('grant execute on function %s to leadhouse_leads, leadhouse_console, authenticated', routine);
    end if;
  end loop;
end $$;
grant execute on function app.score_rule_version, app.weights_of, app.weigh_inputs, app.recency, app.verification_age, app.score_factors,
  app.confidence_factors, app.decayed_points, app.fit_factors to leadhouse_transform;

-- migrate: rollback

drop policy "leadhouse_transform works across organizations" on identity.users;
revoke select (user_id, full_name) on identity.users from leadhouse_transform;
drop policy "leadhouse_transform works across organizations" on identity.members;
revoke select on identity.members from leadhouse_transform;
drop function app.my_entity_ids;
drop function app.entities_now;
drop function app.preview_score_change;
drop function app.calculate_lead_score;
drop function app.last_activity;
drop function app.fit_factors;
drop function app.decayed_points;
drop function app.confidence_factors;
drop function app.score_factors;
drop function app.verification_age;
drop function app.recency;
drop function app.weigh_inputs;
drop function app.weights_of;
drop function app.score_rule_version;
drop trigger added_rows_make_a_version on app.score_weights;
drop trigger changed_rows_make_a_version on app.score_weights;
drop trigger removed_rows_make_a_version on app.score_weights;
drop table app.customer_profiles;
drop function app.keep_score_versions;
drop function app.keep_score_version;
drop table app.score_versions;
revoke delete on app.score_weights from leadhouse_leads;
delete from app.score_weights
 where factor in ('engagement', 'half_life_days', 'sources', 'agreement', 'verified', 'email_status');
comment on column app.score_weights.points is null;
alter table app.score_weights drop constraint factor_is_known;
create function app.score_factors(of_organization uuid, status app.lead_status, rating smallint, priority text,
  last_activity_at timestamptz, has_company boolean, has_phone boolean, has_email boolean, at timestamptz default now())
returns table (factor text, input_value text, points smallint, max_points smallint)
language sql stable security definer set search_path = '' as $$
  with inputs (factor, input_value) as (
    values ('status', status::text), ('rating', rating::text), ('priority', priority),
      ('recency', case when last_activity_at > at - interval '7 days' then '7_days'
                       when last_activity_at > at - interval '30 days' then '30_days' end),
      ('has_company', has_company::text), ('has_phone', has_phone::text), ('has_email', has_email::text)),
  weights as (
    select distinct on (weight.factor, weight.input_value) weight.factor, weight.input_value, weight.points
      from app.score_weights as weight
     where weight.organization_id = of_organization or weight.organization_id is null
     order by weight.factor, weight.input_value, weight.organization_id nulls last)
  select inputs.factor, inputs.input_value, coalesce(weights.points, 0)::smallint,
         (select max(every.points) from weights as every where every.factor = inputs.factor)::smallint
    from inputs left join weights using (factor, input_value)
$$;
alter function app.score_factors owner to leadhouse_owner;
revoke execute on function app.score_factors from public;
grant execute on function app.score_factors to leadhouse_transform, leadhouse_leads, leadhouse_console, authenticated;
