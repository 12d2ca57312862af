-- Who is suppressed is found by one plan a session, not by one a candidate
-- depends: 0099_grant_by_period

-- migrate: apply

-- A millisecond a candidate went into planning, twenty seconds of a wave of 20,000. What an address stands for is found out once, and
-- the plan is the general one from the first call on: it is two looks into an index, whatever the address.
create or replace function app.find_suppressions(of_organization uuid, address text, of_lead uuid) returns setof app.suppressions
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
  mailbox text := app.mailbox_of(address);
  domains text[] := app.domains_over(split_part(address, '@', -1));
begin
  return query
    select suppression.* from app.suppressions as suppression
     where suppression.scope = 'email' and app.mailbox_of(suppression.value_normalized) = mailbox
       and (suppression.organization_id = of_organization or suppression.organization_id is null)
    union
    select suppression.* from app.suppressions as suppression
     where suppression.scope = 'domain' and suppression.value_normalized = any (domains)
       and (suppression.organization_id = of_organization or suppression.organization_id is null)
    union
    select suppression.*
      from app.messages as message
      join app.suppressions as suppression
        on suppression.scope = 'email' and app.mailbox_of(suppression.value_normalized) = app.mailbox_of(message.email_normalized)
     where message.organization_id = of_organization and message.lead_id = of_lead
       and suppression.reason in ('unsubscribed', 'complained')
       and (suppression.organization_id = of_organization or suppression.organization_id is null);
end $$;

-- migrate: rollback

create or replace function app.find_suppressions(of_organization uuid, address text, of_lead uuid) returns setof app.suppressions
language sql stable security definer set search_path = ''
begin atomic
  select suppression.*
    from app.suppressions as suppression
   where (suppression.organization_id = of_organization or suppression.organization_id is null)
     and (suppression.scope = 'email' and app.mailbox_of(suppression.value_normalized) = app.mailbox_of(address)
       or suppression.scope = 'domain' and suppression.value_normalized = any (app.domains_over(split_part(address, '@', -1))))
  union
  select suppression.*
    from app.messages as message
    join app.suppressions as suppression
      on suppression.scope = 'email' and app.mailbox_of(suppression.value_normalized) = app.mailbox_of(message.email_normalized)
   where message.organization_id = of_organization and message.lead_id = of_lead
     and suppression.reason in ('unsubscribed', 'complained')
     and (suppression.organization_id = of_organization or suppression.organization_id is null);
end;
