-- A database as it stood at 0010_create_enrichment with a night behind it: rows in every table, two organizations.
-- Run by the administrator in one transaction; the months of raw are made first.
select raw.ensure_partitions('2026-09-30'), raw.ensure_partitions('2026-10-01');

insert into identity.organizations (organization_id, slug, name, postal_address) values
  ('00000000-0000-4000-8000-000000000001', 'north', 'North', 'Nordweg 1, 20095 Hamburg'),
  ('00000000-0000-4000-8000-000000000002', 'south', 'South', null);
insert into identity.users (user_id, email_normalized, full_name, deleted_at) values
  ('00000000-0000-4000-8000-000000000011', 'ada@north.example', 'Ada North', null),
  ('00000000-0000-4000-8000-000000000012', 'sam@south.example', 'Sam South', null),
  ('00000000-0000-4000-8000-000000000013', 'gone@north.example', null, '2026-09-01');
insert into identity.members (organization_id, user_id, role, deleted_at) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000011', 'organization_admin', null),
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000012', 'client', null),
  ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000012', 'sales_rep', null),
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000013', 'read_only', '2026-09-01');
insert into identity.sql_logins (login, organization_id) values ('analyst_of_north', '00000000-0000-4000-8000-000000000001');

insert into app.consumer_positions (consumer, stream, last_batch_no) values ('resolution', 'raw', 1), ('marts', 'entities', 0);
insert into billing.budgets (budget_id, organization_id, kind, starts_on, ends_on, ceiling_eur) values
  ('00000000-0000-4000-8000-000000000021', '00000000-0000-4000-8000-000000000001', 'provider', '2026-10-01', '2026-10-31', 100);
insert into quality.step_outcomes (run_id, stage, subject, outcome, counts, started_at, organization_id) values
  ('night', 'crawl_sites', 'all', 'succeeded', '{"landed": 2}', '2026-10-01 01:00Z', null),
  ('night', 'send_campaigns', 'spring', 'failed', '{}', '2026-10-01 05:00Z', '00000000-0000-4000-8000-000000000001');

insert into app.sources (source_key, organization_id, kind, name, start_url, host, deleted_at) values
  ('web/alpha.example', null, 'web_site', 'Alpha', 'https://alpha.example/', 'alpha.example', null),
  ('web/old.example', null, 'web_site', 'Old', 'https://old.example/', 'old.example', '2026-09-01'),
  ('csv/north', '00000000-0000-4000-8000-000000000001', 'csv', 'Import', null, null, null);
insert into app.jobs (job_id, organization_id, kind, status, parameters, run_on, started_at, finished_at) values
  ('00000000-0000-4000-8000-000000000031', null, 'crawl', 'completed', '{"pages": 4}', '2026-10-01', '2026-10-01 01:00Z', '2026-10-01 02:00Z'),
  ('00000000-0000-4000-8000-000000000032', '00000000-0000-4000-8000-000000000001', 'import', 'pending', '{}', '2026-10-01', null, null);
insert into app.shards (job_id, shard_no, hosts, source_keys, status) values
  ('00000000-0000-4000-8000-000000000031', 0, '{alpha.example}', '{web/alpha.example}', 'completed');
insert into app.host_leases (host, job_id, shard_no, lease_token, leased_until) values
  ('alpha.example', '00000000-0000-4000-8000-000000000031', 0, 1, '2026-10-01 02:00Z');

insert into raw.batches (batch_no, landing_id, run_on, run_id, source_key, organization_id, received, landed, known, quarantined) values
  (app.take_batch_number('raw'), '00000000-0000-4000-8000-000000000041', '2026-10-01', 'night', 'web/alpha.example', null, 3, 2, 0, 1),
  (app.take_batch_number('raw'), '00000000-0000-4000-8000-000000000042', '2026-09-30', 'night', 'csv/north',
   '00000000-0000-4000-8000-000000000001', 1, 1, 0, 0);
insert into raw.fetches (run_on, fetch_id, landing_id, source_key, url, requested_at, outcome, body_bytes, warc_uri, warc_offset, warc_length)
values ('2026-10-01', '00000000-0000-4000-8000-000000000051', '00000000-0000-4000-8000-000000000041', 'web/alpha.example',
   'https://alpha.example/', '2026-10-01 01:10Z', 'fetched', 900, 'pages.warc.gz', 0, 400),
  ('2026-09-30', '00000000-0000-4000-8000-000000000052', '00000000-0000-4000-8000-000000000041', 'web/alpha.example',
   'https://alpha.example/old', '2026-09-30 01:10Z', 'broken', 0, null, null, null);
