-- Mails about accounts. Queued as the component identity, sent as delivery.

-- name: queue_mail
insert into identity.mails (mail_id, kind, user_id, invitation_id, token_sealed, expires_at)
values (%(mail_id)s, %(kind)s, %(user_id)s, %(invitation_id)s, %(token_sealed)s, %(expires_at)s)
returning mail_id;

-- name: list_waiting_mails
-- To an address, oldest first.
select mail.mail_id, mail.kind, mail.token_sealed, mail.expires_at
  from identity.mails as mail
  left join identity.users as person using (user_id)
  left join identity.invitations as invitation using (invitation_id)
 where coalesce(person.email_normalized, invitation.email_normalized) = %(email)s and mail.state = 'queued'
   and mail.expires_at > clock_timestamp()
 order by mail.created_at;

-- name: take_mail
select * from identity.take_mail();

-- name: settle_mail
select identity.settle_mail(%(mail_id)s, %(state)s, %(code)s, %(again_at)s) as done;
