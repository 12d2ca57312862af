-- An opt-out holds for the mailbox however it is spelled, for the subdomains of a domain, and for the person at another address
-- depends: 0086_hold_overtaken_messages

-- migrate: apply

-- One form of all spellings that reach one mailbox: lower case, without the part behind a plus sign (RFC 5233) and a closing dot
-- of the host; Gmail reads no dots and has two names (https://support.google.com/mail/answer/7436150).
create function app.mailbox_of(address text) returns text
language sql immutable parallel safe
return (select case when read.host in ('gmail.com', 'googlemail.com') then replace(read.tagless, '.', '') || '@gmail.com'
                    else read.tagless || '@' || read.host end
          from (select rtrim(split.host, '.') as host, coalesce(nullif(split_part(split.local, '+', 1), ''), split.local) as tagless
                  from (select split_part(lower(address), '@', -1) as host,
                               left(lower(address), -1 - length(split_part(lower(address), '@', -1))) as local) as split) as read);

-- A host, and the domains above it that have a dot: who suppresses kunde.example is not written to at mail.kunde.example either.
create function app.domains_over(host text) returns text[]
language sql immutable parallel safe
return (select coalesce(array_agg(array_to_string(labels.label[place :], '.') order by place), '{}')
          from (select string_to_array(rtrim(lower(host), '.'), '.') as label) as labels
         cross join generate_series(1, greatest(1, cardinality(labels.label) - 1)) as place);

create index suppressions_by_mailbox on app.suppressions (app.mailbox_of(value_normalized)) where scope = 'email';
create index messages_by_lead on app.messages (lead_id);

-- What holds against writing to an address, and to a lead at whatever address: who objected to advertising did so as a person
-- (GDPR article 21), and the next address that is found of him does not change that.
create function app.find_suppressions(of_organization uuid, address text, of_lead uuid) returns setof app.suppressions
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

create or replace function app.is_suppressed(of_organization uuid, address text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from app.find_suppressions(of_organization, address, null))
$$;

do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['app.mailbox_of(text)', 'app.domains_over(text)', 'app.find_suppressions(uuid, text, uuid)']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
  end loop;
end $$;
revoke execute on function app.find_suppressions from public;
grant execute on function app.find_suppressions to leadhouse_campaigns;

-- migrate: rollback

create or replace function app.is_suppressed(of_organization uuid, address text) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from app.suppressions as suppression
     where (suppression.organization_id = of_organization or suppression.organization_id is null)
       and ((suppression.scope = 'email' and suppression.value_normalized = lower(address))
         or (suppression.scope = 'domain' and suppression.value_normalized = split_part(lower(address), '@', 2))))
$$;
drop function app.find_suppressions;
drop index app.messages_by_lead;
drop index app.suppressions_by_mailbox;
drop function app.domains_over;
drop function app.mailbox_of;
