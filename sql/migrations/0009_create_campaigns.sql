-- Campaigns, the outbox, suppressions, decisions
-- depends: 0008_create_quality

-- migrate: apply

create table app.email_accounts (
  email_account_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  from_email text not null,
  from_name text not null,
  smtp_host text not null,
  smtp_port integer not null check (smtp_port between 1 and 65535),
  security text not null default 'starttls' check (security in ('none', 'starttls', 'tls')), -- none: loopback only
  status text not null default 'active' check (status in ('active', 'paused', 'disconnected')),
  paused_reason text,
  daily_limit integer not null default 500 check (daily_limit > 0),
  price_eur numeric(12, 6) not null default 0 check (price_eur >= 0), -- of one message that the server took
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  unique (organization_id, from_email),
  unique (organization_id, email_account_id)
);

create type app.campaign_type as enum ('email', 'social', 'content', 'mixed', 'linkedin', 'call');
create type app.campaign_status as enum ('draft', 'active', 'paused', 'completed');

create table app.campaigns (
  campaign_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  name text not null,
  type app.campaign_type not null default 'email',
  status app.campaign_status not null default 'draft',
  description text,
  email_account_id uuid,
  suite_name text not null default 'campaign_audience',
  config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'), -- caps, wanted attributes
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  unique (organization_id, campaign_id),
  unique (organization_id, name),
  foreign key (organization_id, email_account_id) references app.email_accounts (organization_id, email_account_id),
  check (status = 'draft' or type <> 'email' or email_account_id is not null)
);
create index campaigns_by_account on app.campaigns (organization_id, email_account_id);

create table app.campaign_steps (
  campaign_id uuid not null,
  organization_id uuid not null,
  step_no integer not null check (step_no >= 1),
  channel text not null default 'email' check (channel in ('email', 'linkedin', 'call', 'social')),
  delay_days integer not null default 0 check (delay_days >= 0),
  send_at timestamptz,
  subject_template text not null,
  body_template text not null, -- Jinja, rendered in a sandbox, text/plain
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  primary key (campaign_id, step_no),
  foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id) on delete cascade
);
create index campaign_steps_by_organization on app.campaign_steps (organization_id, campaign_id);

create table app.campaign_members (
  campaign_id uuid not null,
  organization_id uuid not null,
  lead_id uuid not null,
  added_at timestamptz not null default now(),
  created_by uuid,
  stopped_at timestamptz,
  stopped_reason text,
  primary key (campaign_id, lead_id),
  foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id) on delete cascade,
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id)
);
create index campaign_members_by_lead on app.campaign_members (organization_id, lead_id);
create index campaign_members_by_campaign on app.campaign_members (organization_id, campaign_id);

create table app.suppressions (
  suppression_id uuid primary key default gen_random_uuid(),
  organization_id uuid references identity.organizations, -- null: the whole platform, e.g. an erased person
  scope text not null check (scope in ('email', 'domain')),
  value_normalized text not null check (value_normalized = lower(value_normalized)),
  reason text not null check (reason in ('unsubscribed', 'complained', 'hard_bounce', 'manual', 'existing_customer', 'erased')),
  source text not null,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid
);
create unique index suppressions_once on app.suppressions (organization_id, scope, value_normalized) nulls not distinct;
create index suppressions_by_value on app.suppressions (value_normalized);

create function app.is_suppressed(of_organization uuid, address text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from app.suppressions as suppression
     where (suppression.organization_id = of_organization or suppression.organization_id is null)
       and ((suppression.scope = 'email' and suppression.value_normalized = lower(address))
         or (suppression.scope = 'domain' and suppression.value_normalized = split_part(lower(address), '@', 2))))
$$;

create type app.message_state as enum
  ('queued', 'claimed', 'accepted', 'rejected', 'bounced', 'unknown', 'suppressed', 'cancelled');

-- The outbox. A row exists only for a member of a snapshot whose gate result passed or was overridden, and says so by keys.
create table app.messages (
  message_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  campaign_id uuid not null,
  step_no integer not null,
  variant text not null default 'a',
  lead_id uuid not null,
  snapshot_id uuid not null,
  member_id uuid not null,
  email_normalized text not null,
  is_sendable boolean not null default true check (is_sendable), -- a held candidate cannot be referenced
  gate_run_id uuid not null,
  gate_verdict text not null check (gate_verdict in ('passed', 'overridden')),
  email_account_id uuid not null,
  state app.message_state not null default 'queued',
  score_at_send smallint,
  subject text,
  rfc_message_id text unique,
  attempts integer not null default 0,
  not_before timestamptz not null default now(),
  claimed_at timestamptz,
  claimed_by text,
  attempted_at timestamptz,
  finished_at timestamptz,
  smtp_code integer,
  smtp_reply text,
  reason_class text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid,
  foreign key (organization_id, snapshot_id, gate_run_id, gate_verdict)
    references quality.gate_results (organization_id, snapshot_id, gate_run_id, verdict),
  foreign key (organization_id, snapshot_id, member_id, email_normalized, is_sendable)
    references quality.snapshot_members (organization_id, snapshot_id, member_id, email_normalized, is_sendable),
  foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id),
  foreign key (organization_id, email_account_id) references app.email_accounts (organization_id, email_account_id),
  constraint nothing_is_sent_twice unique (campaign_id, step_no, lead_id),
  constraint one_address_one_message unique (campaign_id, step_no, email_normalized)
);
create index messages_queued on app.messages (campaign_id, not_before, message_id) where state = 'queued';
create index messages_claimed on app.messages (claimed_by) where state = 'claimed';
create index messages_by_gate on app.messages (organization_id, snapshot_id, gate_run_id, gate_verdict);
create index messages_by_member on app.messages (organization_id, snapshot_id, member_id, email_normalized, is_sendable);
create index messages_by_campaign on app.messages (organization_id, campaign_id);
create index messages_by_account on app.messages (organization_id, email_account_id);
create index messages_by_address on app.messages (organization_id, email_normalized);

