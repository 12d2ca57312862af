-- The gate: suites, verdicts and their rules. Rows are added, never changed.

-- name: insert_suite
insert into quality.suites (suite_name, suite_version, expectations)
values (%(suite_name)s, %(suite_version)s, %(expectations)s)
on conflict (suite_name, suite_version) do nothing;

-- name: lock_snapshot
-- Key share on the snapshot is not enough to keep two runs of one gate apart; an advisory lock is.
select pg_advisory_xact_lock(hashtextextended(%(snapshot_id)s::text, 1)),
       snapshot.organization_id, snapshot.created_at,
       snapshot.created_at + %(valid_for)s <= clock_timestamp() as is_stale,
       (select count(*) from quality.snapshot_members as member
         where member.snapshot_id = snapshot.snapshot_id and member.is_sendable) as rows_checked
  from quality.snapshots as snapshot
 where snapshot.snapshot_id = %(snapshot_id)s;

-- name: find_verdicts
-- Every verdict of the snapshot, newest first, with its revocation.
select result.gate_run_id, result.organization_id, result.snapshot_id, result.suite_name, result.suite_version,
       result.verdict, result.rows_checked, result.seconds, result.expires_at, result.created_at,
       result.overrides_gate_run_id, revocation.revoked_by, revocation.reason as revoked_reason,
       result.expires_at <= clock_timestamp() as is_expired
  from quality.gate_results as result
  left join quality.gate_revocations as revocation using (gate_run_id)
 where result.snapshot_id = %(snapshot_id)s
 order by result.created_at desc, result.gate_run_id;

-- name: find_rules
select rule_id, passed, observed, unexpected_count, unexpected_members
  from quality.gate_expectations where gate_run_id = %(gate_run_id)s;

-- name: insert_verdict
insert into quality.gate_results (organization_id, snapshot_id, suite_name, suite_version, verdict, rows_checked, seconds,
                                  result, expires_at)
values (%(organization_id)s, %(snapshot_id)s, %(suite_name)s, %(suite_version)s, %(verdict)s, %(rows_checked)s,
        %(seconds)s, %(result)s, %(frozen_at)s + %(valid_for)s)
returning gate_run_id, expires_at;

-- name: insert_rule
insert into quality.gate_expectations (gate_run_id, organization_id, rule_id, expectation_type, column_name, severity,
                                       passed, observed, threshold, unexpected_count, unexpected_members)
values (%(gate_run_id)s, %(organization_id)s, %(rule_id)s, %(expectation_type)s, %(column_name)s, %(severity)s,
        %(passed)s, %(observed)s, %(threshold)s, %(unexpected_count)s, %(unexpected_members)s);

-- name: insert_override
insert into quality.gate_results (organization_id, snapshot_id, suite_name, suite_version, verdict, rows_checked, seconds,
                                  overrides_gate_run_id, overridden_by, override_reason, expires_at)
select failed.organization_id, failed.snapshot_id, failed.suite_name, failed.suite_version, 'overridden',
       failed.rows_checked, 0, failed.gate_run_id, %(overridden_by)s, %(reason)s, %(expires_at)s
  from quality.gate_results as failed
 where failed.gate_run_id = %(gate_run_id)s
returning gate_run_id, snapshot_id;

-- name: find_verdict
select gate_run_id, snapshot_id, verdict from quality.gate_results where gate_run_id = %(gate_run_id)s;

-- name: insert_revocation
insert into quality.gate_revocations (gate_run_id, organization_id, revoked_by, reason)
select result.gate_run_id, result.organization_id, %(revoked_by)s, %(reason)s
  from quality.gate_results as result where result.gate_run_id = %(gate_run_id)s
on conflict (gate_run_id) do nothing;
