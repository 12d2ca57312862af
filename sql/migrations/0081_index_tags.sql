-- Leads by tag in the order of their creation, under policies
-- depends: 0080_count_owners

-- migrate: apply

-- What stands in app.leads.tags, a row a tag: under a policy the index of an array is not used, since `@>` is not leakproof, and
-- a rare tag was looked for among all leads of the organization.
create table app.lead_tags (
  organization_id uuid not null,
  lead_id uuid not null,
  tag text not null,
  created_at timestamptz not null, -- the lead's own: a page is read by one index
  primary key (organization_id, lead_id, tag),
  foreign key (organization_id, lead_id) references app.leads (organization_id, lead_id) on delete cascade
);
insert into app.lead_tags
select distinct lead.organization_id, lead.lead_id, given.tag, lead.created_at
  from app.leads as lead cross join lateral unnest(lead.tags) as given (tag) where given.tag is not null;
create index lead_tags_by_creation on app.lead_tags (organization_id, tag, created_at desc, lead_id);

create function app.carry_tags() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    insert into app.lead_tags
    select distinct lead.organization_id, lead.lead_id, given.tag, lead.created_at
      from new_rows as lead cross join lateral unnest(lead.tags) as given (tag) where given.tag is not null;
  else
    delete from app.lead_tags as gone
     using new_rows as lead join old_rows as before using (lead_id)
     where lead.tags is distinct from before.tags and gone.organization_id = lead.organization_id and gone.lead_id = lead.lead_id
       and array_position(lead.tags, gone.tag) is null;
    insert into app.lead_tags as kept
    select distinct lead.organization_id, lead.lead_id, given.tag, lead.created_at
      from new_rows as lead join old_rows as before using (lead_id) cross join lateral unnest(lead.tags) as given (tag)
     where (lead.tags, lead.created_at) is distinct from (before.tags, before.created_at) and given.tag is not null
    on conflict (organization_id, lead_id, tag) do update set created_at = excluded.created_at
     where kept.created_at <> excluded.created_at;
  end if;
  return null;
end $$;
alter function app.carry_tags owner to leadhouse_owner;
revoke execute on function app.carry_tags from public;
create trigger tags_are_carried_when_new after insert on app.leads
  referencing new table as new_rows for each statement execute function app.carry_tags();
create trigger tags_are_carried_anew after update on app.leads
  referencing old table as old_rows new table as new_rows for each statement execute function app.carry_tags();

call identity.open_by_parent('app.lead_tags', 'leads', 'app.leads', 'lead_id', 'select');
call identity.open_to_component('app.lead_tags', 'leadhouse_privacy', 'select');
call privacy.tag_column('app.lead_tags', 'tag', 'free text (by lead_id; delete row)');

-- migrate: rollback

drop trigger tags_are_carried_anew on app.leads;
drop trigger tags_are_carried_when_new on app.leads;
drop function app.carry_tags;
drop table app.lead_tags;