-- Once a statement, not a row: the lock on a gate result is the same for all rows that name it.
create function app.check_message_insert() returns trigger
language plpgsql set search_path = '' as $$
declare
  gate uuid;
begin
  for gate in select distinct gate_run_id from made loop
    if not quality.gate_stands(gate) then
      raise exception 'gate result % does not stand (failed, expired or revoked): no message is made from it', gate
        using errcode = 'integrity_constraint_violation';
    end if;
  end loop;
  return null;
end $$;
create trigger messages_need_a_standing_gate after insert on app.messages
  referencing new table as made for each statement execute function app.check_message_insert();

create function app.check_message_transition() returns trigger
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
create trigger messages_follow_their_states before update on app.messages
  for each row execute function app.check_message_transition();

-- Claims up to `wanted` messages of a campaign for one sender, committed before anything goes out: a message whose
-- answer is lost stays claimed and becomes unknown. The gate is locked and looked at first; expiry, revocation and
-- suppression are checked in the very statement that claims. What may not go out gets its final state here.
create function app.claim_messages(of_campaign uuid, holder text, wanted integer) returns setof app.messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  picked uuid[];
  gates uuid[];
  taken integer;
begin
  loop
    select array_agg(next.message_id), array_agg(distinct next.gate_run_id) into picked, gates
      from (select queued.message_id, queued.gate_run_id
              from app.messages as queued
              join app.campaigns as campaign on campaign.campaign_id = queued.campaign_id
                   and campaign.status = 'active' and campaign.deleted_at is null
              join app.email_accounts as account on account.email_account_id = queued.email_account_id
                   and account.status = 'active' and account.deleted_at is null
             where queued.campaign_id = of_campaign and queued.state = 'queued' and queued.not_before <= clock_timestamp()
             order by queued.not_before, queued.message_id
             limit wanted
               for update of queued skip locked) as next;
    exit when picked is null;
    perform quality.gate_stands(gate) from unnest(gates) as gate;
    return query
      with judged as (
        select message.message_id,
               case when not exists (select from quality.gate_results as gate
                                      where gate.gate_run_id = message.gate_run_id and gate.expires_at > clock_timestamp())
                      or exists (select from quality.gate_revocations as revocation
                                  where revocation.gate_run_id = message.gate_run_id) then 'cancelled'
                    when app.is_suppressed(message.organization_id, message.email_normalized) then 'suppressed'
                    else 'claimed' end::app.message_state as becomes
          from app.messages as message where message.message_id = any (picked)),
      moved as (
        update app.messages as message
           set state = judged.becomes,
               claimed_at = case when judged.becomes = 'claimed' then clock_timestamp() end,
               claimed_by = case when judged.becomes = 'claimed' then holder end,
               attempts = message.attempts + (judged.becomes = 'claimed')::integer,
               finished_at = case when judged.becomes <> 'claimed' then clock_timestamp() end,
               reason_class = case judged.becomes when 'cancelled' then 'gate_does_not_stand' when 'suppressed' then 'suppressed' end
          from judged where judged.message_id = message.message_id
        returning message.*)
      select * from moved where moved.state = 'claimed';
    get diagnostics taken = row_count;
    exit when taken > 0;
  end loop;
end $$;

-- Claimed messages whose sender is gone, or that were claimed before `older_than`: nobody knows whether they went out.
-- A sender holds the session lock of its name while it lives, so a dead one is known at once.
create function app.lost_messages(of_campaign uuid, older_than timestamptz) returns setof app.messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  gone text[];
begin
  select array_agg(sender.holder) into gone
    from (select distinct claimed_by as holder from app.messages where campaign_id = of_campaign and state = 'claimed') as sender
   where pg_try_advisory_xact_lock(hashtextextended(sender.holder, 0));
  return query
    update app.messages as message
       set state = 'unknown', finished_at = clock_timestamp(), reason_class = 'answer_lost'
     where message.campaign_id = of_campaign and message.state = 'claimed'
       and (message.claimed_by = any (gone) or message.claimed_at < older_than)
    returning message.*;
end $$;

