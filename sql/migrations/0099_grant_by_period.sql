-- Included credits once a period; a lock stops no opt-out, and who is closed is locked
-- depends: 0098_wait_while_locked

-- migrate: apply

-- Replaces one passage of a function's text that must be there; the rest stays word for word what it was.
create function pg_temp.replace_passage(routine regproc, passage text, by text) returns void
language plpgsql as $$
declare
  text_of_it text := pg_get_functiondef(routine);
begin
  if position(passage in text_of_it) = 0 then
    raise exception '% does not hold: %', routine, passage;
  end if;
  execute replace(text_of_it, passage, by);
end $$;
-- A period of Stripe's that has ended was taken for a calendar month until the event of the renewal came, sometimes hours later:
-- the month's credits were granted for it, and once more for the new period.
select pg_temp.replace_passage('billing.grant_period_credits',
  $p$case when subscription.current_period_end > now() then subscription.current_period_start
                                                else date_trunc('month', now(), 'UTC') end as period_start into plan$p$,
  $p$coalesce(subscription.current_period_start, date_trunc('month', now(), 'UTC')) as period_start into plan$p$);
select pg_temp.replace_passage('billing.grant_period_credits',
  $p$and billing.find_lock(of_organization) is null;$p$,
  $p$and billing.find_lock(of_organization) is null
     and (subscription.current_period_end > now()) is not false;$p$);
-- The credits that a tier includes may be changed within a period: their number is part of the key.
select pg_temp.replace_passage('billing.grant_period_credits',
  $p$format('grant:%s:%s', plan.period_start, plan.tier)$p$,
  $p$format('grant:%s:%s:%s', plan.period_start, plan.tier, plan.included_credits)$p$);
drop function pg_temp.replace_passage;

-- What becomes of mail that went out lands whatever was paid: an opt-out, a complaint, a bounce, the sender's own rows. They were
-- refused as an import, and the opt-out with them.
drop trigger access_to_import on raw.batches;
create trigger access_to_import before insert on raw.batches
  for each row when (new.organization_id is not null and split_part(new.source_key, '/', 1) not in ('provider', 'web', 'email_delivery'))
  execute function billing.lock_row('import');

-- A closed organization asked paid providers on, and began what had been requested, until its time of grace was over.
create or replace function billing.find_lock(of_organization uuid) returns text
language sql stable security definer set search_path = '' as $$
  select coalesce(
    (select format('it was closed on %s', (organization.deleted_at at time zone 'UTC')::date)
       from identity.organizations as organization
      where organization.organization_id = of_organization and organization.deleted_at is not null),
    (select case
        when subscription.status = 'trialing' and subscription.trial_ends_at > now() then null
        when subscription.status = 'trialing' then format('the trial ended on %s', (subscription.trial_ends_at at time zone 'UTC')::date)
        when subscription.status in ('active', 'past_due') and subscription.cancel_at_period_end and subscription.current_period_end <= now()
          then format('the subscription was cancelled and ended on %s', (subscription.current_period_end at time zone 'UTC')::date)
        when subscription.status in ('active', 'past_due')
             and coalesce(subscription.payment_failed_at + make_interval(days => tier.grace_days) > now(),
                          subscription.status = 'active' or subscription.object_as_of + make_interval(days => tier.grace_days) > now()) then null
        when subscription.status in ('active', 'past_due') then format('a payment failed on %s and the %s days of grace are over',
          (coalesce(subscription.payment_failed_at, subscription.object_as_of) at time zone 'UTC')::date, tier.grace_days)
        when subscription.status in ('incomplete', 'incomplete_expired') then 'the first payment of the subscription was not completed'
        when subscription.status = 'canceled' then format('the subscription was cancelled on %s',
          (coalesce(subscription.canceled_at, subscription.object_as_of) at time zone 'UTC')::date)
        else format('the subscription is %s', subscription.status) end
      from billing.subscriptions as subscription join billing.tiers as tier using (tier)
     where subscription.organization_id = of_organization and subscription.is_current))
$$;

-- migrate: rollback

create or replace function billing.find_lock(of_organization uuid) returns text
language sql stable security definer set search_path = '' as $$
  select case
      when subscription.status = 'trialing' and subscription.trial_ends_at > now() then null
      when subscription.status = 'trialing' then format('the trial ended on %s', (subscription.trial_ends_at at time zone 'UTC')::date)
      when subscription.status in ('active', 'past_due') and subscription.cancel_at_period_end and subscription.current_period_end <= now()
        then format('the subscription was cancelled and ended on %s', (subscription.current_period_end at time zone 'UTC')::date)
      when subscription.status in ('active', 'past_due')
           and coalesce(subscription.payment_failed_at + make_interval(days => tier.grace_days) > now(),
                        subscription.status = 'active' or subscription.object_as_of + make_interval(days => tier.grace_days) > now()) then null
      when subscription.status in ('active', 'past_due') then format('a payment failed on %s and the %s days of grace are over',
        (coalesce(subscription.payment_failed_at, subscription.object_as_of) at time zone 'UTC')::date, tier.grace_days)
      when subscription.status in ('incomplete', 'incomplete_expired') then 'the first payment of the subscription was not completed'
      when subscription.status = 'canceled' then format('the subscription was cancelled on %s',
        (coalesce(subscription.canceled_at, subscription.object_as_of) at time zone 'UTC')::date)
      else format('the subscription is %s', subscription.status) end
    from billing.subscriptions as subscription join billing.tiers as tier using (tier)
   where subscription.organization_id = of_organization and subscription.is_current
$$;
drop trigger access_to_import on raw.batches;
create trigger access_to_import before insert on raw.batches
  for each row when (new.organization_id is not null and split_part(new.source_key, '/', 1) not in ('provider', 'web'))
  execute function billing.lock_row('import');
create function pg_temp.replace_passage(routine regproc, passage text, by text) returns void
language plpgsql as $$
declare
  text_of_it text := pg_get_functiondef(routine);
begin
  if position(passage in text_of_it) = 0 then
    raise exception '% does not hold: %', routine, passage;
  end if;
  execute replace(text_of_it, passage, by);
end $$;
select pg_temp.replace_passage('billing.grant_period_credits',
  $p$coalesce(subscription.current_period_start, date_trunc('month', now(), 'UTC')) as period_start into plan$p$,
  $p$case when subscription.current_period_end > now() then subscription.current_period_start
                                                else date_trunc('month', now(), 'UTC') end as period_start into plan$p$);
select pg_temp.replace_passage('billing.grant_period_credits',
  $p$and billing.find_lock(of_organization) is null
     and (subscription.current_period_end > now()) is not false;$p$,
  $p$and billing.find_lock(of_organization) is null;$p$);
select pg_temp.replace_passage('billing.grant_period_credits',
  $p$format('grant:%s:%s:%s', plan.period_start, plan.tier, plan.included_credits)$p$,
  $p$format('grant:%s:%s', plan.period_start, plan.tier)$p$);
drop function pg_temp.replace_passage;
