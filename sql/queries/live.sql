-- What streams ask again and again. As the caller.

-- name: find_job_progress
select job_id, status::text as status, progress_total, progress_done, progress_failed, error
  from app.jobs where job_id = %(job_id)s

-- name: find_job_run
select kind::text as kind, dag_run_id, run_no, dispatched_at from app.jobs where job_id = %(job_id)s