-- A decision for every candidate of a wave: they sum to the audience.
create table app.campaign_decisions (
  snapshot_id uuid not null references quality.snapshots,
  organization_id uuid not null,
  campaign_id uuid not null,
  step_no integer not null,
  lead_id uuid not null,
  member_id uuid not null,
  decision text not null check (decision in ('sent', 'held', 'suppressed', 'outside_send_window', 'over_cap', 'duplicate', 'gate_failed', 'sequence_stopped')),
  rule_id text not null,
  evidence jsonb not null default '{}' check (jsonb_typeof(evidence) = 'object'),
  gate_run_id uuid references quality.gate_results,
  held_until timestamptz, -- when time alone lets the candidate go; null where something has to change first
  decided_at timestamptz not null default clock_timestamp(),
  primary key (snapshot_id, member_id),
  foreign key (snapshot_id, member_id) references quality.snapshot_members (snapshot_id, member_id),
  foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id)
);
create index campaign_decisions_by_campaign on app.campaign_decisions (organization_id, campaign_id);
create index campaign_decisions_by_gate on app.campaign_decisions (gate_run_id);
create index campaign_decisions_by_lead on app.campaign_decisions (campaign_id, step_no, lead_id);

-- A decision stands, with one exception: an override lets go what the gate had stopped.
create function app.check_decision_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.decision <> 'gate_failed' or new.decision not in ('sent', 'duplicate')
     or (new.snapshot_id, new.member_id, new.lead_id, new.campaign_id, new.step_no)
        is distinct from (old.snapshot_id, old.member_id, old.lead_id, old.campaign_id, old.step_no) then
    raise exception 'a decision % is not changed to %', old.decision, new.decision using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger decisions_stand before update on app.campaign_decisions
  for each row execute function app.check_decision_change();

alter table quality.snapshots add foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id);
create index snapshots_by_campaign on quality.snapshots (organization_id, campaign_id);
alter table app.leads add foreign key (organization_id, campaign_id) references app.campaigns (organization_id, campaign_id);
create index leads_by_campaign on app.leads (organization_id, campaign_id);

do $$
declare
  target regclass;
begin
  foreach target in array array['app.email_accounts', 'app.campaigns', 'app.campaign_steps']::regclass[] loop
    execute format('create trigger rows_are_touched before update on %s for each row execute function identity.touch_row()', target);
  end loop;
  foreach target in array array['app.email_accounts', 'app.campaigns', 'app.campaign_steps', 'app.campaign_members',
      'app.suppressions', 'app.messages', 'app.campaign_decisions']::regclass[] loop
    call identity.open_to_tenants(target);
    call identity.open_to_component(target, 'leadhouse_campaigns', 'select, insert, update');
    call identity.open_to_component(target, 'leadhouse_delivery', 'select');
    call identity.open_to_component(target, 'leadhouse_transform', 'select');
    call identity.open_to_component(target, 'leadhouse_enrichment', 'select');
    call identity.open_to_component(target, 'leadhouse_quality', 'select');
    call identity.open_to_component(target, 'leadhouse_console', 'select');
  end loop;
end $$;
revoke update on app.suppressions from leadhouse_campaigns;
call identity.open_to_component('raw.email_checks', 'leadhouse_campaigns', 'select');
grant update on app.messages, app.email_accounts to leadhouse_delivery;
grant insert on app.suppressions to leadhouse_delivery, leadhouse_imports;
call identity.open_to_component('app.suppressions', 'leadhouse_imports', 'select, insert');
call identity.open_to_component('app.campaigns', 'leadhouse_leads', 'select');
call identity.open_to_component('app.campaign_members', 'leadhouse_leads', 'select, insert, update');
alter function app.is_suppressed owner to leadhouse_owner;
alter function app.claim_messages owner to leadhouse_owner;
alter function app.lost_messages owner to leadhouse_owner;
revoke execute on function app.claim_messages, app.lost_messages, app.is_suppressed from public;
grant execute on function app.claim_messages, app.lost_messages to leadhouse_delivery;
grant execute on function app.is_suppressed to leadhouse_campaigns, leadhouse_delivery, leadhouse_enrichment, leadhouse_console;

-- migrate: rollback

alter table app.leads drop constraint leads_organization_id_campaign_id_fkey;
drop index app.leads_by_campaign;
alter table quality.snapshots drop constraint snapshots_organization_id_campaign_id_fkey;
drop index quality.snapshots_by_campaign;
drop policy "leadhouse_campaigns works across organizations" on raw.email_checks;
revoke select on raw.email_checks from leadhouse_campaigns;
drop table app.campaign_decisions;
drop function app.check_decision_change;
drop function app.lost_messages;
drop function app.claim_messages;
drop table app.messages;
drop function app.check_message_transition;
drop function app.check_message_insert;
drop type app.message_state;
drop function app.is_suppressed;
drop table app.suppressions;
drop table app.campaign_members;
drop table app.campaign_steps;
drop table app.campaigns;
drop type app.campaign_status;
drop type app.campaign_type;
drop table app.email_accounts;
