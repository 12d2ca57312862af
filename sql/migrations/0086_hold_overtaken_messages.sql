-- What was decided of a candidate is looked at once more: when its message is made, and when it is claimed
-- depends: 0085_tell_replies_apart

-- migrate: apply

-- A queued message may wait for hours, put off by the server or with a paused campaign. Who was stopped, answered, or whose lead
-- was closed or deleted meanwhile is not written to.
create or replace function app.claim_messages(of_campaign uuid, holder text, wanted integer) returns setof app.messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  picked uuid[];
  gates uuid[];
  taken integer;
begin
  loop
    select array_agg(next.message_id), array_agg(distinct next.gate_run_id) into picked, gates
      from (select queued.message_id, queued.gate_run_id
              from app.messages as queued
              join app.campaigns as campaign on campaign.campaign_id = queued.campaign_id
                   and campaign.status = 'active' and campaign.deleted_at is null
              join app.email_accounts as account on account.email_account_id = queued.email_account_id
                   and account.status = 'active' and account.deleted_at is null
             where queued.campaign_id = of_campaign and queued.state = 'queued' and queued.not_before <= clock_timestamp()
             order by queued.not_before, queued.message_id
             limit wanted
               for update of queued skip locked) as next;
    exit when picked is null;
    perform quality.gate_stands(gate) from unnest(gates) as gate;
    return query
      with judged as (
        select message.message_id,
               case when not exists (select from quality.gate_results as gate
                                      where gate.gate_run_id = message.gate_run_id and gate.expires_at > clock_timestamp())
                      or exists (select from quality.gate_revocations as revocation
                                  where revocation.gate_run_id = message.gate_run_id) then 'gate_does_not_stand'
                    when app.is_suppressed(message.organization_id, message.email_normalized) then 'suppressed'
                    when exists (select from app.campaign_members as member
                                  where member.campaign_id = message.campaign_id and member.lead_id = message.lead_id
                                    and member.stopped_at is not null) then 'member_stopped'
                    when exists (select from app.leads as lead
                                  where lead.organization_id = message.organization_id and lead.lead_id = message.lead_id
                                    and (lead.deleted_at is not null or lead.status in ('converted', 'lost', 'rejected')))
                      then 'lead_is_closed'
                    when message.email_account_id is distinct from (
                      select campaign.email_account_id from app.campaigns as campaign where campaign.campaign_id = message.campaign_id)
                      then 'account_changed' end as obstacle
          from app.messages as message where message.message_id = any (picked)),
      decided as (
        select judged.message_id, judged.obstacle,
               case when judged.obstacle is null then 'claimed' when judged.obstacle = 'suppressed' then 'suppressed'
                    else 'cancelled' end::app.message_state as becomes from judged),
      moved as (
        update app.messages as message
           set state = decided.becomes,
               claimed_at = case when decided.becomes = 'claimed' then clock_timestamp() end,
               claimed_by = case when decided.becomes = 'claimed' then holder end,
               attempts = message.attempts + (decided.becomes = 'claimed')::integer,
               finished_at = case when decided.becomes <> 'claimed' then clock_timestamp() end,
               reason_class = decided.obstacle
          from decided where decided.message_id = message.message_id
        returning message.*)
      select * from moved where moved.state = 'claimed';
    get diagnostics taken = row_count;
    exit when taken > 0;
  end loop;
end $$;

-- A decision stands, with one exception: an override lets go what the gate had stopped, as far as nothing else holds it by then.
create or replace function app.check_decision_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.decision <> 'gate_failed' or new.decision not in ('sent', 'duplicate', 'held', 'over_cap', 'sequence_stopped')
     or (new.snapshot_id, new.member_id, new.lead_id, new.campaign_id, new.step_no)
        is distinct from (old.snapshot_id, old.member_id, old.lead_id, old.campaign_id, old.step_no) then
    raise exception 'a decision % is not changed to %', old.decision, new.decision using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;

-- A sender works for one account: what waits for the former one would go out under the new one's name and limits.
create function app.check_campaign_account() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if exists (select from app.messages as message
              where message.campaign_id = new.campaign_id and message.state in ('queued', 'claimed')) then
    raise exception 'campaign % has messages that wait for its account, which cannot change meanwhile', new.name
      using errcode = 'check_violation', hint = 'Let them go out first, or make another campaign.';
  end if;
  return new;
end $$;
alter function app.check_campaign_account owner to leadhouse_owner;
revoke execute on function app.check_campaign_account from public;
create trigger campaigns_keep_their_account_while_mail_waits before update of email_account_id on app.campaigns
  for each row when (new.email_account_id is distinct from old.email_account_id) execute function app.check_campaign_account();

-- migrate: rollback

drop trigger campaigns_keep_their_account_while_mail_waits on app.campaigns;
drop function app.check_campaign_account;
create or replace function app.claim_messages(of_campaign uuid, holder text, wanted integer) returns setof app.messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  picked uuid[];
  gates uuid[];
  taken integer;
begin
  loop
    select array_agg(next.message_id), array_agg(distinct next.gate_run_id) into picked, gates
      from (select queued.message_id, queued.gate_run_id
              from app.messages as queued
              join app.campaigns as campaign on campaign.campaign_id = queued.campaign_id
                   and campaign.status = 'active' and campaign.deleted_at is null
              join app.email_accounts as account on account.email_account_id = queued.email_account_id
                   and account.status = 'active' and account.deleted_at is null
             where queued.campaign_id = of_campaign and queued.state = 'queued' and queued.not_before <= clock_timestamp()
             order by queued.not_before, queued.message_id
             limit wanted
               for update of queued skip locked) as next;
    exit when picked is null;
    perform quality.gate_stands(gate) from unnest(gates) as gate;
    return query
      with judged as (
        select message.message_id,
               case when not exists (select from quality.gate_results as gate
                                      where gate.gate_run_id = message.gate_run_id and gate.expires_at > clock_timestamp())
                      or exists (select from quality.gate_revocations as revocation
                                  where revocation.gate_run_id = message.gate_run_id) then 'cancelled'
                    when app.is_suppressed(message.organization_id, message.email_normalized) then 'suppressed'
                    else 'claimed' end::app.message_state as becomes
          from app.messages as message where message.message_id = any (picked)),
      moved as (
        update app.messages as message
           set state = judged.becomes,
               claimed_at = case when judged.becomes = 'claimed' then clock_timestamp() end,
               claimed_by = case when judged.becomes = 'claimed' then holder end,
               attempts = message.attempts + (judged.becomes = 'claimed')::integer,
               finished_at = case when judged.becomes <> 'claimed' then clock_timestamp() end,
               reason_class = case judged.becomes when 'cancelled' then 'gate_does_not_stand' when 'suppressed' then 'suppressed' end
          from judged where judged.message_id = message.message_id
        returning message.*)
      select * from moved where moved.state = 'claimed';
    get diagnostics taken = row_count;
    exit when taken > 0;
  end loop;
end $$;
create or replace function app.check_decision_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.decision <> 'gate_failed' or new.decision not in ('sent', 'duplicate')
     or (new.snapshot_id, new.member_id, new.lead_id, new.campaign_id, new.step_no)
        is distinct from (old.snapshot_id, old.member_id, old.lead_id, old.campaign_id, old.step_no) then
    raise exception 'a decision % is not changed to %', old.decision, new.decision using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
