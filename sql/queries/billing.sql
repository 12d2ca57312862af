-- Billing: Stripe's events and what they say, tiers, trials, credits, usage. Component: billing.

-- name: lock_customer
-- Events of one customer are applied one after another: one that waits for another must not miss it.
select pg_advisory_xact_lock(hashtextextended('stripe ' || %(customer)s::text, 0))

-- name: find_event
select outcome from billing.stripe_events where event_id = %(event_id)s

-- name: upsert_event
insert into billing.stripe_events as known (event_id, type, created_at, processed_at, outcome, waits_for, stripe_customer_id, payload)
values (%(event_id)s, %(type)s, %(created_at)s, case when %(waits_for)s::text is null then clock_timestamp() end, %(outcome)s,
        %(waits_for)s, %(customer)s, %(payload)s)
    on conflict (event_id) do update
   set processed_at = excluded.processed_at, outcome = excluded.outcome, waits_for = excluded.waits_for
 where known.processed_at is null

-- name: list_waiting
-- Of one customer, or of all; in the order in which they happened.
select event_id, type, created_at, waits_for, stripe_customer_id, payload
  from billing.stripe_events
 where processed_at is null and (%(customer)s::text is null or stripe_customer_id = %(customer)s)
 order by created_at, event_id

-- name: find_customer
select organization_id from billing.customers where stripe_customer_id = %(customer)s

-- name: retire_customers
-- An organization has one living customer: the one linked last.
update billing.customers set deleted_at = now()
 where organization_id = %(organization_id)s and stripe_customer_id <> %(customer)s and deleted_at is null

-- name: insert_customer
insert into billing.customers (stripe_customer_id, organization_id)
select %(customer)s, organization_id from identity.organizations where organization_id = %(organization_id)s
    on conflict (stripe_customer_id) do nothing
returning organization_id

-- name: delete_customer
update billing.customers set deleted_at = coalesce(deleted_at, %(created_at)s) where stripe_customer_id = %(customer)s

-- name: find_subscription
select subscription_id, organization_id, tier, price_id from billing.subscriptions where stripe_subscription_id = %(subscription)s

-- name: find_tier_of_price
select tier from billing.tier_prices where price_id = %(price)s

-- name: upsert_subscription
-- The newer event wins, whatever order they arrive in; within Stripe's whole second, by kind, then by id.
insert into billing.subscriptions as known
       (organization_id, stripe_subscription_id, stripe_customer_id, tier, price_id, status, trial_ends_at, current_period_start,
        current_period_end, cancel_at_period_end, canceled_at, stripe_created_at, object_as_of, object_rank, object_event_id)
values (%(organization_id)s, %(subscription)s, %(customer)s, %(tier)s, %(price)s, %(status)s, %(trial_ends_at)s,
        %(current_period_start)s, %(current_period_end)s, %(cancel_at_period_end)s, %(canceled_at)s, %(subscribed_at)s,
        %(created_at)s, %(rank)s, %(event_id)s)
    on conflict (stripe_subscription_id) do update
   set tier = excluded.tier, price_id = excluded.price_id, status = excluded.status, trial_ends_at = excluded.trial_ends_at,
       current_period_start = excluded.current_period_start, current_period_end = excluded.current_period_end,
       cancel_at_period_end = excluded.cancel_at_period_end, canceled_at = excluded.canceled_at,
       object_as_of = excluded.object_as_of, object_rank = excluded.object_rank, object_event_id = excluded.object_event_id
 where (excluded.object_as_of, excluded.object_rank, excluded.object_event_id)
       > (known.object_as_of, known.object_rank, known.object_event_id)
returning subscription_id

-- name: fold_payments
-- What all invoice events of a subscription say together: failed since the first failure after the newest success.
with invoices as (
  select created_at, (payload ->> 'failed')::boolean as failed, (payload ->> 'amount_paid')::bigint as amount_paid
    from billing.stripe_events
   where stripe_customer_id = %(customer)s and payload ->> 'subscription' = %(subscription)s and payload ? 'failed'
     and outcome = 'applied'),
paid as (
  select coalesce(max(created_at), '-infinity') as newest, max(created_at) filter (where amount_paid > 0) as newest_amount
    from invoices where not failed),
failing as (
  select min(created_at) as since from invoices, paid where failed and created_at > paid.newest)
update billing.subscriptions
   set last_payment_at = paid.newest_amount, payment_failed = failing.since is not null, payment_failed_at = failing.since
  from paid, failing
 where stripe_subscription_id = %(subscription)s

-- name: find_purchase
-- The session that the payment paid for, where credits were bought.
select customer.organization_id, event.payload ->> 'session' as session
  from billing.stripe_events as event join billing.customers as customer using (stripe_customer_id)
 where event.stripe_customer_id = %(customer)s and event.payload ->> 'payment' = %(payment)s
   and event.payload ->> 'credits' is not null and event.outcome = 'applied'
 limit 1

