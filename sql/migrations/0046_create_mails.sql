-- Mails about accounts: resets, confirmations, invitations; apart from campaigns' messages, which need a gate
-- depends: 0045_serve_callers

-- migrate: apply

-- The row comes first and the mail goes out at most once. Whom it goes to stands in the user or the invitation, its token is
-- sealed and gone once the mail is settled.
create table identity.mails (
  mail_id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('password_reset', 'email_confirmation', 'address_taken', 'invitation')),
  user_id uuid references identity.users on delete cascade,
  invitation_id uuid references identity.invitations on delete cascade,
  token_sealed bytea,
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'rejected', 'unknown', 'expired')),
  attempts integer not null default 0 check (attempts >= 0),
  due_at timestamptz not null default now(),
  expires_at timestamptz not null, -- what the mail says is worth nothing afterwards
  reply_code integer, -- the server's last answer (RFC 5321)
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((kind = 'invitation') = (invitation_id is not null)),
  check ((user_id is null) = (invitation_id is not null)),
  check (token_sealed is null or state in ('queued', 'sending'))
);
create index mails_by_user on identity.mails (user_id);
create index mails_by_invitation on identity.mails (invitation_id);
create index mails_by_due on identity.mails (due_at) where state = 'queued';
create index mails_by_age on identity.mails (created_at);
call identity.open_to_component('identity.mails', 'leadhouse_identity', 'select, insert');
call identity.open_to_component('identity.mails', 'leadhouse_console', 'select');

-- Takes one mail that is due, whose address and words it returns; none when nothing is due. What was taken long ago and not
-- settled died with its sender: nobody knows whether it went out, and nothing sends it again.
create function identity.take_mail() returns table (mail_id uuid, kind text, token_sealed bytea, attempts integer,
  email_normalized text, full_name text, organization_name text)
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.mails as every set state = case when every.state = 'queued' then 'expired' else 'unknown' end, token_sealed = null,
         updated_at = clock_timestamp()
   where every.state = 'queued' and every.expires_at <= clock_timestamp()
      or every.state = 'sending' and every.updated_at < clock_timestamp() - interval '10 minutes';
  delete from identity.mails as old
   where old.mail_id in (select every.mail_id from identity.mails as every
                          where every.created_at < now() - interval '30 days' and every.state not in ('queued', 'sending')
                          order by every.created_at limit 20 for update skip locked);
  return query
    with taken as (
      update identity.mails as every set state = 'sending', attempts = every.attempts + 1, updated_at = clock_timestamp()
       where every.mail_id = (select due.mail_id from identity.mails as due where due.state = 'queued' and due.due_at <= clock_timestamp()
                               order by due.due_at limit 1 for update skip locked)
      returning every.*)
    select taken.mail_id, taken.kind, taken.token_sealed, taken.attempts, coalesce(person.email_normalized, invitation.email_normalized),
           person.full_name, organization.name
      from taken
      left join identity.users as person on person.user_id = taken.user_id
      left join identity.invitations as invitation on invitation.invitation_id = taken.invitation_id
      left join identity.organizations as organization on organization.organization_id = invitation.organization_id;
end $$;

-- What became of it: `queued` puts it off until `again_at`.
create function identity.settle_mail(of_mail uuid, new_state text, code integer, again_at timestamptz default null) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.mails as mine
     set state = new_state, reply_code = code, due_at = coalesce(again_at, mine.due_at), updated_at = clock_timestamp(),
         token_sealed = case when new_state = 'queued' then mine.token_sealed end
   where mine.mail_id = of_mail and mine.state = 'sending';
  return found;
end $$;

alter function identity.take_mail() owner to leadhouse_owner;
alter function identity.settle_mail(uuid, text, integer, timestamptz) owner to leadhouse_owner;
revoke execute on function identity.take_mail(), identity.settle_mail(uuid, text, integer, timestamptz) from public;
grant execute on function identity.take_mail(), identity.settle_mail(uuid, text, integer, timestamptz) to leadhouse_delivery;

-- migrate: rollback

drop function identity.settle_mail, identity.take_mail;
drop table identity.mails;
