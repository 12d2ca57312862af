-- Who is given a lead is told; lists, segments and settings are under audit
-- depends: 0036_search_leads

-- migrate: apply

-- One notification a person and statement: of one lead its name, of many their number. Nobody is told what they did.
create function app.notify_assignments() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform app.notify(given.organization_id, given.to_owner_id, 'lead_assigned',
      case when given.leads = 1 then 'A lead was assigned to you' else format('%s leads were assigned to you', given.leads) end,
      coalesce(given.label, ''),
      jsonb_build_object('resource', 'leads', 'id', given.lead_id, 'count', given.leads))
    from (select change.organization_id, change.to_owner_id, count(*) as leads,
                 case when count(*) = 1 then min(change.lead_id::text)::uuid end as lead_id,
                 case when count(*) = 1 then min(concat_ws(', ', facts.full_name, facts.company_name)) end as label
            from made as change
            left join app.lead_facts as facts on facts.lead_id = change.lead_id
           where change.to_owner_id is not null and change.to_owner_id is distinct from change.changed_by
           group by change.organization_id, change.to_owner_id) as given;
  return null;
end $$;
create trigger owner_changes_notify after insert on app.lead_owner_changes
  referencing new table as made for each statement execute function app.notify_assignments();
alter function app.notify_assignments owner to leadhouse_owner;
revoke execute on function app.notify_assignments from public;

call identity.audit_changes('app.lists');
call identity.audit_changes('app.segments');
call identity.audit_changes('app.organization_settings', resource => 'settings');
call identity.audit_changes('app.interactions', masked => '{content,ai_analysis,outcome}', of_people_only => true,
  key_columns => '{interaction_id}');
do $$
declare
  verb text;
begin
  foreach verb in array array['insert', 'update', 'delete'] loop
    execute format('drop trigger %I on app.leads', verb || 's_are_audited');
  end loop;
end $$;
call identity.audit_changes('app.leads', '{qualification_data}');

-- migrate: rollback

do $$
declare
  target text;
  verb text;
begin
  foreach target in array array['lists', 'segments', 'organization_settings', 'interactions', 'leads'] loop
    foreach verb in array array['insert', 'update', 'delete'] loop
      execute format('drop trigger %I on app.%I', verb || 's_are_audited', target);
    end loop;
  end loop;
end $$;
call identity.audit_changes('app.leads');
drop trigger owner_changes_notify on app.lead_owner_changes;
drop function app.notify_assignments;
