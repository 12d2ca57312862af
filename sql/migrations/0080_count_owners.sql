-- Leads are counted by owner, too, with how often they have changed: one sum says whether a page that was read still stands
-- depends: 0075_export_accounts

-- migrate: apply

-- Noted and folded as app.lead_counters are (0038). `changes` counts statements that changed such leads or their facts: it only
-- grows, so a page under the same sum as before is the same page. A maximum of numbers would not do, since transactions do not
-- commit in the order of their numbers.
create table app.owner_counters (
  organization_id uuid not null references identity.organizations on delete cascade,
  owner_id uuid, -- null: of leads that are nobody's
  leads bigint not null, -- live ones
  changes bigint not null,
  unique nulls not distinct (organization_id, owner_id)
);
create table app.owner_counter_changes (like app.owner_counters including defaults,
  change_no bigint primary key generated always as identity,
  foreign key (organization_id) references identity.organizations on delete cascade);
create index owner_counter_changes_by_organization on app.owner_counter_changes (organization_id);

-- Folds an organization's notes. One at a time: who finds another at it leaves the rest to that one or the next.
create function app.fold_owner_counters(of_organization uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('owners of leads of organization ' || of_organization, 0)) then
    return;
  end if;
  with taken as (delete from app.owner_counter_changes where organization_id = of_organization returning *)
  insert into app.owner_counters as counter
  select organization_id, owner_id, sum(leads), sum(changes) from taken group by organization_id, owner_id
  on conflict (organization_id, owner_id) do update
     set leads = counter.leads + excluded.leads, changes = counter.changes + excluded.changes;
end $$;

-- One note in 16 folds: reading a dozen notes beside the counters costs less than folding each.
create function app.fold_noted_owners() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  organization uuid;
begin
  for organization in select distinct organization_id from new_rows where change_no % 16 = 0 order by 1 loop
    perform app.fold_owner_counters(organization);
  end loop;
  return null;
end $$;
create trigger notes_are_folded after insert on app.owner_counter_changes
  referencing new table as new_rows for each statement execute function app.fold_noted_owners();

create function app.note_owned_leads() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  case tg_op
    when 'INSERT' then
      insert into app.owner_counter_changes
      select organization_id, owner_id, count(*) filter (where deleted_at is null), 1 from new_rows group by organization_id, owner_id;
    when 'UPDATE' then
      insert into app.owner_counter_changes
      select organization_id, owner_id, sum(live), 1
        from (select organization_id, owner_id, (deleted_at is null)::integer as live from new_rows
              union all
              select organization_id, owner_id, -(deleted_at is null)::integer from old_rows) as lead
       group by organization_id, owner_id;
    else
      insert into app.owner_counter_changes
      select organization_id, owner_id, -count(*) filter (where deleted_at is null), 1 from old_rows group by organization_id, owner_id;
  end case;
  return null;
end $$;
create trigger owners_are_counted_when_new after insert on app.leads
  referencing new table as new_rows for each statement execute function app.note_owned_leads();
create trigger owners_are_counted_anew after update on app.leads
  referencing old table as old_rows new table as new_rows for each statement execute function app.note_owned_leads();
create trigger owners_are_counted_off after delete on app.leads
  referencing old table as old_rows for each statement execute function app.note_owned_leads();

-- What a page shows of a lead's facts changes without the lead. Facts carry the lead's owner.
create function app.note_owned_facts() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  case tg_op
    when 'INSERT' then
      insert into app.owner_counter_changes select distinct organization_id, owner_id, 0, 1 from new_rows;
    when 'UPDATE' then
      insert into app.owner_counter_changes
      select organization_id, owner_id, 0, 1
        from (select organization_id, owner_id from new_rows union select organization_id, owner_id from old_rows) as facts;
    else
      insert into app.owner_counter_changes select distinct organization_id, owner_id, 0, 1 from old_rows;
  end case;
  return null;
