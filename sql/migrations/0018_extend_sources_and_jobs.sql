-- Sources of an organization with their figures, jobs that are asked to stop, what jobs say, states in one place
-- depends: 0017_extend_leads

-- migrate: apply

-- The states of jobs, campaigns and messages: what is not here cannot happen. The triggers below read it.
create table app.state_transitions (
  machine text not null check (machine in ('job', 'campaign', 'message')),
  from_state text not null,
  to_state text not null check (to_state <> from_state),
  means text not null,
  primary key (machine, from_state, to_state)
);
insert into app.state_transitions (machine, from_state, to_state, means) values
  ('job', 'pending', 'running', 'its run has begun'),
  ('job', 'pending', 'cancelled', 'withdrawn before it began'),
  ('job', 'pending', 'failed', 'no run could be started'),
  ('job', 'running', 'paused', 'stopped at a safe point, as wished'),
  ('job', 'running', 'completed', 'everything is done'),
  ('job', 'running', 'failed', 'a part could not be done'),
  ('job', 'running', 'cancelled', 'stopped at a safe point, for good'),
  ('job', 'paused', 'running', 'resumed by a further run'),
  ('job', 'paused', 'cancelled', 'withdrawn while it was paused'),
  ('job', 'failed', 'running', 'tried again'),
  ('campaign', 'draft', 'active', 'activated: it has steps, and an account where it sends mail'),
  ('campaign', 'active', 'paused', 'paused by a person or by its reputation'),
  ('campaign', 'paused', 'active', 'resumed'),
  ('campaign', 'active', 'completed', 'everything is sent'),
  ('campaign', 'paused', 'completed', 'ended without being resumed'),
  ('message', 'queued', 'claimed', 'a sender has it'),
  ('message', 'queued', 'suppressed', 'its address must not be written to'),
  ('message', 'queued', 'cancelled', 'its gate result does not stand any more'),
  ('message', 'claimed', 'queued', 'the server asks to try later'),
  ('message', 'claimed', 'accepted', 'the server took it'),
  ('message', 'claimed', 'rejected', 'the server refused it'),
  ('message', 'claimed', 'unknown', 'the answer was lost'),
  ('message', 'claimed', 'bounced', 'it came back before its answer was noted'),
  ('message', 'claimed', 'cancelled', 'it could not be made'),
  ('message', 'accepted', 'bounced', 'it came back'),
  ('message', 'unknown', 'accepted', 'the answer was found'),
  ('message', 'unknown', 'bounced', 'it came back'),
  ('message', 'unknown', 'cancelled', 'a person has decided');
alter table app.state_transitions owner to leadhouse_owner;
alter table app.state_transitions enable row level security;
grant select on app.state_transitions to authenticated;
create policy "everybody reads the states" on app.state_transitions for select to authenticated using (true);

-- Raises unless a machine has the transition; a definer, so that every writer's trigger may ask.
create function app.require_transition(of_machine text, subject uuid, from_state text, to_state text) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  perform from app.state_transitions as known
    where known.machine = of_machine and known.from_state = require_transition.from_state and known.to_state = require_transition.to_state;
  if not found then
    raise exception '% % is %, it cannot become %', of_machine, subject, from_state, to_state using errcode = 'check_violation',
      hint = 'app.state_transitions holds what can happen.';
  end if;
end $$;

alter type app.source_kind rename value 'rest' to 'api';

alter table app.sources
  add column source_id uuid not null default gen_random_uuid(),
  add column secret_id uuid, -- the only way to name a credential
  add foreign key (organization_id, secret_id) references credentials.secrets (organization_id, secret_id),
  add column last_tested_at timestamptz,
  add column last_test_result text check (last_test_result in ('passed', 'failed')),
  add column last_test_message text,
  add column jobs_run integer not null default 0 check (jobs_run >= jobs_completed),
  add column jobs_completed integer not null default 0 check (jobs_completed >= 0), -- of jobs_run: the success rate
  add column records_landed bigint not null default 0 check (records_landed >= 0),
  add column records_quarantined bigint not null default 0 check (records_quarantined >= 0),
  add column last_run_at timestamptz,
  add column status text not null generated always as (case when not is_active then 'inactive'
    when last_test_result = 'failed' then 'error' else 'active' end) stored,
  add constraint sources_source_id_key unique (source_id),
  add check ((last_tested_at is null) = (last_test_result is null));

create index sources_by_secret on app.sources (organization_id, secret_id);

-- What a source must say, by its kind. A member's source has its id as key, and names no file of the server.
create function app.check_source() returns trigger
language plpgsql set search_path = '' as $$
declare
  is_members boolean := identity.current_user_id() is not null;
  wrong text;
