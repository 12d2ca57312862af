-- Two entities that have become one are one to whoever is paid for an answer about them
-- depends: 0086_hold_overtaken_messages

-- migrate: apply

-- All entities that are one for an organization, the given one among them: along its redirects and the shared ones, of which an
-- own one of the same entity takes the place.
create function app.entities_as_one(of_organization uuid, of_entity uuid) returns uuid[]
language sql stable set search_path = '' as $$
  with recursive one (entity_id) as (
    select of_entity
    union
    select case when redirect.from_entity_id = one.entity_id then redirect.to_entity_id else redirect.from_entity_id end
      from one
      join resolution.redirects as redirect
        on redirect.reverted_batch_no is null and one.entity_id in (redirect.from_entity_id, redirect.to_entity_id)
       and (redirect.organization_id = of_organization
            or redirect.organization_id is null
               and not exists (select from resolution.redirects as own
                                where own.from_entity_id = redirect.from_entity_id and own.organization_id = of_organization
                                  and own.reverted_batch_no is null)))
  select array_agg(one.entity_id) from one
$$;
alter function app.entities_as_one owner to leadhouse_owner;
revoke execute on function app.entities_as_one from public;
grant execute on function app.entities_as_one to leadhouse_enrichment;

-- migrate: rollback

drop function app.entities_as_one;
