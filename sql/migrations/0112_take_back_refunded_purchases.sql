-- Bought credits whose payment was given back are taken back
-- depends: 0099_grant_by_period

-- migrate: apply

alter table billing.credit_transactions drop constraint credit_transactions_kind_check;
alter table billing.credit_transactions add constraint credit_transactions_kind_check
  check (kind in ('grant', 'purchase', 'debit', 'refund', 'expiry', 'reversal'));

-- Of a payment its share was given back so far; what was taken before counts. The wallet gives what it holds: spent credits are gone.
create function billing.reverse_purchase(of_organization uuid, of_session text, share numeric, of_event text)
returns billing.credit_transactions language plpgsql security definer set search_path = '' as $$
declare
  balance numeric;
  bought numeric;
  taken numeric;
  due numeric;
begin
  select wallet.balance into balance from billing.credit_wallets as wallet where wallet.organization_id = of_organization for update;
  select entry.amount into bought from billing.credit_transactions as entry
   where entry.organization_id = of_organization and entry.kind = 'purchase' and entry.idempotency_key = 'stripe:' || of_session;
  if bought is null then -- a session that was not paid
    return null;
  end if;
  select coalesce(-sum(entry.amount), 0) into taken from billing.credit_transactions as entry
   where entry.organization_id = of_organization and entry.kind = 'reversal'
     and starts_with(entry.idempotency_key, 'reversal:' || of_session || ':');
  due := least(round(bought * least(share, 1), 4) - taken, balance);
  if due > 0 then
    return billing.move_credits(of_organization, 'reversal', -due, 'reversal:' || of_session || ':' || of_event,
      'bought credits whose payment was given back');
  end if;
  return null;
end $$;
alter function billing.reverse_purchase owner to leadhouse_owner;
revoke all on function billing.reverse_purchase from public;
grant execute on function billing.reverse_purchase to leadhouse_billing;

-- migrate: rollback

drop function billing.reverse_purchase;
alter table billing.credit_transactions drop constraint credit_transactions_kind_check;
alter table billing.credit_transactions add constraint credit_transactions_kind_check
  check (kind in ('grant', 'purchase', 'debit', 'refund', 'expiry'));
