-- A reply that people have put right counts as what they say: an absence note as none, a machine's that was a person's as one
-- depends: 0085_tell_replies_apart
-- changes: app.campaign_people, app.campaign_days

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
select pg_temp.replace_passage('app.count_people',
  $p$               min(occurred_at) filter (where event_kind = 'replied' and not is_machine) as replied_at,
               min(occurred_at) filter (where event_kind = 'replied' and not is_machine and coalesce(
                 (select told.reply_kind from app.interactions as told
                   where told.occurred_at = event.occurred_at and told.event_id = event.event_id and told.deleted_at is null),
                 event.reply_kind) = 'positive') as positive_at,
               min(occurred_at) filter (where event_kind = 'unsubscribed') as unsubscribed_at,
               min(occurred_at) filter (where event_kind = 'complained') as complained_at
          from raw.email_events as event where event.message_id = message.message_id) as heard on true$p$,
  $p$               min(occurred_at) filter (where is_reply) as replied_at,
               min(occurred_at) filter (where is_reply and said = 'positive') as positive_at,
               min(occurred_at) filter (where event_kind = 'unsubscribed') as unsubscribed_at,
               min(occurred_at) filter (where event_kind = 'complained') as complained_at
          from (select event.event_kind, event.occurred_at, coalesce(told.reply_kind, event.reply_kind) as said,
                       event.event_kind = 'replied'
                         and coalesce(nullif(told.reply_kind, event.reply_kind) <> 'out_of_office', not event.is_machine) as is_reply
                  from raw.email_events as event
                  left join app.interactions as told
                    on told.occurred_at = event.occurred_at and told.event_id = event.event_id and told.deleted_at is null
                 where event.message_id = message.message_id) as event) as heard on true$p$);
drop function pg_temp.replace_passage;

-- Whose figures are others now: who has a reply that was put right.
insert into app.campaign_changes (campaign_id, lead_id)
select distinct told.campaign_id, told.lead_id
  from app.interactions as told
  join raw.email_events as event on event.event_id = told.event_id
 where told.type = 'reply' and told.deleted_at is null and told.campaign_id is not null and told.reply_kind is distinct from event.reply_kind;
select app.settle_campaign(campaign_id) from (select distinct campaign_id from app.campaign_changes) as changed;

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
select pg_temp.replace_passage('app.count_people',
  $p$               min(occurred_at) filter (where is_reply) as replied_at,
               min(occurred_at) filter (where is_reply and said = 'positive') as positive_at,
               min(occurred_at) filter (where event_kind = 'unsubscribed') as unsubscribed_at,
               min(occurred_at) filter (where event_kind = 'complained') as complained_at
          from (select event.event_kind, event.occurred_at, coalesce(told.reply_kind, event.reply_kind) as said,
                       event.event_kind = 'replied'
                         and coalesce(nullif(told.reply_kind, event.reply_kind) <> 'out_of_office', not event.is_machine) as is_reply
                  from raw.email_events as event
                  left join app.interactions as told
                    on told.occurred_at = event.occurred_at and told.event_id = event.event_id and told.deleted_at is null
                 where event.message_id = message.message_id) as event) as heard on true$p$,
  $p$               min(occurred_at) filter (where event_kind = 'replied' and not is_machine) as replied_at,
               min(occurred_at) filter (where event_kind = 'replied' and not is_machine and coalesce(
                 (select told.reply_kind from app.interactions as told
                   where told.occurred_at = event.occurred_at and told.event_id = event.event_id and told.deleted_at is null),
                 event.reply_kind) = 'positive') as positive_at,
               min(occurred_at) filter (where event_kind = 'unsubscribed') as unsubscribed_at,
               min(occurred_at) filter (where event_kind = 'complained') as complained_at
          from raw.email_events as event where event.message_id = message.message_id) as heard on true$p$);
drop function pg_temp.replace_passage;
insert into app.campaign_changes (campaign_id, lead_id)
select distinct told.campaign_id, told.lead_id
  from app.interactions as told
  join raw.email_events as event on event.event_id = told.event_id
 where told.type = 'reply' and told.deleted_at is null and told.campaign_id is not null and told.reply_kind is distinct from event.reply_kind;
select app.settle_campaign(campaign_id) from (select distinct campaign_id from app.campaign_changes) as changed;
