-- Lists (members), segments (a rule), exports (what went out, row by row)
-- depends: 0034_create_interactions

-- migrate: apply

create table app.lists (
  list_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  name text not null check (length(name) between 1 and 200),
  description text,
  is_shared boolean not null default true, -- else its maker's alone
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  unique (organization_id, list_id)
);
create unique index lists_shared_name_is_unique on app.lists (organization_id, lower(name)) where deleted_at is null and is_shared;
create unique index lists_personal_name_is_unique on app.lists (organization_id, created_by, lower(name))
  where deleted_at is null and not is_shared;

create table app.list_members (
  organization_id uuid not null,
  list_id uuid not null,
  lead_id uuid not null,
  added_at timestamptz not null default clock_timestamp(),
  created_by uuid,
  primary key (list_id, lead_id),
  foreign key (organization_id, list_id) references app.lists (organization_id, list_id) on delete cascade,
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id) on delete cascade
);
create index list_members_by_list on app.list_members (organization_id, list_id, added_at desc, lead_id);
create index list_members_by_lead on app.list_members (organization_id, lead_id);

create table app.segments (
  segment_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  name text not null check (length(name) between 1 and 200),
  description text,
  criteria jsonb not null check (jsonb_typeof(criteria) = 'object'), -- a tree of the closed vocabulary in leads/segments.py
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  unique (organization_id, segment_id)
);
create unique index segments_live_name_is_unique on app.segments (organization_id, lower(name)) where deleted_at is null;

create table app.exports (
  export_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references identity.organizations,
  name text not null check (length(name) between 1 and 200),
  format text not null default 'csv' check (format in ('csv')),
  columns text[] not null check (cardinality(columns) between 1 and 100),
  list_id uuid,
  segment_id uuid,
  criteria jsonb not null default '{}' check (jsonb_typeof(criteria) = 'object'), -- as they were, whatever becomes of list and segment
  leaves_out_exported boolean not null default false,
  state text not null default 'running' check (state in ('running', 'completed', 'failed')),
  row_count integer check (row_count >= 0),
  size_bytes bigint check (size_bytes >= 0),
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  object_id uuid, -- when the file is kept
  reason text, -- why it failed
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  created_by uuid,
  updated_by uuid,
  finished_at timestamptz,
  unique (organization_id, export_id),
  foreign key (organization_id, list_id) references app.lists (organization_id, list_id),
  foreign key (organization_id, segment_id) references app.segments (organization_id, segment_id),
  foreign key (organization_id, object_id) references files.objects (organization_id, object_id) on delete set null (object_id),
  check ((state = 'running') = (finished_at is null)),
  check (state <> 'completed' or (row_count is not null and size_bytes is not null and sha256 is not null))
);
create index exports_newest on app.exports (organization_id, created_at desc);
create index exports_by_list on app.exports (organization_id, list_id);
create index exports_by_segment on app.exports (organization_id, segment_id);
create index exports_by_object on app.exports (organization_id, object_id);

create table app.export_rows (
  organization_id uuid not null,
  export_id uuid not null,
  lead_id uuid not null,
  row_no integer not null check (row_no >= 1),
  exported_at timestamptz not null default clock_timestamp(),
  primary key (export_id, lead_id),
  foreign key (organization_id, export_id) references app.exports (organization_id, export_id),
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id)
);
create index export_rows_by_lead on app.export_rows (organization_id, lead_id);
create index export_rows_by_export on app.export_rows (organization_id, export_id, row_no);

-- A personal list is its maker's; a shared one is seen and changed in the scope of the role.
create procedure app.open_lists(verb text, action text, clause text)
language plpgsql set search_path = '' as $$
begin
  execute format('create policy %I on app.lists for %s to authenticated ' || replace(clause, '{}', '(%s)'),
    'members ' || action || ' their own lists and shared ones in their scope', verb, format(
      'organization_id = (select identity.current_organization_id()) and (select identity.may(''lists'', %1$L)) and ('
      'created_by = (select identity.current_user_id()) or (is_shared and ((select identity.reaches_all(''lists'', %1$L)) '
      'or created_by = any ((select identity.reach(''lists'', %1$L))::uuid[]))))', action));
end $$;
alter table app.lists owner to leadhouse_owner;
alter table app.lists enable row level security;
grant select, insert (organization_id, name, description, is_shared), update (name, description, is_shared, deleted_at)
  on app.lists to authenticated;
call app.open_lists('select', 'read', 'using {}');
call app.open_lists('insert', 'create', 'with check {}');
call app.open_lists('update', 'update', 'using {}');
drop procedure app.open_lists;

