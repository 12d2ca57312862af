-- The credit ledger: wallets that never go below zero, and entries that paid calls write
-- depends: 0022_create_usage_events

-- migrate: apply

create table billing.credit_wallets (
  organization_id uuid primary key references identity.organizations,
  balance numeric(14, 4) not null default 0 constraint wallet_is_not_negative check (balance >= 0),
  last_entry_no bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table billing.credit_transactions (
  transaction_id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references billing.credit_wallets,
  entry_no bigint not null,
  kind text not null check (kind in ('grant', 'purchase', 'debit', 'refund', 'expiry')),
  amount numeric(14, 4) not null check (amount <> 0 and (amount > 0) = (kind in ('grant', 'purchase', 'refund'))),
  balance_after numeric(14, 4) not null check (balance_after >= 0),
  idempotency_key text not null check (idempotency_key <> ''),
  reason text not null,
  request_id uuid references app.enrichment_requests, -- the paid call
  refunds_transaction_id uuid references billing.credit_transactions,
  period_start timestamptz, -- of a grant and of its expiry: the period of the subscription
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid,
  unique (organization_id, idempotency_key),
  unique (organization_id, entry_no),
  check ((kind = 'refund') = (refunds_transaction_id is not null)),
  check (period_start is null or kind in ('grant', 'expiry'))
);
create unique index credit_transactions_one_refund on billing.credit_transactions (refunds_transaction_id)
  where refunds_transaction_id is not null;
create index credit_transactions_by_request on billing.credit_transactions (request_id) where request_id is not null;

-- The wallet is locked first, so entries are numbered without a gap. The number is unique: a statement of several rows of
-- one wallet is refused, since all would start from the same balance.
create function billing.number_transaction() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  wallet billing.credit_wallets;
  debit billing.credit_transactions;
begin
  select * into strict wallet from billing.credit_wallets where organization_id = new.organization_id for update;
  new.entry_no := wallet.last_entry_no + 1;
  new.balance_after := wallet.balance + new.amount;
  new.created_by := coalesce(identity.current_user_id(), new.created_by);
  if new.balance_after < 0 then
    raise exception '% credits are asked for, the wallet holds %', -new.amount, wallet.balance
      using errcode = 'check_violation', constraint = 'wallet_is_not_negative', schema = 'billing', table = 'credit_wallets',
            hint = 'Buy credits, or wait for the next period of the subscription.';
  end if;
  if new.kind = 'refund' then
    select * into debit from billing.credit_transactions where transaction_id = new.refunds_transaction_id;
    if debit.kind is distinct from 'debit' or debit.organization_id <> new.organization_id or new.amount > -debit.amount then
      raise exception 'a refund gives back at most what one debit of the same wallet took: % against %', new.amount, debit.amount
        using errcode = 'check_violation', constraint = 'refund_is_of_a_debit';
    end if;
  end if;
  return new;
end $$;
create trigger transactions_are_numbered before insert on billing.credit_transactions
  for each row execute function billing.number_transaction();

create function billing.move_wallet() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update billing.credit_wallets
     set balance = new.balance_after, last_entry_no = new.entry_no, updated_at = clock_timestamp()
   where organization_id = new.organization_id;
  return null;
end $$;
create trigger transactions_move_their_wallet after insert on billing.credit_transactions
  for each row execute function billing.move_wallet();
create trigger transactions_are_appended before update or delete on billing.credit_transactions
  for each row execute function identity.refuse_change();

-- The balance is that of the newest transaction, whoever writes: an owner's slip included.
create function billing.check_wallet() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  newest record;
begin
  select coalesce(max(entry.balance_after), 0) as balance, coalesce(max(entry.entry_no), 0) as entry_no into newest
    from (select balance_after, entry_no from billing.credit_transactions
           where organization_id = new.organization_id order by entry_no desc limit 1) as entry;
  if (new.balance, new.last_entry_no) is distinct from (newest.balance, newest.entry_no) then
    raise exception 'a balance moves by a row of billing.credit_transactions, never by itself'
      using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end $$;
create trigger wallets_follow_their_transactions after insert or update on billing.credit_wallets
  for each row execute function billing.check_wallet();

-- Writes one entry, once a key: a repeat returns the entry that is there. Null: the organization has no wallet, and is not billed.
create function billing.move_credits(of_organization uuid, of_kind text, of_amount numeric, key text, why text,
  of_request uuid default null, refunds uuid default null, of_period timestamptz default null)
returns billing.credit_transactions
language plpgsql volatile security definer set search_path = '' as $$
declare
  entry billing.credit_transactions;
begin
  perform identity.require_organization(of_organization);
  if of_kind in ('grant', 'purchase') then
    insert into billing.credit_wallets (organization_id) values (of_organization) on conflict do nothing;
  end if;
  perform from billing.credit_wallets where organization_id = of_organization for update;
  if not found then
    return null;
  end if;
  select * into entry from billing.credit_transactions where organization_id = of_organization and idempotency_key = key;
  if found then
    if (entry.kind, entry.amount) is distinct from (of_kind, of_amount::numeric(14, 4)) then
      raise exception 'the key % was used for a % of %, not for a % of %', key, entry.kind, entry.amount, of_kind, of_amount
        using errcode = 'unique_violation', hint = 'Use a key of its own for each movement.';
    end if;
    return entry;
  end if;
  insert into billing.credit_transactions
    (organization_id, kind, amount, idempotency_key, reason, request_id, refunds_transaction_id, period_start)
  values (of_organization, of_kind, of_amount, key, why, of_request, refunds, of_period) returning * into entry;
  return entry;
end $$;

-- Gives back what one debit took, or a part of it; once.
create function billing.refund_credits(of_transaction uuid, of_amount numeric, key text, why text) returns billing.credit_transactions
language plpgsql volatile security definer set search_path = '' as $$
declare
  debit billing.credit_transactions;
begin
  select * into debit from billing.credit_transactions where transaction_id = of_transaction;
  if not found then
    raise exception 'there is no credit transaction %', of_transaction using errcode = 'no_data_found';
  end if;
  return billing.move_credits(debit.organization_id, 'refund', of_amount, key, why, debit.request_id, of_transaction);
end $$;

-- How many credits a cost takes: a row of the provider, else the row without one.
create table billing.credit_prices (
  kind text not null check (kind in ('provider', 'token')),
  provider text,
  credits numeric(14, 4) not null check (credits >= 0), -- of one call; of 1,000 tokens
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (kind, provider)
);
insert into billing.credit_prices (kind, credits) values ('provider', 1), ('token', 0.1);

create function billing.price_credits(of_kind text, of_provider text, quantity numeric default 1) returns numeric
language sql stable security definer set search_path = '' as $$
  select price.credits * quantity from billing.credit_prices as price
   where price.kind = of_kind and (price.provider = of_provider or price.provider is null)
   order by price.provider nulls last limit 1
$$;

-- A paid call costs credits besides euros where the organization has a wallet: one entry of the cost ledger, one of the
-- wallet, in one statement. Whoever writes the cost may name the credits; a provider's call gets them by the price list.
create function billing.price_cost() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from billing.credit_wallets where organization_id = new.organization_id) then
    new.credits := 0;
  elsif new.credits = 0 and new.kind = 'provider' and new.request_id is not null and new.amount_eur > 0 then
    new.credits := billing.price_credits('provider', new.provider);
  end if;
  return new;