end $$;
create trigger facts_are_noted_when_new after insert on app.lead_facts
  referencing new table as new_rows for each statement execute function app.note_owned_facts();
create trigger facts_are_noted_anew after update on app.lead_facts
  referencing old table as old_rows new table as new_rows for each statement execute function app.note_owned_facts();
create trigger facts_are_noted_off after delete on app.lead_facts
  referencing old table as old_rows for each statement execute function app.note_owned_facts();

-- Counts anew and notes where the sums differ; returns how many cells were wrong. One statement, as app.recount_leads.
create function app.recount_owners() returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  wrong integer;
begin
  with cells as (
    select organization_id, owner_id, count(*) as leads from app.leads where deleted_at is null group by organization_id, owner_id
    union all
    select organization_id, owner_id, -leads from app.owner_counters
    union all
    select organization_id, owner_id, -leads from app.owner_counter_changes)
  insert into app.owner_counter_changes
  select organization_id, owner_id, sum(leads), 1 from cells group by organization_id, owner_id having sum(leads) <> 0;
  get diagnostics wrong = row_count;
  perform app.fold_owner_counters(organization_id) from (select distinct organization_id from app.owner_counter_changes order by 1) as noted;
  return wrong;
end $$;

-- Whose leads the caller reads, as the policies say it; how many live ones of these owners there are, and how often they
-- changed. Of a client, who reads no owner's leads, nothing is counted. One row, of one snapshot; the role is looked up once.
create function app.my_lead_reach(out reads_all boolean, out user_ids uuid[], out is_client boolean, out leads bigint, out changes bigint)
language plpgsql stable security definer set search_path = '' as $$
declare
  mine uuid := identity.claimed_organization_id();
  scope identity.access_scope := identity.my_scope('leads', 'read');
begin
  reads_all := coalesce(scope = 'all', false);
  user_ids := case scope when 'own' then array[identity.current_user_id()] when 'team' then identity.reach('leads', 'read') else '{}' end;
  is_client := not reads_all and identity.current_client_id() is not null;
  select coalesce(sum(cell.leads), 0), coalesce(sum(cell.changes), 0) into leads, changes
    from (select counter.owner_id, counter.leads, counter.changes from app.owner_counters as counter where counter.organization_id = mine
          union all
          select note.owner_id, note.leads, note.changes from app.owner_counter_changes as note where note.organization_id = mine) as cell
   where reads_all or cell.owner_id = any (user_ids);
end $$;

do $$
declare
  routine regprocedure;
begin
  call identity.open_by_scope('app.owner_counters', 'leads', '{owner_id}', 'select');
  call identity.open_by_scope('app.owner_counter_changes', 'leads', '{owner_id}', 'select');
  for routine in select oid from pg_proc where pronamespace = 'app'::regnamespace
                  and proname in ('fold_owner_counters', 'fold_noted_owners', 'note_owned_leads', 'note_owned_facts', 'recount_owners',
                    'my_lead_reach') loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
grant execute on function app.recount_owners to leadhouse_maintenance;
grant execute on function app.my_lead_reach to authenticated;
select app.recount_owners();

-- By name from the end: the index by name forwards has those without one at the wrong end.
create index lead_facts_by_name_backwards on app.lead_facts (organization_id, full_name desc nulls last, lead_id);

-- migrate: rollback

drop index app.lead_facts_by_name_backwards;
drop function app.my_lead_reach;
drop function app.recount_owners;
do $$
declare
  standing record;
begin
  for standing in select tgrelid::regclass as target, tgname from pg_trigger
                   where tgfoid in ('app.note_owned_leads'::regproc, 'app.note_owned_facts'::regproc) loop
    execute format('drop trigger %I on %s', standing.tgname, standing.target);
  end loop;
end $$;
drop function app.note_owned_facts;
drop function app.note_owned_leads;
drop trigger notes_are_folded on app.owner_counter_changes;
drop function app.fold_noted_owners;
drop function app.fold_owner_counters;
drop table app.owner_counter_changes;
drop table app.owner_counters;
