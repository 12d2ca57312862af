-- Included credits: a tier that gives more is caught up with, and a period that has ended waits for its renewal
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

-- migrate: rollback

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