end $$;
create trigger costs_are_priced_in_credits before insert on billing.costs
  for each row when (new.kind in ('provider', 'token')) execute function billing.price_cost();

create function billing.charge_wallet() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  debit uuid;
begin
  if new.credits > 0 then
    perform billing.move_credits(new.organization_id, 'debit', -new.credits, 'cost:' || new.cost_id,
      concat_ws(' ', new.kind, new.provider), new.request_id);
  else
    select transaction_id into strict debit from billing.credit_transactions
     where organization_id = new.organization_id and request_id = new.request_id and kind = 'debit';
    perform billing.refund_credits(debit, -new.credits, 'cost:' || new.cost_id, concat_ws(' ', 'failed:', new.kind, new.provider));
  end if;
  return null;
end $$;
create trigger costs_move_their_wallet after insert on billing.costs
  for each row when (new.credits <> 0) execute function billing.charge_wallet();

-- The included credits of the period, once: what is left of the period before expires, an upgrade adds the difference.
-- Included credits are used before bought ones. Returns what was granted.
create function billing.grant_period_credits(of_organization uuid) returns numeric
language plpgsql volatile security definer set search_path = '' as $$
declare
  plan record;
  former record;
  left_over numeric;
  missing numeric;
begin
  perform identity.require_organization(of_organization);
  select tier.tier, tier.included_credits, case when subscription.current_period_end > now() then subscription.current_period_start
                                                else date_trunc('month', now(), 'UTC') end as period_start into plan
    from billing.subscriptions as subscription join billing.tiers as tier using (tier)
   where subscription.organization_id = of_organization and subscription.is_current and billing.find_lock(of_organization) is null;
  if not found then
    return 0;
  end if;
  insert into billing.credit_wallets (organization_id) values (of_organization) on conflict do nothing;
  perform from billing.credit_wallets where organization_id = of_organization for update;
  for former in
    select given.period_start, sum(given.amount) as granted, min(given.entry_no) as first_entry
      from billing.credit_transactions as given
     where given.organization_id = of_organization and given.kind = 'grant' and given.period_start < plan.period_start
       and not exists (select from billing.credit_transactions as gone
                        where gone.organization_id = of_organization and gone.idempotency_key = 'expiry:' || given.period_start)
     group by given.period_start order by given.period_start desc limit 1 loop
    select least(wallet.balance, former.granted - coalesce(sum(-debit.amount - coalesce(refund.amount, 0)), 0)) into left_over
      from billing.credit_wallets as wallet
      left join billing.credit_transactions as debit
        on debit.organization_id = of_organization and debit.kind = 'debit' and debit.entry_no > former.first_entry
      left join billing.credit_transactions as refund on refund.refunds_transaction_id = debit.transaction_id
     where wallet.organization_id = of_organization
     group by wallet.balance;
    if left_over > 0 then
      perform billing.move_credits(of_organization, 'expiry', -left_over, 'expiry:' || former.period_start,
        'included credits of the former period', of_period => former.period_start);
    end if;
  end loop;
  missing := plan.included_credits - (select coalesce(sum(amount), 0) from billing.credit_transactions
    where organization_id = of_organization and kind = 'grant' and period_start = plan.period_start);
  if missing > 0 then
    perform billing.move_credits(of_organization, 'grant', missing, format('grant:%s:%s', plan.period_start, plan.tier),
      'included credits of ' || plan.tier, of_period => plan.period_start);
  end if;
  return greatest(missing, 0);
