-- Corrections and restores know who has become one with whom, and no refusal names a lead that its reader cannot see
-- depends: 0099_grant_by_period

-- migrate: apply

-- A rep's lead keeps its entity when that is merged; what is put right is the entity that goes on.
create or replace function app.require_correction(of_organization uuid, of_entity uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  perform identity.require('leads', 'update');
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or identity.reaches_all('leads', 'update')) then
    perform from app.leads as lead
      where lead.organization_id = of_organization and lead.deleted_at is null
        and lead.entity_id in (select app.entities_behind(of_organization, of_entity))
        and app.current_entity(lead.entity_id, of_organization) = app.current_entity(of_entity, of_organization)
        and (lead.owner_id = any (identity.reach('leads', 'update')) or lead.created_by = any (identity.reach('leads', 'update')));
    if not found then
      raise exception 'you have no lead on entity %', of_entity using errcode = 'insufficient_privilege';
    end if;
  end if;
end $$;

create or replace function app.restore_lead(of_lead uuid) returns app.leads
language plpgsql security definer set search_path = '' as $$
declare
  held app.leads;
  kept uuid;
  restored app.leads;
  living uuid;
  one uuid;
begin
  held := app.require_lead(of_lead, 'delete', true);
  if held.purged_at is not null or held.deleted_at < clock_timestamp() - interval '30 days' then
    raise exception 'lead % was deleted on %: after 30 days it cannot be restored', of_lead, held.deleted_at::date
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  select redirect.to_lead_id into kept from app.lead_redirects as redirect
   where redirect.from_lead_id = of_lead and redirect.reverted_at is null;
  if kept is not null then
    raise exception 'lead % was merged into lead %: part the entities, and it opens again', of_lead, kept
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  -- who has become one with another has one lead, too: a night would close one of the two again
  one := app.current_entity(held.entity_id, held.organization_id);
  select lead.lead_id into living from app.leads as lead
   where lead.organization_id = held.organization_id and lead.deleted_at is null
     and lead.entity_id in (select app.entities_behind(held.organization_id, one))
     and app.current_entity(lead.entity_id, lead.organization_id) = one
   limit 1;
  if living is not null then
    raise exception 'lead % cannot be restored: % on the same person or company lives', of_lead,
        case when app.can_access_lead(living) then format('lead %s', living) else 'a lead' end
      using errcode = 'unique_violation', hint = 'Work on the living lead, or delete it first.';
  end if;
  update app.leads as lead set deleted_at = null where lead.lead_id = of_lead returning * into restored;
  return restored;
exception when unique_violation then -- restored or adopted in the same moment
  if living is not null then
    raise;
  end if;
  raise exception 'lead % cannot be restored: a lead on the same person or company lives', of_lead
    using errcode = 'unique_violation', hint = 'Work on the living lead, or delete it first.';
end $$;

-- Notes without those that another lead had given: the last of each, whole paragraphs alone.
create function app.without_paragraphs(notes text, gone text[]) returns text language plpgsql immutable set search_path = '' as $$
declare
  whole text := E'\n\n' || notes || E'\n\n';
  given text;
  place integer;
begin
  foreach given in array gone loop
    given := E'\n\n' || given || E'\n\n';
    place := strpos(reverse(whole), reverse(given));
    if place > 0 then
      place := length(whole) - place - length(given) + 2;
      whole := left(whole, place - 1) || E'\n\n' || substr(whole, place + length(given));
    end if;
  end loop;
  return nullif(regexp_replace(whole, E'^\n\n|\n\n$', '', 'g'), '');
end $$;
alter function app.without_paragraphs owner to leadhouse_owner;
revoke all on function app.without_paragraphs from public;
grant execute on function app.without_paragraphs to leadhouse_leads;

-- migrate: rollback

drop function app.without_paragraphs;

create or replace function app.require_correction(of_organization uuid, of_entity uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  perform identity.require('leads', 'update');
  if not (pg_has_role(session_user, 'leadhouse_app', 'member') or identity.reaches_all('leads', 'update')) then
    perform from app.leads as lead
      where lead.organization_id = of_organization and lead.entity_id = of_entity and lead.deleted_at is null
        and (lead.owner_id = any (identity.reach('leads', 'update')) or lead.created_by = any (identity.reach('leads', 'update')));
    if not found then
      raise exception 'you have no lead on entity %', of_entity using errcode = 'insufficient_privilege';
    end if;
  end if;
end $$;

create or replace function app.restore_lead(of_lead uuid) returns app.leads
language plpgsql security definer set search_path = '' as $$
declare
  held app.leads;
  kept uuid;
  restored app.leads;
begin
  held := app.require_lead(of_lead, 'delete', true);
  if held.purged_at is not null or held.deleted_at < clock_timestamp() - interval '30 days' then
    raise exception 'lead % was deleted on %: after 30 days it cannot be restored', of_lead, held.deleted_at::date
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  select redirect.to_lead_id into kept from app.lead_redirects as redirect
   where redirect.from_lead_id = of_lead and redirect.reverted_at is null;
  if kept is not null then
    raise exception 'lead % was merged into lead %: part the entities, and it opens again', of_lead, kept
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  update app.leads as lead set deleted_at = null where lead.lead_id = of_lead returning * into restored;
  return restored;
exception when unique_violation then
  select lead.lead_id into kept from app.leads as lead
   where lead.organization_id = held.organization_id and lead.entity_id = held.entity_id and lead.deleted_at is null;
  raise exception 'lead % cannot be restored: lead % on the same person or company lives', of_lead, kept
    using errcode = 'unique_violation', hint = 'Work on the living lead, or delete it first.';
end $$;
