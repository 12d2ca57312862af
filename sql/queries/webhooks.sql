-- Webhooks: subscriptions (as the caller), and what the sender does with their deliveries (as the component `events`).

-- name: insert_webhook
insert into app.webhooks (webhook_id, organization_id, name, format, url, event_types)
values (%(webhook_id)s, identity.current_organization_id(), %(name)s, %(format)s, %(url)s, %(event_types)s)
returning webhook_id, organization_id, name, format, url, event_types, status, disabled_reason, failing_since, created_at,
          updated_at

-- name: list_webhooks
select webhook_id, organization_id, name, format, url, event_types, status, disabled_reason, failing_since, created_at,
       updated_at
  from app.webhooks
 where organization_id = identity.current_organization_id()
 order by created_at desc, webhook_id
 limit %(limit)s offset %(offset)s

-- name: count_webhooks
select count(*) as total from app.webhooks where organization_id = identity.current_organization_id()

-- name: find_webhook
select webhook_id, organization_id, name, format, url, event_types, status, disabled_reason, failing_since, created_at,
       updated_at
  from app.webhooks where webhook_id = %(webhook_id)s

-- name: lock_webhook
-- Whoever changes a subscription takes turns; only those who may update it get the row.
select webhook_id, organization_id, format from app.webhooks where webhook_id = %(webhook_id)s for no key update

-- name: update_webhook
-- Null: as it is.
update app.webhooks
   set name = coalesce(%(name)s, name), url = coalesce(%(url)s, url),
       event_types = coalesce(%(event_types)s::text[], event_types), status = coalesce(%(status)s, status),
       disabled_reason = case %(status)s when 'disabled' then 'Disabled by hand.' else disabled_reason end
 where webhook_id = %(webhook_id)s
returning webhook_id, organization_id, name, format, url, event_types, status, disabled_reason, failing_since, created_at,
          updated_at

-- name: delete_webhook
delete from app.webhooks where webhook_id = %(webhook_id)s returning organization_id

-- name: insert_test_delivery
insert into app.webhook_deliveries (delivery_id, organization_id, webhook_id, event_type, payload)
select %(delivery_id)s, organization_id, webhook_id, %(event_type)s, %(payload)s
  from app.webhooks where webhook_id = %(webhook_id)s
returning delivery_id

-- name: list_deliveries
-- Newest first, each with its attempts in their order.
select delivery_id, webhook_id, event_type, payload, status, attempt_count, next_attempt_at, response_status, delivered_at,
       created_at,
       array(select jsonb_build_object('attempt_no', attempt_no, 'attempted_at', attempted_at, 'duration_ms', duration_ms,
                      'response_status', attempt.response_status, 'response_body', response_body, 'error', error)
               from app.webhook_attempts as attempt where attempt.delivery_id = delivery.delivery_id
              order by attempt_no) as attempts
  from app.webhook_deliveries as delivery
 where webhook_id = %(webhook_id)s and organization_id = identity.current_organization_id()
   and (%(status)s::text is null or status = %(status)s)
   and (%(delivery_id)s::uuid is null or delivery_id = %(delivery_id)s)
 order by created_at desc, delivery_id
 limit %(limit)s offset %(offset)s

-- name: count_deliveries
select count(*) as total from app.webhook_deliveries
 where webhook_id = %(webhook_id)s and organization_id = identity.current_organization_id()
   and (%(status)s::text is null or status = %(status)s)

-- name: redeliver_message
-- The schedule begins anew; what is being sent now is not disturbed.
update app.webhook_deliveries set status = 'pending', schedule_step = 0, next_attempt_at = clock_timestamp()
 where delivery_id = %(delivery_id)s and webhook_id = %(webhook_id)s
returning delivery_id

-- name: number_events
select app.number_events() as numbered

-- name: fan_out
select app.fan_out_webhooks() as written

-- name: claim_deliveries
select * from app.claim_webhook_deliveries(%(at_most)s, %(seconds)s)

-- name: insert_attempt
-- None where the delivery is gone: who deletes a webhook waits for nobody who sends.
insert into app.webhook_attempts (delivery_id, attempt_no, organization_id, attempted_at, duration_ms, response_status,
                                  response_body, error)
select delivery_id, %(attempt_no)s, organization_id, %(attempted_at)s, %(duration_ms)s, %(response_status)s::integer,
       %(response_body)s, %(error)s
  from app.webhook_deliveries where delivery_id = %(delivery_id)s for key share

-- name: settle_delivery
-- Of the attempt that was claimed and no other; a redelivery by hand meanwhile stays pending.
update app.webhook_deliveries
   set status = case when %(status)s = 'failed' and schedule_step <> %(schedule_step)s then 'pending' else %(status)s end,
       next_attempt_at = case when schedule_step = %(schedule_step)s
         then clock_timestamp() + make_interval(secs => %(wait_seconds)s) else next_attempt_at end,
       leased_until = null, response_status = %(response_status)s,
       delivered_at = case when %(status)s = 'delivered' then clock_timestamp() else delivered_at end
 where delivery_id = %(delivery_id)s and attempt_count = %(attempt_no)s

-- name: note_answer
-- Since when no answer was good; null: the last one was. Only a change is written.
update app.webhooks
   set failing_since = case when %(is_good)s then null else clock_timestamp() end
 where webhook_id = %(webhook_id)s and (failing_since is null) <> %(is_good)s

-- name: find_failing
select failing_since from app.webhooks
 where webhook_id = %(webhook_id)s and failing_since < clock_timestamp() - %(days)s * interval '1 day'

-- name: disable_webhook
select app.disable_webhook(%(webhook_id)s, %(reason)s) as disabled

-- name: drop_old_deliveries
delete from app.webhook_deliveries
 where delivery_id in (select delivery_id from app.webhook_deliveries
                        where created_at < clock_timestamp() - %(keep_days)s * interval '1 day' and status <> 'pending' limit 1000)
