-- One of everything that the marts of work are made of, and two wherever a join could multiply rows.
-- name: insert_campaign_night
with organization as (
  select %(organization)s::uuid as organization_id),
account as (
  insert into app.email_accounts (organization_id, from_email, from_name, smtp_host, smtp_port, security)
  select organization_id, 'sales@north.example', 'North', '127.0.0.1', 25, 'none' from organization
  returning email_account_id, organization_id),
campaign as (
  insert into app.campaigns (organization_id, name, email_account_id) select organization_id, 'spring', email_account_id from account
  returning campaign_id, organization_id),
suite as (
  insert into quality.suites (suite_name, suite_version, expectations) values ('campaign_audience', 'v1', '[]')
  returning suite_name, suite_version)
select campaign_id, email_account_id, suite_name, suite_version from campaign, account, suite;

-- name: insert_snapshot
insert into quality.snapshots (organization_id, campaign_id, step_no, wave_at)
values (%(organization)s, %(campaign)s, 1, date_trunc('hour', now())) returning snapshot_id;

-- name: insert_member
insert into quality.snapshot_members (snapshot_id, organization_id, lead_id, email_normalized, is_suppressed, is_sendable)
values (%(snapshot)s, %(organization)s, %(lead)s, %(email)s, false, true) returning member_id;

-- name: insert_gate_result
insert into quality.gate_results (organization_id, snapshot_id, suite_name, suite_version, verdict, rows_checked,
  overrides_gate_run_id, overridden_by, override_reason, expires_at)
values (%(organization)s, %(snapshot)s, 'campaign_audience', 'v1', %(verdict)s, 2, %(overrides)s,
  case when %(overrides)s::uuid is not null then 'kim' end, case when %(overrides)s::uuid is not null then 'agreed with the customer' end,
  now() + interval '1 day')
returning gate_run_id;

-- name: insert_expectation
insert into quality.gate_expectations (gate_run_id, organization_id, rule_id, expectation_type, severity, passed, unexpected_count)
values (%(gate)s, %(organization)s, %(rule)s, 'expect_column_values_to_not_be_null', 'critical', false, 1);

-- name: insert_message
insert into app.messages (organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id, email_normalized, gate_run_id,
  gate_verdict, email_account_id, state, attempted_at)
values (%(organization)s, %(campaign)s, %(step)s, %(lead)s, %(snapshot)s, %(member)s, %(email)s, %(gate)s, 'overridden', %(account)s,
  %(state)s::app.message_state, case when %(state)s <> 'queued' then now() end)
returning message_id;

-- name: insert_second_message
-- Of the second step, with a wave of its own.
with wave as (
  insert into quality.snapshots (organization_id, campaign_id, step_no, wave_at)
  values (%(organization)s, %(campaign)s, 2, date_trunc('hour', now())) returning snapshot_id),
member as (
  insert into quality.snapshot_members (snapshot_id, organization_id, lead_id, email_normalized, is_suppressed, is_sendable)
  select snapshot_id, %(organization)s, %(lead)s, %(email)s, false, true from wave returning member_id),
gate as (
  insert into quality.gate_results (organization_id, snapshot_id, suite_name, suite_version, verdict, rows_checked, expires_at)
  select %(organization)s, snapshot_id, 'campaign_audience', 'v1', 'passed', 1, now() + interval '1 day' from wave returning gate_run_id)
insert into app.messages (organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id, email_normalized, gate_run_id,
  gate_verdict, email_account_id, state)
select %(organization)s, %(campaign)s, 2, %(lead)s, snapshot_id, member_id, %(email)s, gate_run_id, 'passed', %(account)s, 'queued'
  from wave, member, gate
returning message_id;

-- name: insert_decision
insert into app.campaign_decisions (snapshot_id, organization_id, campaign_id, step_no, lead_id, member_id, decision, rule_id)
values (%(snapshot)s, %(organization)s, %(campaign)s, 1, %(lead)s, %(member)s, 'sent', 'all_checks_passed');

