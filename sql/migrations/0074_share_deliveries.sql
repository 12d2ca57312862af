-- Deliveries of webhooks are taken by turns of organizations, a few of each at a time
-- depends: 0073_prove_addresses

-- migrate: apply

create index webhook_deliveries_leased on app.webhook_deliveries (organization_id, webhook_id) where leased_until is not null;

-- Takes deliveries that are due, for `seconds`: whoever dies leaves them to the next. Four of an organization are on their way at
-- most, however many webhooks it has and however many senders there are; of a webhook whose last answer was bad, one. Who has
-- fewer on the way is served first, among equals the lot decides: an old queue is no precedence.
drop function app.claim_webhook_deliveries(integer, double precision);
create function app.claim_webhook_deliveries(at_most integer, seconds double precision)
returns table (delivery_id uuid, organization_id uuid, webhook_id uuid, format text, event_type text, payload jsonb, attempt_no integer,
  schedule_step integer)
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtext('app.claim_webhook_deliveries')); -- senders take turns, or each would count for itself
  return query
    with held as (
      select leased.organization_id, leased.webhook_id, count(*) as busy from app.webhook_deliveries as leased
       where leased.leased_until > clock_timestamp() and leased.status = 'pending' group by 1, 2),
    waiting as (
      select webhook.organization_id, picked.delivery_id, picked.next_attempt_at, coalesce(own.busy, 0) + picked.place as place
        from app.webhooks as webhook
        join identity.organizations as organization
             on organization.organization_id = webhook.organization_id and organization.deleted_at is null
        left join held as own on own.webhook_id = webhook.webhook_id
       cross join lateral (
         select due.delivery_id, due.next_attempt_at, row_number() over (order by due.next_attempt_at) as place
           from app.webhook_deliveries as due
          where due.webhook_id = webhook.webhook_id and due.status = 'pending' and due.next_attempt_at <= clock_timestamp()
            and (due.leased_until is null or due.leased_until <= clock_timestamp())
          order by due.next_attempt_at
          limit greatest(0, case when webhook.failing_since is null then 4 else 1 end - coalesce(own.busy, 0))) as picked
       where webhook.status = 'enabled'),
    ranked as (
      select waiting.delivery_id, coalesce((select sum(all_held.busy) from held as all_held
                                              where all_held.organization_id = waiting.organization_id), 0)
               + row_number() over (partition by waiting.organization_id order by waiting.place, waiting.next_attempt_at) as turn
        from waiting),
    chosen as (select ranked.delivery_id from ranked where ranked.turn <= 4 order by ranked.turn, random() limit at_most)
    update app.webhook_deliveries as delivery
       set leased_until = clock_timestamp() + make_interval(secs => seconds), attempt_count = delivery.attempt_count + 1,
           schedule_step = delivery.schedule_step + 1
      from chosen, app.webhooks as webhook
     where delivery.delivery_id = chosen.delivery_id and webhook.webhook_id = delivery.webhook_id and delivery.status = 'pending'
    returning delivery.delivery_id, delivery.organization_id, delivery.webhook_id, webhook.format, delivery.event_type,
              delivery.payload, delivery.attempt_count, delivery.schedule_step;
end $$;
alter function app.claim_webhook_deliveries(integer, double precision) owner to leadhouse_owner;
revoke execute on function app.claim_webhook_deliveries(integer, double precision) from public;
grant execute on function app.claim_webhook_deliveries(integer, double precision) to leadhouse_events;

-- migrate: rollback

drop function app.claim_webhook_deliveries(integer, double precision);
-- Takes deliveries that are due, four of a webhook at a time, for `seconds`: whoever dies leaves them to the next.
create function app.claim_webhook_deliveries(at_most integer, seconds double precision)
returns table (delivery_id uuid, organization_id uuid, webhook_id uuid, format text, event_type text, payload jsonb, attempt_no integer,
  schedule_step integer)
language sql volatile security definer set search_path = '' as $$
  with due as (
    select picked.delivery_id
      from app.webhooks as webhook
      join identity.organizations as organization on organization.organization_id = webhook.organization_id and organization.deleted_at is null
     cross join lateral (select count(*) as busy from app.webhook_deliveries as taken where taken.webhook_id = webhook.webhook_id
                            and taken.status = 'pending' and taken.leased_until > clock_timestamp()) as held
     cross join lateral (select waiting.delivery_id from app.webhook_deliveries as waiting
                          where waiting.webhook_id = webhook.webhook_id and waiting.status = 'pending' and waiting.next_attempt_at <= clock_timestamp()
                            and (waiting.leased_until is null or waiting.leased_until <= clock_timestamp())
                          order by waiting.next_attempt_at limit greatest(0, 4 - held.busy) for update skip locked) as picked
     where webhook.status = 'enabled' limit at_most)
  update app.webhook_deliveries as delivery
     set leased_until = clock_timestamp() + make_interval(secs => seconds), attempt_count = delivery.attempt_count + 1,
         schedule_step = delivery.schedule_step + 1
    from due, app.webhooks as webhook where delivery.delivery_id = due.delivery_id and webhook.webhook_id = delivery.webhook_id
  returning delivery.delivery_id, delivery.organization_id, delivery.webhook_id, webhook.format, delivery.event_type, delivery.payload,
            delivery.attempt_count, delivery.schedule_step
$$;
alter function app.claim_webhook_deliveries(integer, double precision) owner to leadhouse_owner;
revoke execute on function app.claim_webhook_deliveries(integer, double precision) from public;
grant execute on function app.claim_webhook_deliveries(integer, double precision) to leadhouse_events;

drop index app.webhook_deliveries_leased;