-- A member of a list is seen where list and lead are; put in and taken out where the list may be changed.
alter table app.list_members owner to leadhouse_owner;
alter table app.list_members enable row level security;
grant select, delete, insert (organization_id, list_id, lead_id) on app.list_members to authenticated;
create policy "members read who is in lists they see" on app.list_members for select to authenticated
  using (organization_id = (select identity.current_organization_id())
         and exists (select from app.lists as list where list.organization_id = list_members.organization_id
                        and list.list_id = list_members.list_id)
         and ((select identity.reaches_all('leads', 'read'))
              or exists (select from app.leads as lead where lead.organization_id = list_members.organization_id
                            and lead.lead_id = list_members.lead_id)));
create policy "members fill lists they may change" on app.list_members for insert to authenticated
  with check (organization_id = (select identity.current_organization_id()) and (select identity.may('lists', 'update'))
         and exists (select from app.lists as list where list.organization_id = list_members.organization_id
                        and list.list_id = list_members.list_id and list.deleted_at is null
                        and (list.created_by = (select identity.current_user_id()) or (select identity.reaches_all('lists', 'update'))))
         and exists (select from app.leads as lead where lead.organization_id = list_members.organization_id
                        and lead.lead_id = list_members.lead_id and lead.deleted_at is null));
create policy "members empty lists they may change" on app.list_members for delete to authenticated
  using (organization_id = (select identity.current_organization_id()) and (select identity.may('lists', 'update'))
         and exists (select from app.lists as list where list.organization_id = list_members.organization_id
                        and list.list_id = list_members.list_id
                        and (list.created_by = (select identity.current_user_id()) or (select identity.reaches_all('lists', 'update')))));

call identity.open_by_scope('app.segments', 'segments', '{created_by}', 'select');
grant insert (organization_id, name, description, criteria), update (name, description, criteria, deleted_at) on app.segments to authenticated;
call identity.add_scope_policies('app.segments', 'segments', '{created_by}', '{insert,update}');

-- An export is its maker's to write; which leads went out is seen with the leads, so that all know what was exported.
call identity.open_by_scope('app.exports', 'exports', '{created_by}', 'select');
grant insert (organization_id, name, columns, list_id, segment_id, criteria, leaves_out_exported),
  update (state, row_count, size_bytes, sha256, object_id, reason, finished_at) on app.exports to authenticated;
call identity.add_scope_policies('app.exports', 'exports', '{created_by}', '{insert}');
create policy "members finish the exports they began" on app.exports for update to authenticated
  using (organization_id = (select identity.current_organization_id()) and created_by = (select identity.current_user_id())
         and state = 'running' and (select identity.may('exports', 'create')))
  with check (organization_id = (select identity.current_organization_id()) and created_by = (select identity.current_user_id()));
alter table app.export_rows owner to leadhouse_owner;
alter table app.export_rows enable row level security;
grant select, insert (organization_id, export_id, lead_id, row_no) on app.export_rows to authenticated;
create policy "members read what was exported of leads they reach" on app.export_rows for select to authenticated
  using (organization_id = (select identity.current_organization_id()) and (select identity.may('exports', 'read'))
         and ((select identity.reaches_all('leads', 'read'))
              or exists (select from app.leads as lead where lead.organization_id = export_rows.organization_id
                            and lead.lead_id = export_rows.lead_id)));
create policy "members record the rows of the export they run" on app.export_rows for insert to authenticated
  with check (organization_id = (select identity.current_organization_id())
         and exists (select from app.exports as export where export.organization_id = export_rows.organization_id
                        and export.export_id = export_rows.export_id and export.state = 'running'
                        and export.created_by = (select identity.current_user_id()))
         and exists (select from app.leads as lead where lead.organization_id = export_rows.organization_id
                        and lead.lead_id = export_rows.lead_id));
create trigger rows_are_appended before update or delete on app.export_rows
  for each row execute function identity.refuse_change();

do $$
declare
  target regclass;
begin
  foreach target in array array['app.lists', 'app.segments', 'app.exports']::regclass[] loop
    execute format('create trigger rows_are_touched before update on %s for each row execute function identity.touch_row()', target);
  end loop;
  foreach target in array array['app.lists', 'app.list_members', 'app.segments', 'app.exports']::regclass[] loop
    execute format('create trigger rows_are_stamped before insert on %s for each row execute function identity.stamp_row()', target);
    call identity.open_to_component(target, 'leadhouse_leads', 'select, insert, update, delete');
  end loop;
  call identity.open_to_component('app.export_rows', 'leadhouse_leads', 'select, insert');
  foreach target in array array['app.lists', 'app.list_members', 'app.segments']::regclass[] loop
    call identity.open_to_component(target, 'leadhouse_campaigns', 'select');
    call identity.open_to_component(target, 'leadhouse_enrichment', 'select');
  end loop;
end $$;

-- migrate: rollback

drop table app.export_rows;
drop table app.exports;
drop table app.segments;
drop table app.list_members;
drop table app.lists;