insert into raw.extractions (run_on, extraction_id, landing_id, organization_id, source_key, unit_id, unit_key, extractor, extractor_version,
   content_hash, statement_hash, observed_at) values
  ('2026-10-01', '00000000-0000-4000-8000-000000000061', '00000000-0000-4000-8000-000000000041', null, 'web/alpha.example',
   '00000000-0000-4000-8000-000000000062', 'https://alpha.example/', 'company_site', '1', 'a', 'b', '2026-10-01 01:10Z'),
  ('2026-09-30', '00000000-0000-4000-8000-000000000063', '00000000-0000-4000-8000-000000000042', '00000000-0000-4000-8000-000000000001',
   'csv/north', '00000000-0000-4000-8000-000000000064', 'north.csv', 'csv', '1', 'c', 'd', '2026-09-30 01:10Z');
insert into raw.applications (unit_id, observed_at, extraction_id, run_on, landing_id) values
  ('00000000-0000-4000-8000-000000000062', '2026-10-01 01:10Z', '00000000-0000-4000-8000-000000000061', '2026-10-01', '00000000-0000-4000-8000-000000000041'),
  ('00000000-0000-4000-8000-000000000064', '2026-09-30 01:10Z', '00000000-0000-4000-8000-000000000063', '2026-09-30', '00000000-0000-4000-8000-000000000042');
insert into raw.company_records (run_on, record_id, subject_id, landing_id, source_key, extraction_id, content_hash, record_key, payload) values
  ('2026-10-01', '00000000-0000-4000-8000-000000000071', '00000000-0000-4000-8000-000000000072', '00000000-0000-4000-8000-000000000041',
   'web/alpha.example', '00000000-0000-4000-8000-000000000061', 'a', 'alpha', '{"name": [{"value": "Alpha", "confidence": 0.9}]}');
insert into raw.person_records (run_on, record_id, subject_id, company_record_id, landing_id, organization_id, source_key, extraction_id,
   content_hash, record_key, payload, custom_fields) values
  ('2026-10-01', '00000000-0000-4000-8000-000000000073', '00000000-0000-4000-8000-000000000074', '00000000-0000-4000-8000-000000000071',
   '00000000-0000-4000-8000-000000000041', null, 'web/alpha.example', '00000000-0000-4000-8000-000000000061', 'b', 'eva',
   '{"full_name": [{"value": "Eva Alpha", "confidence": 0.9}]}', '{}'),
  ('2026-09-30', '00000000-0000-4000-8000-000000000075', '00000000-0000-4000-8000-000000000076', null,
   '00000000-0000-4000-8000-000000000042', '00000000-0000-4000-8000-000000000001', 'csv/north', '00000000-0000-4000-8000-000000000063', 'c', 'row 2',
   '{"full_name": [{"value": "Jörg Ünicode", "confidence": 0.8}]}', '{"Stufe": "A"}');

insert into resolution.batches (batch_no, run_id, reason, entities_changed) values (app.take_batch_number('entities'), 'night', 'landed', 3);
insert into resolution.entities (entity_id, entity_kind, organization_id, status, created_batch_no) values
  ('00000000-0000-4000-8000-000000000081', 'company', null, 'active', 1),
  ('00000000-0000-4000-8000-000000000082', 'person', null, 'active', 1),
  ('00000000-0000-4000-8000-000000000083', 'person', '00000000-0000-4000-8000-000000000001', 'active', 1),
  ('00000000-0000-4000-8000-000000000084', 'person', '00000000-0000-4000-8000-000000000001', 'merged', 1);
insert into resolution.assignments (subject_id, entity_kind, organization_id, entity_id, origin_entity_id, match_reason, batch_no) values
  ('00000000-0000-4000-8000-000000000072', 'company', null, '00000000-0000-4000-8000-000000000081', '00000000-0000-4000-8000-000000000081', 'first', 1),
  ('00000000-0000-4000-8000-000000000074', 'person', null, '00000000-0000-4000-8000-000000000082', '00000000-0000-4000-8000-000000000082', 'first', 1);
insert into resolution.subjects (subject_id, entity_kind, unit_id) values
  ('00000000-0000-4000-8000-000000000072', 'company', '00000000-0000-4000-8000-000000000062'),
  ('00000000-0000-4000-8000-000000000074', 'person', '00000000-0000-4000-8000-000000000062');
