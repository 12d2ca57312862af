-- Mails about accounts. Queued as the component identity, sent as delivery.

-- name: queue_mail
insert into identity.mails (mail_id, kind, user_id, invitation_id, token_sealed, expires_at)
values (%(mail_id)s, %(kind)s, %(user_id)s, %(invitation_id)s, %(token_sealed)s, %(expires_at)s)
returning mail_id;

-- name: take_mail
select * from identity.take_mail();

-- name: settle_mail
select identity.settle_mail(%(mail_id)s, %(state)s, %(code)s, %(again_at)s) as done;
