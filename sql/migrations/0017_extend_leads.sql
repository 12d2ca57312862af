-- Work on leads: rating, assignment, bulk changes, restore, and a history that is never lost
-- depends: 0016_extend_billing

-- migrate: apply

alter table app.leads
  add column qualification_data jsonb not null default '{}' check (jsonb_typeof(qualification_data) = 'object'), -- who rated, when, by which criteria
  add column purged_at timestamptz; -- what people had written is gone; the row stays for the keys that name it
create index leads_by_status on app.leads (organization_id, status, created_at desc, lead_id) where deleted_at is null;
create index leads_by_creation on app.leads (organization_id, created_at desc, lead_id) where deleted_at is null;
create index leads_by_update on app.leads (organization_id, updated_at desc, lead_id) where deleted_at is null;
create index leads_by_owner_in_organization on app.leads (organization_id, owner_id, created_at desc, lead_id) where deleted_at is null;
create index leads_by_maker on app.leads (organization_id, created_by) where deleted_at is null;
create index leads_by_priority on app.leads (organization_id, priority, created_at desc, lead_id) where deleted_at is null;
create index leads_by_live_campaign on app.leads (organization_id, campaign_id, created_at desc, lead_id) where deleted_at is null;
create index leads_deleted on app.leads (deleted_at) where deleted_at is not null and purged_at is null;

-- What an organization decides for itself; no row: the defaults.
create table app.organization_settings (
  organization_id uuid primary key references identity.organizations,
  qualification_threshold smallint not null default 3 check (qualification_threshold between 1 and 5),
  default_legal_basis text not null default 'legitimate_interest' check (default_legal_basis in
    ('consent', 'contract', 'legal_obligation', 'vital_interest', 'public_interest', 'legitimate_interest')), -- GDPR, article 6 (1)
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid
);

-- History: a row a change, written by triggers alone. from_status null: the lead was made.
create table app.lead_status_changes (
  status_change_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  lead_id uuid not null,
  from_status app.lead_status,
  to_status app.lead_status not null,
  changed_at timestamptz not null default clock_timestamp(),
  changed_by uuid,
  reason text,
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id)
);
create index lead_status_changes_by_lead on app.lead_status_changes (organization_id, lead_id, changed_at);
create index lead_status_changes_by_time on app.lead_status_changes using brin (changed_at);

create table app.lead_owner_changes (
  owner_change_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  lead_id uuid not null,
  from_owner_id uuid,
  to_owner_id uuid,
  changed_at timestamptz not null default clock_timestamp(),
  changed_by uuid,
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id)
);
create index lead_owner_changes_by_lead on app.lead_owner_changes (organization_id, lead_id, changed_at);
create index lead_owner_changes_by_time on app.lead_owner_changes using brin (changed_at);

-- On which ground a lead's data is kept; the newest row counts.
create table app.lead_legal_basis (
  legal_basis_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  lead_id uuid not null,
  basis text not null check (basis in
    ('consent', 'contract', 'legal_obligation', 'vital_interest', 'public_interest', 'legitimate_interest')),
  recorded_at timestamptz not null default clock_timestamp(),
  recorded_by uuid,
  evidence jsonb not null default '{}' check (jsonb_typeof(evidence) = 'object'),
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id)
);
create index lead_legal_basis_by_lead on app.lead_legal_basis (organization_id, lead_id, recorded_at desc);

-- The history begins with what is there.
insert into app.lead_status_changes (organization_id, lead_id, to_status, changed_at, changed_by, reason)
  select organization_id, lead_id, status, created_at, created_by, 'as found when the history began' from app.leads;
insert into app.lead_owner_changes (organization_id, lead_id, to_owner_id, changed_at, changed_by)
  select organization_id, lead_id, owner_id, created_at, created_by from app.leads where owner_id is not null;
insert into app.lead_legal_basis (organization_id, lead_id, basis, recorded_at, recorded_by, evidence)
  select organization_id, lead_id, 'legitimate_interest', created_at, created_by, jsonb_build_object('source', first_source) from app.leads;

create function app.log_made_leads() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into app.lead_status_changes (organization_id, lead_id, to_status, changed_at, changed_by, reason)
    select organization_id, lead_id, status, created_at, created_by, first_source from made;
  insert into app.lead_owner_changes (organization_id, lead_id, to_owner_id, changed_at, changed_by)
    select organization_id, lead_id, owner_id, created_at, created_by from made where owner_id is not null;
  insert into app.lead_legal_basis (organization_id, lead_id, basis, recorded_at, recorded_by, evidence)
    select made.organization_id, made.lead_id, coalesce(settings.default_legal_basis, 'legitimate_interest'), made.created_at,
           made.created_by, jsonb_build_object('source', made.first_source)
      from made left join app.organization_settings as settings using (organization_id);
  return null;
