-- New figures of a campaign are an event, too: the channel campaign_metrics_update for who subscribes
-- depends: 0044_block_subjects

-- migrate: apply

-- The column is called `metrics`: of the campaign, and none of its own.
create function app.queue_figure_events() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into app.event_queue (organization_id, resource, table_name, row_id, verb, changed_columns, user_ids, campaign_ids, changed_at)
  select campaign.organization_id, 'campaigns', 'campaigns', campaign.campaign_id, 'update', '{metrics}',
         array_remove(array[campaign.created_by], null), array[campaign.campaign_id], clock_timestamp()
    from app.campaigns as campaign
   where campaign.campaign_id in (select campaign_id from new_rows)
   order by campaign.campaign_id;
  perform pg_notify('events', app.event_channel_key(organization_id)) from (select distinct organization_id from new_rows) as mine;
  return null;
end $$;
alter function app.queue_figure_events owner to leadhouse_owner;
revoke execute on function app.queue_figure_events from public;

create trigger figures_are_told_when_made after insert on app.campaign_days referencing new table as new_rows
  for each statement execute function app.queue_figure_events();
create trigger figures_are_told after update on app.campaign_days referencing new table as new_rows
  for each statement execute function app.queue_figure_events();
create trigger figures_are_told_when_made after insert on app.campaign_counters referencing new table as new_rows
  for each statement execute function app.queue_figure_events();
create trigger figures_are_told after update on app.campaign_counters referencing new table as new_rows
  for each statement execute function app.queue_figure_events();

-- migrate: rollback

drop trigger figures_are_told on app.campaign_counters;
drop trigger figures_are_told_when_made on app.campaign_counters;
drop trigger figures_are_told on app.campaign_days;
drop trigger figures_are_told_when_made on app.campaign_days;
drop function app.queue_figure_events;
