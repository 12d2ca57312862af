-- What was queued waits while its organization is locked, is of its own wave, and is made anew where its result had ended
-- depends: 0097_suppress_mailboxes

-- migrate: apply

-- A locked organization was asked for new waves alone: what had been queued before went out for as long as its result stood.
-- It waits instead, and goes on where the payment comes.
create or replace function app.claim_messages(of_campaign uuid, holder text, wanted integer) returns setof app.messages
language plpgsql volatile security definer set search_path = '' as $$
declare
  picked uuid[];
  gates uuid[];
  taken integer;
begin
  if (select billing.find_lock(campaign.organization_id) from app.campaigns as campaign where campaign.campaign_id = of_campaign) is not null then
    return;
  end if;
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
                    when exists (select from app.find_suppressions(message.organization_id, message.email_normalized, message.lead_id))
                      then 'suppressed'
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

-- A message is of the campaign and the step whose audience was judged, and not only of a judged audience.
alter table quality.snapshots add constraint snapshots_of_a_step unique (snapshot_id, campaign_id, step_no);
alter table app.messages add constraint message_is_of_its_wave
  foreign key (snapshot_id, campaign_id, step_no) references quality.snapshots (snapshot_id, campaign_id, step_no);
create index messages_by_wave on app.messages (snapshot_id, campaign_id, step_no);

-- A message that nobody tried to send, because its result had been revoked or ended before its turn (a campaign that was paused over
-- a weekend), was its lead's only one in the step: the lead was lost to it. The next wave may make another.
alter table app.messages drop constraint nothing_is_sent_twice, drop constraint one_address_one_message;
create unique index nothing_is_sent_twice on app.messages (campaign_id, step_no, lead_id)
  where state <> 'cancelled' or attempts > 0 or reason_class is distinct from 'gate_does_not_stand';
create unique index one_address_one_message on app.messages (campaign_id, step_no, email_normalized)
  where state <> 'cancelled' or attempts > 0 or reason_class is distinct from 'gate_does_not_stand';

-- migrate: rollback

-- of several that were made for one lead or address only one was ever tried
delete from app.messages as gone
 where gone.state = 'cancelled' and gone.attempts = 0 and gone.reason_class = 'gate_does_not_stand'
   and exists (select from app.messages as other
                where other.campaign_id = gone.campaign_id and other.step_no = gone.step_no and other.message_id <> gone.message_id
                  and (other.lead_id = gone.lead_id or other.email_normalized = gone.email_normalized)
                  and (other.state <> 'cancelled' or other.created_at > gone.created_at));
drop index app.one_address_one_message;
drop index app.nothing_is_sent_twice;
alter table app.messages add constraint nothing_is_sent_twice unique (campaign_id, step_no, lead_id),
  add constraint one_address_one_message unique (campaign_id, step_no, email_normalized);
drop index app.messages_by_wave;
alter table app.messages drop constraint message_is_of_its_wave;
alter table quality.snapshots drop constraint snapshots_of_a_step;
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
