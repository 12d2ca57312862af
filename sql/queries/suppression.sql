-- Who is never written to again.

-- name: insert_suppression
insert into app.suppressions (organization_id, scope, value_normalized, reason, source)
values (%(organization_id)s, %(scope)s, %(value)s, %(reason)s, %(source)s)
on conflict (organization_id, scope, value_normalized) do nothing
returning suppression_id;