begin
  if tg_op = 'INSERT' and is_members then
    new.source_key := new.kind || '/' || new.source_id;
  end if;
  if new.kind = 'web_site' and (is_members or new.host is null) then
    new.host := lower(substring(new.start_url from '^https?://([^/?#@\s]+)(?:[/?#]\S*)?$'));
  end if;
  wrong := case
    when jsonb_path_exists(new.config, '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex
           "pass(word|wd|phrase)|secret|token|api_?key|credential|authorization|cookie" flag "i")')
      then 'config must not hold credentials: store them as a secret and name it by secret_id'
    when is_members and new.kind = 'provider' then 'providers are set up by the operator'
    when is_members and new.config ? 'path' then 'config.path names a file of the server: upload the file and name its file_id'
    when new.kind = 'web_site' and new.host is null then 'start_url is not an absolute http(s) address'
    when new.config ? 'interval_days' and not jsonb_path_exists(new.config, '$.interval_days ? (@ >= 1 && @ <= 365)')
      then 'config.interval_days is a number from 1 to 365'
    when new.kind = 'csv' and new.config ? 'kind' and coalesce(new.config ->> 'kind' not in ('company', 'person'), false)
      then 'config.kind of a file is company or person'
    when new.kind = 'api' and coalesce(new.config ->> 'base_url' !~ '^https?://[^/?#@\s]+([/?#]\S*)?$', true)
      then 'config.base_url is missing, is not an http(s) address or holds a password'
    when new.kind in ('linkedin', 'apollo', 'zoominfo') and new.is_active and new.secret_id is null
      then 'it is active without credentials: name them by secret_id, or set is_active to false'
  end;
  if wrong is null and is_members and new.secret_id is not null and (tg_op = 'INSERT' or new.secret_id is distinct from old.secret_id) then
    perform from credentials.secrets as secret
      where secret.organization_id = new.organization_id and secret.secret_id = new.secret_id and secret.user_id is null and secret.deleted_at is null;
    wrong := case when not found then 'secret_id names no secret of the organization (a personal one serves its owner alone)' end;
  end if;
  if wrong is not null then
    raise exception 'source %: %', new.name, wrong using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger sources_say_what_they_must before insert or update of kind, start_url, config, secret_id, is_active on app.sources
  for each row execute function app.check_source();
create trigger rows_are_stamped before insert on app.sources for each row execute function identity.stamp_row();
grant insert (organization_id, kind, name, start_url, config, secret_id, is_active),
  update (name, start_url, config, secret_id, is_active, deleted_at) on app.sources to authenticated;
call identity.add_scope_policies('app.sources', 'sources', '{created_by}', '{insert,update}');

-- Notes what a test of a source found.
create function app.record_source_test(of_source uuid, has_passed boolean, message text) returns app.sources
language plpgsql volatile security definer set search_path = '' as $$
declare
  found_source app.sources;
begin
  select * into found_source from app.sources where source_id = of_source and deleted_at is null
     and (pg_has_role(session_user, 'leadhouse_app', 'member') or organization_id = identity.current_organization_id()) for update;
  if not found then
    raise exception 'there is no source %', of_source using errcode = 'no_data_found';
  end if;
  perform identity.require_organization(found_source.organization_id);
  perform identity.require('sources', 'update');
  update app.sources set last_tested_at = clock_timestamp(), last_test_message = left(message, 2000),
         last_test_result = case when has_passed then 'passed' else 'failed' end
   where source_id = of_source returning * into found_source;
  return found_source;
end $$;

drop index app.jobs_pending;
alter table app.jobs drop column dag_run_id;
alter table app.jobs
  add column run_no integer not null default 1 check (run_no >= 1), -- a resumed job has a further run
  add column dag_run_id text unique generated always as
    ('job__' || job_id::text || case when run_no = 1 then '' else '__' || run_no::text end) stored,
  add column requested_by uuid references identity.users,
  add column is_released boolean not null default true, -- false: written down, to be started later
  add column wanted_status app.job_status check (wanted_status in ('running', 'paused', 'cancelled')), -- at the next safe point
  add column wanted_at timestamptz,
  add column wanted_by uuid,
  add column progress_total integer not null default 0 check (progress_total >= 0),
  add column progress_done integer not null default 0 check (progress_done >= 0),
  add column progress_failed integer not null default 0 check (progress_failed >= 0),
  add check ((wanted_status is null) = (wanted_at is null));
create index jobs_by_requester on app.jobs (requested_by);
create index jobs_to_dispatch on app.jobs (requested_at)
  where dispatched_at is null and (status = 'pending' or wanted_status = 'running');

create or replace function app.check_job_transition() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.status is distinct from old.status then
    perform app.require_transition('job', old.job_id, old.status::text, new.status::text);
    new.wanted_status := null; -- it has come true, or cannot any more
    new.wanted_at := null;
  end if;
  return new;
end $$;

create or replace function app.check_message_transition() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.state is distinct from old.state then
    perform app.require_transition('message', old.message_id, old.state::text, new.state::text);
  end if;
  if (new.gate_run_id, new.member_id, new.email_normalized, new.lead_id, new.campaign_id, new.step_no)
     is distinct from (old.gate_run_id, old.member_id, old.email_normalized, old.lead_id, old.campaign_id, old.step_no) then
    raise exception 'message %: audience and gate never change', old.message_id using errcode = 'integrity_constraint_violation';
  end if;
  new.updated_at := clock_timestamp();
  return new;
end $$;