-- name: insert_event
insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind, occurred_at)
values (%(run_on)s, gen_random_uuid(), gen_random_uuid(), %(organization)s, %(message)s, %(kind)s, now());

-- name: insert_cost
insert into billing.costs (organization_id, kind, amount_eur, campaign_id, lead_id)
values (%(organization)s, 'send', 0.001, %(campaign)s, %(lead)s);

-- name: insert_provider_answer
with request as (
  insert into app.enrichment_requests (organization_id, entity_id, entity_kind, attribute, provider, window_on, wanted_by, state, max_price_eur)
  values (%(organization)s, %(entity)s, 'person', 'email', %(provider)s, %(run_on)s, 'campaign:x', 'hit', 1)
  returning request_id)
insert into raw.provider_responses (run_on, response_id, landing_id, organization_id, request_id, provider, outcome, price_eur, received_at)
select %(run_on)s, gen_random_uuid(), gen_random_uuid(), %(organization)s, request_id, %(provider)s, 'hit', 0.05, now() from request;

-- name: insert_cached_answer
with request as (
  insert into app.enrichment_requests (organization_id, entity_id, entity_kind, attribute, provider, window_on, wanted_by, state,
         max_price_eur, from_cache, is_good)
  values (%(organization)s, %(entity)s, 'person', 'phone_e164', %(provider)s, %(run_on)s, 'campaign:x', 'hit', 1, true, false)
  returning request_id)
insert into raw.provider_responses (run_on, response_id, landing_id, organization_id, request_id, provider, outcome, from_cache, received_at)
select %(run_on)s, gen_random_uuid(), gen_random_uuid(), %(organization)s, request_id, %(provider)s, 'hit', true, now() from request;

-- name: insert_lost_call
insert into app.enrichment_requests (organization_id, entity_id, entity_kind, attribute, provider, window_on, wanted_by, state,
       max_price_eur, claimed_at, finished_at)
values (%(organization)s, %(entity)s, 'person', 'phone_e164', %(provider)s, %(run_on)s, 'campaign:x', 'unknown', 0.25, now(), now());

-- name: insert_source_run
with landing as (
  insert into raw.batches (batch_no, landing_id, run_on, run_id, source_key, received, landed, known, quarantined)
  values (app.take_batch_number('raw'), gen_random_uuid(), %(run_on)s, %(run)s, 'web/slow.example', 3, 1, 1, 1)
  returning landing_id)
insert into raw.fetches (run_on, fetch_id, landing_id, source_key, url, requested_at, outcome, body_bytes)
select %(run_on)s, gen_random_uuid(), landing_id, 'web/slow.example', 'https://slow.example/' || outcome, now(), outcome, 10
  from landing, unnest('{fetched,not_modified,blocked,empty,broken}'::raw.fetch_outcome[]) as outcome;

-- name: insert_source_outcome
insert into quality.step_outcomes (run_id, stage, subject, outcome, counts, message, started_at, wall_seconds)
values (%(run)s, 'crawl_site', %(source)s, 'succeeded', jsonb_build_object('outcome', %(outcome)s::text), %(reason)s, now(), 2);

-- name: insert_company_around
-- A member, two sources, and a company's domain suppressed by the organization and by the platform.
with person as (
  insert into identity.users (email_normalized, full_name) values ('kim@north.example', 'Kim North') returning user_id),
member as (
  insert into identity.members (organization_id, user_id, role) select %(organization)s, user_id, 'sales_rep' from person),
sources as (
  insert into app.sources (source_key, organization_id, kind, name, start_url, host)
  values ('web/delta.example', null, 'web_site', 'Delta', 'https://delta.example/', 'delta.example'),
         ('csv/customers', %(organization)s, 'csv', 'Customers', null, null))
insert into app.suppressions (organization_id, scope, value_normalized, reason, source)
values (%(organization)s, 'domain', 'delta.example', 'existing_customer', 'csv/customers'), (null, 'domain', 'delta.example', 'manual', 'operator'),
  (%(organization)s, 'email', 'two+news@former.example', 'unsubscribed', 'link:page');