-- name: reverse_share
select billing.reverse_purchase(%(organization_id)s, %(session)s, %(given_back)s::numeric / %(amount)s, %(event_id)s)

-- name: reverse_purchase
-- Of a purchase that is applied now: what of its payment was said before to have been given back.
select billing.reverse_purchase(customer.organization_id, %(session)s, given.share, %(event_id)s)
  from billing.customers as customer
 cross join lateral (
   select max((event.payload ->> 'given_back')::numeric / (event.payload ->> 'amount')::numeric) as share
     from billing.stripe_events as event
    where event.stripe_customer_id = %(customer)s and event.type = 'charge.refunded'
      and event.payload ->> 'payment' = %(payment)s) as given
 where customer.stripe_customer_id = %(customer)s and given.share > 0

-- name: insert_trial
-- Once an organization: one that has or had a subscription of any kind gets none.
insert into billing.subscriptions (organization_id, tier, status, trial_ends_at, current_period_start, current_period_end)
select organization.organization_id, tier.tier, 'trialing', ends.at, now(), ends.at
  from identity.organizations as organization
  join billing.tiers as tier on tier.tier = %(tier)s
 cross join lateral (select now() + make_interval(days => coalesce(%(days)s, tier.trial_days)) as at) as ends
 where organization.organization_id = %(organization_id)s and ends.at > now()
   and not exists (select from billing.subscriptions as former where former.organization_id = organization.organization_id)
    on conflict do nothing
returning trial_ends_at

-- name: upsert_own_subscription
-- A tier that an operator gives, without Stripe: active, periods are calendar months.
insert into billing.subscriptions as known (organization_id, tier, status)
select organization_id, %(tier)s, 'active' from identity.organizations where organization_id = %(organization_id)s
    on conflict (organization_id) where stripe_subscription_id is null do update
   set tier = excluded.tier, status = 'active', trial_ends_at = null, current_period_start = null, current_period_end = null
returning subscription_id

-- name: upsert_price
insert into billing.tier_prices (price_id, tier) values (%(price)s, %(tier)s)
    on conflict (price_id) do update set tier = excluded.tier

-- name: move_tiers_of_price
update billing.subscriptions set tier = %(tier)s where price_id = %(price)s and tier <> %(tier)s

-- name: list_tiers
select tier.tier, tier.name, tier.included_credits, tier.trial_days, tier.grace_days,
       (select coalesce(jsonb_object_agg(metric, max_value), '{}') from billing.tier_limits where tier_limits.tier = tier.tier) as limits,
       array(select price_id from billing.tier_prices where tier_prices.tier = tier.tier order by price_id) as price_ids
  from billing.tiers as tier
 order by tier.rank

-- name: find_plan
select organization.organization_id, organization.slug, subscription.tier, subscription.status::text as status,
       subscription.trial_ends_at, subscription.current_period_start, subscription.current_period_end,
       subscription.cancel_at_period_end, subscription.payment_failed, subscription.last_payment_at,
       subscription.stripe_subscription_id, billing.has_access(organization.organization_id) as has_access,
       wallet.balance
  from identity.organizations as organization
  left join billing.subscriptions as subscription
    on subscription.organization_id = organization.organization_id and subscription.is_current
  left join billing.credit_wallets as wallet on wallet.organization_id = organization.organization_id
 where organization.organization_id = %(organization_id)s

-- name: list_usage
select metric, used, max_value from billing.list_usage(%(organization_id)s)

-- name: find_profile
-- Prospectr's profile of the person who is signed in.
select * from billing.profiles where user_id = %(user_id)s

-- name: move_credits
select entry.*
  from billing.move_credits(%(organization_id)s, %(kind)s, %(amount)s, %(key)s, %(reason)s, %(request_id)s) as entry
 where entry.transaction_id is not null

-- name: refund_credits
select entry.* from billing.refund_credits(%(transaction_id)s, %(amount)s, %(key)s, %(reason)s) as entry

-- name: list_transactions
select transaction_id, entry_no, kind, amount, balance_after, reason, request_id, created_at
  from billing.credit_transactions
 where organization_id = %(organization_id)s
 order by entry_no desc
 limit %(limit)s

-- name: list_current_subscribers
select organization_id from billing.subscriptions where is_current order by organization_id

-- name: grant_period_credits
select billing.grant_period_credits(%(organization_id)s) as granted

-- name: record_usage_events
select app.record_usage_events(%(organization_id)s, %(user_id)s, %(batch)s) as recorded

-- name: list_usage_by_day
select day, event_type, event_name, events, users, sessions
  from app.usage_by_day
 where organization_id = %(organization_id)s and day >= %(since)s
 order by day desc, events desc, event_type, event_name
