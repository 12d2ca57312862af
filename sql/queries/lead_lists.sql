-- The work list, lists of leads and their members, segments. `{…}` are filled from fixed parts, values are parameters.

-- name: list_leads
-- Live leads: filters, order and the place behind the cursor are composed in lists.py from a closed set.
select lead.lead_id, lead.entity_kind::text as entity_kind, lead.status::text as status, lead.priority, lead.rating_1_to_5,
       lead.owner_id, lead.campaign_id, lead.tags, lead.first_source, lead.created_at, lead.updated_at,
       facts.full_name, facts.title, facts.email_normalized, facts.email_status, facts.phone_e164, facts.company_id,
       facts.company_name, facts.domain, facts.country_code, facts.lead_score
  from app.leads as lead
  {tagged}
  join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = %(organization_id)s
 where lead.organization_id = %(organization_id)s and lead.deleted_at is null
   and {conditions}
 order by {order}
 {ends};

-- name: list_leads_by_number
-- The same where nothing but leads is asked for: only those of the page are looked up among the facts, of which every live
-- lead has a row, and not those before it.
select lead.lead_id, lead.entity_kind::text as entity_kind, lead.status::text as status, lead.priority, lead.rating_1_to_5,
       lead.owner_id, lead.campaign_id, lead.tags, lead.first_source, lead.created_at, lead.updated_at,
       facts.full_name, facts.title, facts.email_normalized, facts.email_status, facts.phone_e164, facts.company_id,
       facts.company_name, facts.domain, facts.country_code, facts.lead_score
  from (select lead.* from app.leads as lead
         {tagged}
         where lead.organization_id = %(organization_id)s and lead.deleted_at is null
           and {conditions}
         order by {order}
         {ends}) as lead
  join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = %(organization_id)s
 order by {order};

-- name: find_standing
-- Until the transaction ends a kept plan of a page is one for all values, and reads no bitmap: planning under policies
-- takes longer than the page, and the index that has its order serves every organization, however small the planner
-- takes organizations to be.
select mine.reads_all, mine.user_ids, mine.is_client, mine.leads, mine.changes, current_database() as database,
       pg_postmaster_start_time()::text as started,
       set_config('enable_bitmapscan', case when %(is_kept)s then 'off' else 'on' end, true) as bitmaps,
       set_config('plan_cache_mode', case when %(is_kept)s then 'force_generic_plan' else 'auto' end, true) as plans
  from app.my_lead_reach() as mine;

-- name: count_leads
select count(*) as leads
  from (select from app.leads as lead
          {tagged}
          join app.lead_facts as facts on facts.lead_id = lead.lead_id and facts.organization_id = %(organization_id)s
         where lead.organization_id = %(organization_id)s and lead.deleted_at is null
           and {conditions}
         limit %(up_to)s) as found;

-- name: count_rows
-- Where nothing is asked of the facts: every live lead has its row of them.
select count(*) as leads
  from (select from app.leads as lead
          {tagged}
         where lead.organization_id = %(organization_id)s and lead.deleted_at is null
           and {conditions}
         limit %(up_to)s) as found;

-- name: sum_counters
-- For whoever reads all leads; the policies show the counters to nobody else.
select coalesce(sum(leads), 0) as leads
  from (select leads, status, campaign_id from app.lead_counters where organization_id = %(organization_id)s
        union all
        select leads, status, campaign_id from app.lead_counter_changes where organization_id = %(organization_id)s) as cells
 where (%(status)s::text[] is null or status::text = any (%(status)s))
   and (%(campaign_id)s::uuid is null or campaign_id = %(campaign_id)s);

-- name: recount_leads
select app.recount_leads() + app.recount_owners() as wrong;

-- name: insert_list
insert into app.lists (organization_id, name, description, is_shared)
values (%(organization_id)s, %(name)s, %(description)s, %(is_shared)s)
returning list_id;

-- name: change_list
update app.lists set name = coalesce(%(name)s, name), description = coalesce(%(description)s, description),
       is_shared = coalesce(%(is_shared)s, is_shared)
 where organization_id = %(organization_id)s and list_id = %(list_id)s and deleted_at is null
returning list_id;

-- name: delete_list
update app.lists set deleted_at = clock_timestamp()
 where organization_id = %(organization_id)s and list_id = %(list_id)s and deleted_at is null
returning list_id;

-- name: restore_list
update app.lists set deleted_at = null
 where organization_id = %(organization_id)s and list_id = %(list_id)s and deleted_at > clock_timestamp() - interval '30 days'
returning list_id;

-- name: find_lists
-- With the number of live leads among the members that the caller sees.
select list.list_id, list.name, list.description, list.is_shared, list.created_by, list.created_at, list.updated_at,
       (select count(*) from app.list_members as member
          join app.leads as lead on lead.lead_id = member.lead_id and lead.organization_id = %(organization_id)s
               and lead.deleted_at is null
         where member.organization_id = %(organization_id)s and member.list_id = list.list_id) as members
  from app.lists as list
 where list.organization_id = %(organization_id)s and list.deleted_at is null
   and (%(list_id)s::uuid is null or list.list_id = %(list_id)s)
 order by lower(list.name), list.list_id;

-- name: add_members
-- Leads that are live and seen by the caller; who is a member already stays one.
insert into app.list_members (organization_id, list_id, lead_id)
select lead.organization_id, %(list_id)s, lead.lead_id
  from app.leads as lead
 where lead.organization_id = %(organization_id)s and lead.lead_id = any (%(lead_ids)s) and lead.deleted_at is null
on conflict (list_id, lead_id) do nothing
returning lead_id;

-- name: remove_members
delete from app.list_members
 where organization_id = %(organization_id)s and list_id = %(list_id)s and lead_id = any (%(lead_ids)s)
returning lead_id;

-- name: insert_segment
insert into app.segments (organization_id, name, description, criteria)
values (%(organization_id)s, %(name)s, %(description)s, %(criteria)s)
returning segment_id;

-- name: change_segment
update app.segments set name = coalesce(%(name)s, name), description = coalesce(%(description)s, description),
       criteria = coalesce(%(criteria)s, criteria)
 where organization_id = %(organization_id)s and segment_id = %(segment_id)s and deleted_at is null
returning segment_id;

-- name: delete_segment
update app.segments set deleted_at = clock_timestamp()
 where organization_id = %(organization_id)s and segment_id = %(segment_id)s and deleted_at is null
returning segment_id;

-- name: restore_segment
update app.segments set deleted_at = null
 where organization_id = %(organization_id)s and segment_id = %(segment_id)s
   and deleted_at > clock_timestamp() - interval '30 days'
returning segment_id;

-- name: find_segments
select segment_id, name, description, criteria, created_by, created_at, updated_at
  from app.segments
 where organization_id = %(organization_id)s and deleted_at is null
   and (%(segment_id)s::uuid is null or segment_id = %(segment_id)s)
 order by lower(name), segment_id;
