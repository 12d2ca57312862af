-- What build_marts reads and writes beside dbt.

-- name: wait_without_limit
-- For this session: a build that goes before may take longer than one statement of a component may.
set statement_timeout = 0;

-- name: lock_build
-- One build at a time; held to the end of the session.
select pg_advisory_lock(hashtext('leadhouse.build_marts'));

-- name: get_newest_batches
select coalesce((select max(batch_no) from resolution.batches), 0) as entities,
       coalesce((select max(batch_no) from raw.batches), 0) as raw;

-- name: count_unread_changes
-- Whether any entity model has work: touched entities, checked addresses, or addresses that proved right or wrong.
select (select count(distinct entity_id) from resolution.changes
         where batch_no > %(from_batch)s and batch_no <= %(to_batch)s) as entities,
       (select count(*) from raw.batches join raw.email_checks using (landing_id)
         where batch_no > %(from_landing_batch)s and batch_no <= %(to_landing_batch)s) as checks,
       (select count(*) from raw.batches join raw.email_events using (landing_id)
         where batch_no > %(from_landing_batch)s and batch_no <= %(to_landing_batch)s
           and event_kind in ('replied', 'bounced', 'rejected')) as events;

-- name: get_model_fingerprint
-- The models that the marts were last built in full from.
select message as fingerprint from quality.dbt_nodes
 where resource_type = 'project' and status = 'success'
 order by finished_at desc, run_id desc
 limit 1;

-- name: record_node
insert into quality.dbt_nodes (run_id, node_id, resource_type, status, seconds, rows_affected, message, finished_at)
values (%(run_id)s, %(node_id)s, %(resource_type)s, %(status)s, %(seconds)s, %(rows_affected)s, %(message)s, clock_timestamp())
on conflict (run_id, node_id) do update
   set resource_type = excluded.resource_type, status = excluded.status, seconds = excluded.seconds,
       rows_affected = excluded.rows_affected, message = excluded.message, finished_at = excluded.finished_at;
