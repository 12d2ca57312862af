-- A conversion counts within 90 days of the lead, as sql/metrics.yml defines the rate
-- depends: 0047_enter_leads
-- changes: app.campaign_counters

-- migrate: apply

-- The statuses that a lead has reached, as far as figures count them.
create function app.counted_statuses(of_organization uuid, of_lead uuid) returns text[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct history.to_status::text), '{}')
    from app.leads as lead
    join app.lead_status_changes as history on history.organization_id = lead.organization_id and history.lead_id = lead.lead_id
   where lead.organization_id = of_organization and lead.lead_id = of_lead
     and (history.to_status <> 'converted' or history.changed_at <= lead.created_at + interval '90 days')
$$;
alter function app.counted_statuses owner to leadhouse_owner;
revoke execute on function app.counted_statuses from public;

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
select pg_temp.replace_passage('app.note_campaign_changes',
  $p$array(select to_status::text from app.lead_status_changes as history where history.lead_id = moved.lead_id
                                 and history.organization_id = moved.organization_id)$p$,
  $p$app.counted_statuses(moved.organization_id, moved.lead_id)$p$);
select pg_temp.replace_passage('app.note_campaign_changes',
  $p$filter (where change.to_status = 'converted')$p$,
  $p$filter (where change.to_status = 'converted' and change.changed_at <= lead.created_at + interval '90 days')$p$);
select pg_temp.replace_passage('app.recount_counters',
  $p$array(select to_status::text from app.lead_status_changes as history
                                     where history.organization_id = lead.organization_id and history.lead_id = lead.lead_id)$p$,
  $p$app.counted_statuses(lead.organization_id, lead.lead_id)$p$);
drop function pg_temp.replace_passage;
select app.recount_counters(campaign_id) from app.campaign_counters;

-- migrate: rollback

create function pg_temp.replace_passage(routine regproc, passage text, by text) returns void
language plpgsql as $$
begin
  execute replace(pg_get_functiondef(routine), passage, by);
end $$;
select pg_temp.replace_passage('app.recount_counters', $p$app.counted_statuses(lead.organization_id, lead.lead_id)$p$,
  $p$array(select to_status::text from app.lead_status_changes as history
                                     where history.organization_id = lead.organization_id and history.lead_id = lead.lead_id)$p$);
select pg_temp.replace_passage('app.note_campaign_changes',
  $p$filter (where change.to_status = 'converted' and change.changed_at <= lead.created_at + interval '90 days')$p$,
  $p$filter (where change.to_status = 'converted')$p$);
select pg_temp.replace_passage('app.note_campaign_changes', $p$app.counted_statuses(moved.organization_id, moved.lead_id)$p$,
  $p$array(select to_status::text from app.lead_status_changes as history where history.lead_id = moved.lead_id
                                 and history.organization_id = moved.organization_id)$p$);
drop function pg_temp.replace_passage;
drop function app.counted_statuses;
select app.recount_counters(campaign_id) from app.campaign_counters;