-- A campaign that is active has steps. One that is made active is judged when its transaction ends, its steps written.
create function app.check_campaign_steps() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from app.campaigns as campaign
    where campaign.campaign_id = new.campaign_id and campaign.status = 'active' and campaign.deleted_at is null
      and not exists (select from app.campaign_steps as step where step.campaign_id = campaign.campaign_id);
  if found then
    raise exception 'campaign % has no steps, it cannot become active', new.name using errcode = 'check_violation',
      hint = 'Add at least one step first.';
  end if;
  return null;
end $$;
create constraint trigger campaigns_start_with_steps after insert on app.campaigns deferrable initially deferred
  for each row when (new.status = 'active') execute function app.check_campaign_steps();
create trigger campaigns_are_activated_with_steps after update of status on app.campaigns
  for each row when (new.status = 'active' and old.status <> 'active') execute function app.check_campaign_steps();
create function app.check_campaign_transition() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'INSERT' and new.status not in ('draft', 'active') then
    raise exception 'campaign % cannot begin as %', new.name, new.status using errcode = 'check_violation';
  elsif tg_op = 'UPDATE' and new.status is distinct from old.status then
    perform app.require_transition('campaign', old.campaign_id, old.status::text, new.status::text);
  end if;
  return new;
end $$;
create trigger campaigns_follow_their_states before insert or update on app.campaigns
  for each row execute function app.check_campaign_transition();

call identity.open_to_component('app.state_transitions', 'leadhouse_console', 'select');
do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['app.require_transition(text, uuid, text, text)', 'app.record_source_test(uuid, boolean, text)',
      'app.check_campaign_steps()']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
grant execute on function app.record_source_test to authenticated, leadhouse_jobs;
-- what asks for a transition: every role that moves a job, a campaign or a message
grant execute on function app.require_transition to authenticated, leadhouse_jobs, leadhouse_campaigns, leadhouse_delivery;

-- migrate: rollback

drop trigger campaigns_follow_their_states on app.campaigns;
drop trigger campaigns_are_activated_with_steps on app.campaigns;
drop trigger campaigns_start_with_steps on app.campaigns;
drop function app.check_campaign_transition;
drop function app.check_campaign_steps;
create or replace function app.check_job_transition() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.status is distinct from old.status and not (old.status, new.status) in (
      ('pending', 'running'), ('pending', 'cancelled'), ('pending', 'failed'), ('running', 'paused'),
      ('running', 'completed'), ('running', 'failed'), ('running', 'cancelled'), ('paused', 'running'),
      ('paused', 'cancelled'), ('failed', 'running')) then
    raise exception 'job % is %, it cannot become %', old.job_id, old.status, new.status
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create or replace function app.check_message_transition() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.state is distinct from old.state and not (old.state, new.state) in (
      ('queued', 'claimed'), ('queued', 'suppressed'), ('queued', 'cancelled'), ('claimed', 'queued'),
      ('claimed', 'accepted'), ('claimed', 'rejected'), ('claimed', 'unknown'), ('claimed', 'bounced'), ('claimed', 'cancelled'),
      ('accepted', 'bounced'), ('unknown', 'accepted'), ('unknown', 'bounced'), ('unknown', 'cancelled')) then
    raise exception 'message % is %, it cannot become %', old.message_id, old.state, new.state using errcode = 'check_violation';
  end if;
  if (new.gate_run_id, new.member_id, new.email_normalized, new.lead_id, new.campaign_id, new.step_no)
     is distinct from (old.gate_run_id, old.member_id, old.email_normalized, old.lead_id, old.campaign_id, old.step_no) then
    raise exception 'message %: audience and gate never change', old.message_id using errcode = 'integrity_constraint_violation';
  end if;
  new.updated_at := clock_timestamp();
  return new;
end $$;
drop index app.jobs_to_dispatch;
alter table app.jobs
  drop column dag_run_id,
  drop column run_no,
  drop column requested_by,
  drop column is_released,
  drop column wanted_status,
  drop column wanted_at,
  drop column wanted_by,
  drop column progress_total,
  drop column progress_done,
  drop column progress_failed;
alter table app.jobs add column dag_run_id text unique generated always as ('job__' || job_id::text) stored;
create index jobs_pending on app.jobs (requested_at) where status = 'pending';
drop function app.record_source_test;
drop policy "members create sources in their scope" on app.sources;
drop policy "members update sources in their scope" on app.sources;
revoke insert (organization_id, kind, name, start_url, config, secret_id, is_active),
  update (name, start_url, config, secret_id, is_active, deleted_at) on app.sources from authenticated;
drop trigger rows_are_stamped on app.sources;
drop trigger sources_say_what_they_must on app.sources;
drop function app.check_source;
alter table app.sources drop column status;
alter table app.sources
  drop column source_id,
  drop column secret_id,
  drop column last_tested_at,
  drop column last_test_result,
  drop column last_test_message,
  drop column jobs_run,
  drop column jobs_completed,
  drop column records_landed,
  drop column records_quarantined,
  drop column last_run_at;
alter type app.source_kind rename value 'api' to 'rest';
drop function app.require_transition;
drop table app.state_transitions;
