-- Campaigns as people write them: under the caller's policies. `{values}` are names and parameters from a closed set.

-- name: insert_campaign
insert into app.campaigns (organization_id, name, type, description, client_id, email_account_id, config)
values (%(organization_id)s, %(name)s, %(type)s, %(description)s, %(client_id)s, %(email_account_id)s, %(config)s)
returning campaign_id

-- name: lock_campaign
select campaign_id, updated_at from app.campaigns
 where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s and deleted_at is null
   for update

-- name: change_campaign
update app.campaigns set {values}
 where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s and deleted_at is null
returning campaign_id

-- name: delete_campaign
update app.campaigns set deleted_at = clock_timestamp()
 where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s and deleted_at is null
returning campaign_id

-- name: restore_campaign
update app.campaigns set deleted_at = null
 where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s
   and deleted_at > clock_timestamp() - interval '30 days'
returning campaign_id

-- name: delete_steps
delete from app.campaign_steps where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s
   and step_no <> all (%(step_nos)s)

-- name: upsert_step
insert into app.campaign_steps (organization_id, campaign_id, step_no, channel, delay_days, send_at, subject_template, body_template)
values (%(organization_id)s, %(campaign_id)s, %(step_no)s, %(channel)s, %(delay_days)s, %(send_at)s, %(subject_template)s,
        %(body_template)s)
on conflict (campaign_id, step_no) do update
   set channel = excluded.channel, delay_days = excluded.delay_days, send_at = excluded.send_at,
       subject_template = excluded.subject_template, body_template = excluded.body_template

-- name: add_members
insert into app.campaign_members (campaign_id, organization_id, lead_id)
select %(campaign_id)s, lead.organization_id, lead.lead_id from app.leads as lead
 where lead.organization_id = %(organization_id)s and lead.lead_id = any (%(lead_ids)s) and lead.deleted_at is null
on conflict (campaign_id, lead_id) do nothing
returning lead_id

-- name: stop_members
update app.campaign_members set stopped_at = clock_timestamp(), stopped_reason = %(reason)s
 where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s and lead_id = any (%(lead_ids)s)
   and stopped_at is null
returning lead_id

-- name: find_written_steps
-- Steps of which messages were made: what was written to somebody does not change any more.
select distinct step_no from app.messages
 where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s