end $$;
create trigger leads_begin_their_history after insert on app.leads
  referencing new table as made for each statement execute function app.log_made_leads();

-- The reason comes from the function that changes, by a setting of its transaction.
create function app.log_changed_leads() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into app.lead_status_changes (organization_id, lead_id, from_status, to_status, changed_by, reason)
    select after.organization_id, after.lead_id, before.status, after.status, coalesce(identity.current_user_id(), after.updated_by),
           nullif(current_setting('leadhouse.change_reason', true), '')
      from after join before using (lead_id) where after.status <> before.status;
  insert into app.lead_owner_changes (organization_id, lead_id, from_owner_id, to_owner_id, changed_by)
    select after.organization_id, after.lead_id, before.owner_id, after.owner_id, coalesce(identity.current_user_id(), after.updated_by)
      from after join before using (lead_id) where after.owner_id is distinct from before.owner_id;
  return null;
end $$;
create trigger leads_continue_their_history after update on app.leads
  referencing old table as before new table as after for each statement execute function app.log_changed_leads();

-- Who may work on an organization's leads: live members whose role reads leads, a client's apart.
create function app.is_assignable(of_organization uuid, of_user uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from identity.members as member
      join identity.users as person on person.user_id = member.user_id and person.deleted_at is null
      join identity.role_permissions as permission on permission.role = member.role
       and permission.resource = 'leads' and permission.action = 'read'
     where member.organization_id = of_organization and member.user_id = of_user and member.deleted_at is null
       and member.role <> 'client')
$$;

-- What a policy cannot say of a member's update: deleting is an action of its own, and one assigns to whom one reaches.
create function app.check_lead_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.deleted_at is distinct from old.deleted_at then
    perform identity.require('leads', 'delete');
  end if;
  if new.owner_id is distinct from old.owner_id and new.owner_id is not null and identity.current_user_id() is not null
     and not (app.is_assignable(new.organization_id, new.owner_id)
              and (identity.reaches_all('leads', 'update') or new.owner_id = any (identity.reach('leads', 'update')))) then
    raise exception 'lead % cannot be assigned to user %: not somebody to whom you may give leads', new.lead_id, new.owner_id
      using errcode = 'insufficient_privilege', hint = 'Choose yourself, or ask a manager to assign it.';
  end if;
  return new;
end $$;
create trigger leads_change_by_right before update of owner_id, deleted_at on app.leads
  for each row execute function app.check_lead_change();

-- What the caller may do with each of some leads, by the rules of the policies on app.leads (a test compares them):
-- allowed, forbidden (seen, no more), not_found. Another organization's lead is not found.
create function app.judge_leads(lead_ids uuid[], of_action text) returns table (lead_id uuid, verdict text)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
declare
  is_platform boolean := pg_has_role(session_user, 'leadhouse_app', 'member');
  mine uuid := identity.current_organization_id();
  reads_all boolean := identity.reaches_all('leads', 'read');
  readable uuid[] := identity.reach('leads', 'read');
  campaigns uuid[] := case when identity.may('leads', 'read') then identity.my_campaign_ids() end;
  acts_on_all boolean := identity.reaches_all('leads', of_action);
  actable uuid[] := identity.reach('leads', of_action);
begin
  return query
    select wanted.lead_id,
           case when lead.lead_id is null then 'not_found'
                when is_platform or acts_on_all or lead.owner_id = any (actable) or lead.created_by = any (actable) then 'allowed'
                when of_action = 'read' then 'allowed'
                else 'forbidden' end
      from (select distinct unnest(lead_ids) as lead_id) as wanted
      left join app.leads as lead on lead.lead_id = wanted.lead_id
       and (is_platform or (lead.organization_id = mine
         and (reads_all or lead.owner_id = any (readable) or lead.created_by = any (readable) or lead.campaign_id = any (campaigns)
              or exists (select from app.campaign_members as member
                          where member.organization_id = mine and member.lead_id = lead.lead_id
                            and member.campaign_id = any (campaigns)))));
end $$;

create function app.can_access_lead(of_lead uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from app.judge_leads(array[of_lead], 'read') where verdict = 'allowed')
$$;
create function app.can_modify_lead(of_lead uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from app.judge_leads(array[of_lead], 'update') where verdict = 'allowed')
$$;
create function app.can_access_campaign(of_campaign uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from app.campaigns as campaign
     where campaign.campaign_id = of_campaign
       and (pg_has_role(session_user, 'leadhouse_app', 'member')
            or (campaign.organization_id = identity.current_organization_id()
                and (identity.reaches_all('campaigns', 'read') or campaign.created_by = any (identity.reach('campaigns', 'read'))
                     or campaign.campaign_id = any (identity.my_campaign_ids())))))
$$;

