-- Events: the stream of changes, and what people are told. Under the caller's policies.

-- name: number_events
select app.number_events() as numbered

-- name: find_position
select last_event_no, first_event_no from app.event_counters where stream = 'events'

-- name: select_events
select event_no, organization_id, resource, table_name, row_id, verb, changed_columns, changed_at
  from app.events
 where event_no > %(after)s
 order by event_no
 limit %(limit)s

-- name: find_channel_key
-- What the channel `events` says when something of the organization has changed.
select app.event_channel_key(%(organization_id)s) as channel_key

-- name: select_notifications
select notification_id, kind, title, message, link, read_at, created_at
  from app.notifications
 where (not %(only_unread)s or read_at is null)
   and (%(after_at)s::timestamptz is null
        or (created_at <= %(after_at)s and (created_at < %(after_at)s or notification_id > %(after_id)s::uuid)))
 order by created_at desc, notification_id
 limit %(limit)s

-- name: count_unread
select count(*) as unread from app.notifications where read_at is null

-- name: mark_read
-- Null ids: all of the caller's.
update app.notifications set read_at = clock_timestamp()
 where read_at is null and (%(ids)s::uuid[] is null or notification_id = any (%(ids)s::uuid[]))

-- name: delete_notification
delete from app.notifications where notification_id = %(notification_id)s

-- name: drop_old_events
select app.drop_old_events(%(keep_days)s) as dropped
