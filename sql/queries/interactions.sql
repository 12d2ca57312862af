-- Touchpoints with leads, newest first.

-- name: record_interaction
select app.record_interaction(%(lead_id)s, %(type)s, %(direction)s, %(content)s, %(outcome)s,
         coalesce(%(occurred_at)s, clock_timestamp()), %(campaign_id)s, %(ai_analysis)s) as interaction_id;

-- name: list_interactions
-- `{lead}`: of one lead, or of all that the caller reaches. A page goes on behind the last row of the one before.
select interaction_id, lead_id, entity_id, type, direction, content, outcome, reply_kind, ai_analysis, campaign_id, message_id,
       occurred_at, created_by
  from app.interactions
 where organization_id = %(organization_id)s and {lead} and deleted_at is null
   and (%(types)s::text[] is null or type = any (%(types)s))
   and (%(after_at)s::timestamptz is null or (occurred_at, interaction_id) < (%(after_at)s, %(after_id)s))
 order by occurred_at desc, interaction_id desc
 limit %(limit)s;

-- name: change_interaction
update app.interactions
   set content = coalesce(%(content)s, content), outcome = coalesce(%(outcome)s, outcome),
       ai_analysis = coalesce(%(ai_analysis)s, ai_analysis), reply_kind = coalesce(%(reply_kind)s, reply_kind)
 where organization_id = %(organization_id)s and interaction_id = %(interaction_id)s and deleted_at is null
returning interaction_id;

-- name: delete_interaction
update app.interactions set deleted_at = clock_timestamp()
 where organization_id = %(organization_id)s and interaction_id = %(interaction_id)s and deleted_at is null
returning interaction_id;

-- name: restore_interaction
update app.interactions set deleted_at = null
 where organization_id = %(organization_id)s and interaction_id = %(interaction_id)s
   and deleted_at > clock_timestamp() - interval '30 days'
returning interaction_id;

-- name: ensure_partitions
select app.ensure_interaction_partitions(%(day)s) as is_new;