-- Locks leads in one order (two callers never wait for each other) and judges them as they stand then.
create function app.lock_leads(lead_ids uuid[], of_action text, are_deleted boolean default false)
returns table (lead_id uuid, verdict text)
language plpgsql volatile security definer set search_path = '' as $$
#variable_conflict use_column
begin
  if cardinality(lead_ids) > 100 then
    raise exception '% leads in one call, at most 100 are taken', cardinality(lead_ids) using errcode = 'program_limit_exceeded',
      hint = 'Call again with the rest.';
  end if;
  perform identity.require('leads', of_action);
  perform from app.leads as lead
    where lead.lead_id = any (lead_ids)
      and (pg_has_role(session_user, 'leadhouse_app', 'member') or lead.organization_id = identity.current_organization_id())
    order by lead.lead_id for update;
  return query
    select judged.lead_id, case when lead.lead_id is null then 'not_found' else judged.verdict end
      from app.judge_leads(lead_ids, of_action) as judged
      left join app.leads as lead on lead.lead_id = judged.lead_id and (lead.deleted_at is not null) = are_deleted;
end $$;

-- One lead, locked, or an error that tells an unknown lead and another organization's alike.
create function app.require_lead(of_lead uuid, of_action text, is_deleted boolean default false) returns app.leads
language plpgsql volatile security definer set search_path = '' as $$
declare
  verdict text;
  found_lead app.leads;
begin
  select judged.verdict into verdict from app.lock_leads(array[of_lead], of_action, is_deleted) as judged;
  if verdict = 'forbidden' then
    raise exception 'you may look at lead % and not % it', of_lead, of_action using errcode = 'insufficient_privilege';
  elsif verdict is distinct from 'allowed' then
    raise exception 'there is no % lead %', case when is_deleted then 'deleted' else 'live' end, of_lead using errcode = 'no_data_found';
  end if;
  select * into found_lead from app.leads as lead where lead.lead_id = of_lead;
  return found_lead;
end $$;

call identity.open_by_scope('app.organization_settings', 'settings', '{}', 'select, insert, update');
create trigger rows_are_touched before update on app.organization_settings for each row execute function identity.touch_row();
create trigger rows_are_stamped before insert on app.organization_settings for each row execute function identity.stamp_row();
do $$
declare
  target regclass;
  component name;
begin
  foreach target in array array['app.lead_status_changes', 'app.lead_owner_changes', 'app.lead_legal_basis']::regclass[] loop
    call identity.open_by_parent(target, 'leads', 'app.leads', 'lead_id', 'select');
    foreach component in array array['leadhouse_leads', 'leadhouse_transform', 'leadhouse_console', 'leadhouse_campaigns'] loop
      call identity.open_to_component(target, component, 'select');
    end loop;
    execute format('create trigger rows_are_appended before update or delete on %s for each row execute function identity.refuse_change()', target);
  end loop;
end $$;
call identity.open_to_component('app.organization_settings', 'leadhouse_leads', 'select');
-- A rating comes with its criteria and decides the status: by app.rate_lead alone.
revoke update (rating_1_to_5) on app.leads from authenticated;
do $$
declare
  signature text;
begin
  foreach signature in array array['app.log_made_leads()', 'app.log_changed_leads()', 'app.check_lead_change()',
      'app.is_assignable(uuid, uuid)', 'app.judge_leads(uuid[], text)', 'app.lock_leads(uuid[], text, boolean)',
      'app.require_lead(uuid, text, boolean)', 'app.can_access_lead(uuid)', 'app.can_modify_lead(uuid)',
      'app.can_access_campaign(uuid)'] loop
    execute format('alter function %s owner to leadhouse_owner', signature);
    execute format('revoke execute on function %s from public', signature);
  end loop;
end $$;
grant execute on function app.can_access_lead, app.can_modify_lead, app.can_access_campaign to authenticated, leadhouse_leads;

-- migrate: rollback

grant update (rating_1_to_5) on app.leads to authenticated;
drop function app.can_access_campaign;
drop function app.can_modify_lead;
drop function app.can_access_lead;
drop function app.require_lead;
drop function app.lock_leads;
drop function app.judge_leads;
drop trigger leads_change_by_right on app.leads;
drop function app.check_lead_change;
drop function app.is_assignable;
drop trigger leads_continue_their_history on app.leads;
drop function app.log_changed_leads;
drop trigger leads_begin_their_history on app.leads;
drop function app.log_made_leads;
drop table app.lead_legal_basis;
drop table app.lead_owner_changes;
drop table app.lead_status_changes;
drop table app.organization_settings;
drop index app.leads_deleted;
drop index app.leads_by_live_campaign;
drop index app.leads_by_priority;
drop index app.leads_by_maker;
drop index app.leads_by_owner_in_organization;
drop index app.leads_by_update;
drop index app.leads_by_creation;
drop index app.leads_by_status;
alter table app.leads drop column purged_at, drop column qualification_data;
