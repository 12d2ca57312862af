-- Who is never written to again.

-- name: insert_suppression
insert into app.suppressions (organization_id, scope, value_normalized, reason, source)
values (%(organization_id)s, %(scope)s, %(value)s, %(reason)s, %(source)s)
on conflict (organization_id, scope, value_normalized) do nothing
returning suppression_id;

-- name: find_erased_keys
select found.key_hash from privacy.find_erased(%(hashes)s::bytea[]) as found (key_hash)

-- name: note_pages
-- Archive members of a page that states an erased person: overwritten after the commit, see leadhouse.privacy.pages.
select privacy.note_pages(%(uris)s::text[], %(offsets)s::bigint[], %(lengths)s::bigint[])