end $$;

do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['billing.number_transaction()', 'billing.move_wallet()', 'billing.check_wallet()',
      'billing.move_credits(uuid, text, numeric, text, text, uuid, uuid, timestamptz)',
      'billing.refund_credits(uuid, numeric, text, text)', 'billing.price_credits(text, text, numeric)', 'billing.price_cost()',
      'billing.charge_wallet()', 'billing.grant_period_credits(uuid)']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
end $$;
create trigger rows_are_touched before update on billing.credit_prices for each row execute function billing.touch_row();
call identity.open_to_component('billing.credit_prices', 'leadhouse_billing', 'select, insert, update');
grant select on billing.credit_prices to authenticated;
create policy "everybody reads what the tiers are" on billing.credit_prices for select to authenticated using (true);
call identity.open_to_component('billing.credit_wallets', 'leadhouse_billing', 'select');
call identity.open_to_component('billing.credit_transactions', 'leadhouse_billing', 'select');
call identity.open_by_scope('billing.credit_wallets', 'billing', '{}', 'select');
call identity.open_by_scope('billing.credit_transactions', 'billing', '{}', 'select');
grant execute on function billing.move_credits, billing.refund_credits, billing.grant_period_credits to leadhouse_billing;
grant execute on function billing.price_credits to leadhouse_billing, authenticated;

-- migrate: rollback

drop trigger costs_move_their_wallet on billing.costs;
drop trigger costs_are_priced_in_credits on billing.costs;
drop function billing.grant_period_credits;
drop function billing.charge_wallet;
drop function billing.price_cost;
drop function billing.price_credits;
drop table billing.credit_prices;
drop function billing.refund_credits;
drop function billing.move_credits;
drop table billing.credit_transactions;
drop table billing.credit_wallets;
drop function billing.check_wallet;
drop function billing.move_wallet;
drop function billing.number_transaction;