insert into resolution.subject_keys (subject_id, entity_kind, key_kind, key_value) values
  ('00000000-0000-4000-8000-000000000072', 'company', 'domain', 'alpha.example');
insert into resolution.origins (entity_kind, key_kind, key_value, entity_id) values
  ('company', 'domain', 'alpha.example', '00000000-0000-4000-8000-000000000081');
insert into resolution.match_decisions (organization_id, entity_kind, entity_a, entity_b, decision, decided_by) values
  ('00000000-0000-4000-8000-000000000001', 'person', '00000000-0000-4000-8000-000000000083', '00000000-0000-4000-8000-000000000084', 'same', 'ada');
insert into resolution.redirects (organization_id, from_entity_id, to_entity_id, reason, batch_no) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000084', '00000000-0000-4000-8000-000000000083', 'same person', 1);
insert into resolution.changes (batch_no, entity_id, entity_kind, change_kind) values (1, '00000000-0000-4000-8000-000000000081', 'company', 'created');
insert into resolution.overlays (organization_id, entity_kind, entity_id) values
  ('00000000-0000-4000-8000-000000000001', 'person', '00000000-0000-4000-8000-000000000082');

insert into app.email_accounts (email_account_id, organization_id, from_email, from_name, smtp_host, smtp_port) values
  ('00000000-0000-4000-8000-000000000091', '00000000-0000-4000-8000-000000000001', 'sales@north.example', 'North', 'smtp.north.example', 587);
insert into app.campaigns (campaign_id, organization_id, name, status, email_account_id) values
  ('00000000-0000-4000-8000-000000000092', '00000000-0000-4000-8000-000000000001', 'spring', 'active', '00000000-0000-4000-8000-000000000091');
insert into app.campaign_steps (campaign_id, organization_id, step_no, subject_template, body_template) values
  ('00000000-0000-4000-8000-000000000092', '00000000-0000-4000-8000-000000000001', 1, 'Hello', 'Dear {{ full_name }}');
insert into app.lead_searches (organization_id, name, criteria) values
  ('00000000-0000-4000-8000-000000000001', 'everybody', '{"entity_kind": "person", "limit": 10}');
insert into app.leads (lead_id, organization_id, entity_id, entity_kind, status, owner_id, campaign_id, first_source, rating_1_to_5, tags, notes,
   custom_fields, deleted_at) values
  ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000082', 'person', 'contacted',
   '00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000092', 'search', 4, '{hot,"two words"}', 'said yes', '{"a": [1]}', null),
  ('00000000-0000-4000-8000-0000000000a2', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000083', 'person', 'new',
   null, null, 'import', null, '{}', null, '{}', null),
  ('00000000-0000-4000-8000-0000000000a3', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000084', 'person', 'new',
   null, null, 'import', null, '{}', null, '{}', '2026-09-15'),
  ('00000000-0000-4000-8000-0000000000a4', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000082', 'person', 'new',
   '00000000-0000-4000-8000-000000000012', null, 'api', null, '{}', null, '{}', null);
insert into app.lead_redirects (organization_id, from_lead_id, to_lead_id, added_tags) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000a3', '00000000-0000-4000-8000-0000000000a2', '{}');
insert into app.corrections (organization_id, entity_id, entity_kind, attribute, value, reason) values
  ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000082', 'person', 'title', 'CEO', 'said so');
insert into app.lead_facts (lead_id, organization_id, full_name, title, email_normalized, company_name, lead_score) values
  ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-000000000001', 'Eva Alpha', 'CEO', 'eva@alpha.example', 'Alpha', 70);
insert into app.score_weights (organization_id, factor, input_value, points) values
  ('00000000-0000-4000-8000-000000000001', 'priority', 'high', 30);
insert into app.campaign_members (campaign_id, organization_id, lead_id) values
  ('00000000-0000-4000-8000-000000000092', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000a1');
insert into app.suppressions (organization_id, scope, value_normalized, reason, source) values
  (null, 'domain', 'never.example', 'manual', 'operator'),
  ('00000000-0000-4000-8000-000000000001', 'email', 'no@alpha.example', 'unsubscribed', 'link');

insert into quality.quarantine (landing_id, run_on, source_key, unit_key, reason, detail, content_hash) values
  ('00000000-0000-4000-8000-000000000041', '2026-10-01', 'web/alpha.example', 'https://alpha.example/', 'bad_email', 'no @', 'x');
insert into quality.dbt_nodes (run_id, node_id, resource_type, status, seconds) values ('night', 'model.leads', 'model', 'success', 1.5);
insert into quality.suites (suite_name, suite_version, expectations) values ('campaign_audience', 'v1', '[]');
insert into quality.snapshots (snapshot_id, organization_id, campaign_id, step_no, wave_at) values
  ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000092', 1, '2026-10-01 08:00Z');
insert into quality.snapshot_members (snapshot_id, organization_id, member_id, is_sendable, lead_id, email_normalized, is_suppressed) values
  ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000b2', true,
   '00000000-0000-4000-8000-0000000000a1', 'eva@alpha.example', false);
