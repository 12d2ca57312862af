-- The ledgers: batches in commit order, positions of their consumers, costs, outcomes of steps.

-- name: take_batch_number
select app.take_batch_number(%(stream)s) as batch_no;

-- name: ensure_position
insert into app.consumer_positions (consumer, stream) values (%(consumer)s, %(stream)s) on conflict do nothing;

-- name: lock_position
select last_batch_no from app.consumer_positions where consumer = %(consumer)s and stream = %(stream)s for update;

-- name: advance_position
update app.consumer_positions set last_batch_no = greatest(last_batch_no, %(batch_no)s), updated_at = now()
 where consumer = %(consumer)s and stream = %(stream)s;

-- name: insert_cost
insert into billing.costs (kind, amount_eur, organization_id, provider, credits, budget_id, request_id, source_call_id, job_id,
                           source_key, campaign_id, lead_id, is_refund)
values (%(kind)s, %(amount_eur)s, %(organization_id)s, %(provider)s, %(credits)s, %(budget_id)s, %(request_id)s,
        %(source_call_id)s, %(job_id)s, %(source_key)s, %(campaign_id)s, %(lead_id)s, %(is_refund)s)
returning credits;

-- name: insert_step_outcome
insert into quality.step_outcomes (run_id, stage, subject, outcome, counts, message, started_at, wall_seconds, cpu_seconds,
                                   organization_id)
values (%(run_id)s, %(stage)s, %(subject)s, %(outcome)s, %(counts)s, %(message)s, %(started_at)s, %(wall_seconds)s,
        %(cpu_seconds)s, %(organization_id)s);
