-- A budget counts what its costs say, to the millionth: tokens cost less than a hundredth of a cent
-- depends: 0090_ask_merged_once
-- changes: billing.budgets

-- migrate: apply

-- With four decimals a token of 0.00004 EUR was never counted, and one of 0.00005 twice: a ceiling did not hold.
alter table billing.budgets alter column spent_eur type numeric(14, 6);
update billing.budgets as budget
   set spent_eur = greatest(0, least(budget.ceiling_eur, booked.eur))
  from (select budget_id, sum(amount_eur) as eur from billing.costs where budget_id is not null group by budget_id) as booked
 where booked.budget_id = budget.budget_id and booked.eur <> budget.spent_eur;

-- A refund goes back to the day and the job of its charge, that of a source's call as well. A job may state a ceiling of its own:
-- parameters.ceiling_eur.
create or replace function billing.charge_budget() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  budget billing.budgets;
  charged_at timestamptz := new.occurred_at;
  charged_job uuid := new.job_id;
  own_ceiling numeric;
begin
  update billing.budgets set spent_eur = spent_eur + new.amount_eur where budget_id = new.budget_id returning * into budget;
  if new.is_refund and new.request_id is not null then
    select charge.occurred_at, charge.job_id into charged_at, charged_job
      from billing.costs as charge where charge.request_id = new.request_id and not charge.is_refund;
  elsif new.is_refund and new.source_call_id is not null then
    select charge.occurred_at, charge.job_id into charged_at, charged_job
      from billing.costs as charge where charge.source_call_id = new.source_call_id and not charge.is_refund
     order by charge.occurred_at desc limit 1;
  end if;
  perform billing.charge_share(budget, 'day ' || (coalesce(charged_at, new.occurred_at) at time zone 'UTC')::date, new.amount_eur,
    budget.ceiling_eur_a_day);
  if charged_job is not null then
    select (job.parameters ->> 'ceiling_eur')::numeric into own_ceiling
      from app.jobs as job where job.job_id = charged_job and jsonb_typeof(job.parameters -> 'ceiling_eur') = 'number';
    perform billing.charge_share(budget, 'job ' || charged_job, new.amount_eur, least(budget.ceiling_eur_a_job, own_ceiling));
  end if;
  return new;
end $$;

-- migrate: rollback

create or replace function billing.charge_budget() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  budget billing.budgets;
  charged_at timestamptz := new.occurred_at;
  charged_job uuid := new.job_id;
  own_ceiling numeric;
begin
  update billing.budgets set spent_eur = spent_eur + new.amount_eur where budget_id = new.budget_id returning * into budget;
  if new.is_refund and new.request_id is not null then
    select charge.occurred_at, charge.job_id into charged_at, charged_job
      from billing.costs as charge where charge.request_id = new.request_id and not charge.is_refund;
  end if;
  perform billing.charge_share(budget, 'day ' || (coalesce(charged_at, new.occurred_at) at time zone 'UTC')::date, new.amount_eur,
    budget.ceiling_eur_a_day);
  if charged_job is not null then
    select (job.parameters ->> 'ceiling_eur')::numeric into own_ceiling
      from app.jobs as job where job.job_id = charged_job and jsonb_typeof(job.parameters -> 'ceiling_eur') = 'number';
    perform billing.charge_share(budget, 'job ' || charged_job, new.amount_eur, least(budget.ceiling_eur_a_job, own_ceiling));
  end if;
  return new;
end $$;
alter table billing.budgets alter column spent_eur type numeric(12, 4);
