-- Sources of an organization, changed by its people under their own policies. `{values}` come from a closed set.

-- name: change_source
update app.sources set {values}
 where organization_id = %(organization_id)s and source_id = %(source_id)s and deleted_at is null
returning source_id

-- name: delete_source
update app.sources set deleted_at = clock_timestamp()
 where organization_id = %(organization_id)s and source_id = %(source_id)s and deleted_at is null
returning source_id

-- name: restore_source
update app.sources set deleted_at = null
 where organization_id = %(organization_id)s and source_id = %(source_id)s
   and deleted_at > clock_timestamp() - interval '30 days'
returning source_id

-- name: find_tested_source
select organization_id, source_key, kind::text as kind, start_url, config, secret_id from app.sources
 where source_id = %(source_id)s and deleted_at is null

-- name: require_test
select identity.require('sources', 'update')