insert into quality.gate_results (gate_run_id, organization_id, snapshot_id, suite_name, suite_version, verdict, rows_checked, expires_at) values
  ('00000000-0000-4000-8000-0000000000b3', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000b1', 'campaign_audience',
   'v1', 'failed', 1, '2099-01-01');
insert into quality.gate_results (gate_run_id, organization_id, snapshot_id, suite_name, suite_version, verdict, rows_checked, expires_at,
   overrides_gate_run_id, overridden_by, override_reason) values
  ('00000000-0000-4000-8000-0000000000b4', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000b1', 'campaign_audience',
   'v1', 'overridden', 1, '2099-01-01', '00000000-0000-4000-8000-0000000000b3', 'ada', 'agreed with the customer');
insert into quality.gate_expectations (gate_run_id, organization_id, rule_id, expectation_type, severity, passed) values
  ('00000000-0000-4000-8000-0000000000b3', '00000000-0000-4000-8000-000000000001', 'email_is_valid', 'expect_column_values_to_not_be_null', 'critical', false);
insert into app.messages (message_id, organization_id, campaign_id, step_no, lead_id, snapshot_id, member_id, email_normalized, gate_run_id,
   gate_verdict, email_account_id) values
  ('00000000-0000-4000-8000-0000000000b5', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000092', 1,
   '00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-0000000000b2', 'eva@alpha.example',
   '00000000-0000-4000-8000-0000000000b4', 'overridden', '00000000-0000-4000-8000-000000000091');
insert into app.campaign_decisions (snapshot_id, organization_id, campaign_id, step_no, lead_id, member_id, decision, rule_id, gate_run_id) values
  ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000092', 1,
   '00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-0000000000b2', 'sent', 'all_checks_passed', '00000000-0000-4000-8000-0000000000b4');
insert into quality.gate_revocations (gate_run_id, organization_id, revoked_by, reason) values
  ('00000000-0000-4000-8000-0000000000b4', '00000000-0000-4000-8000-000000000001', 'ada', 'changed her mind');

insert into app.enrichment_requests (request_id, organization_id, entity_id, entity_kind, attribute, provider, window_on, wanted_by, state, max_price_eur)
values ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000082', 'person', 'email',
   'mailscout', '2026-10-01', 'campaign:spring', 'hit', 0.1);
insert into raw.provider_responses (run_on, response_id, landing_id, organization_id, request_id, provider, outcome, price_eur, received_at) values
  ('2026-10-01', '00000000-0000-4000-8000-0000000000c2', '00000000-0000-4000-8000-000000000041', '00000000-0000-4000-8000-000000000001',
   '00000000-0000-4000-8000-0000000000c1', 'mailscout', 'hit', 0.05, '2026-10-01 03:00Z');
insert into raw.email_checks (run_on, email_normalized, landing_id, domain, status, is_syntax_valid, has_mx, is_role, is_free, is_disposable, checked_at)
values ('2026-10-01', 'eva@alpha.example', '00000000-0000-4000-8000-000000000041', 'alpha.example', 'valid', true, true, false, false, false, '2026-10-01 03:00Z');
insert into raw.email_events (run_on, event_id, landing_id, organization_id, message_id, event_kind, occurred_at) values
  ('2026-10-01', '00000000-0000-4000-8000-0000000000c3', '00000000-0000-4000-8000-000000000041', '00000000-0000-4000-8000-000000000001',
   '00000000-0000-4000-8000-0000000000b5', 'accepted', '2026-10-01 08:05Z');
insert into billing.costs (organization_id, kind, provider, amount_eur, budget_id, request_id, campaign_id, lead_id) values
  ('00000000-0000-4000-8000-000000000001', 'provider', 'mailscout', 0.05, '00000000-0000-4000-8000-000000000021',
   '00000000-0000-4000-8000-0000000000c1', null, null),
  ('00000000-0000-4000-8000-000000000001', 'send', null, 0.001, null, null, '00000000-0000-4000-8000-000000000092', '00000000-0000-4000-8000-0000000000a1');
