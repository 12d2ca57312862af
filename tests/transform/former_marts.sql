-- The marts as the first release made them, columns alone: an existing home has these.
create table mart_analytics.fct_campaign_decisions (organization_id uuid not null, campaign_id uuid not null, snapshot_id uuid not null, 
step_no integer not null, member_id uuid not null, lead_id uuid not null, decision text not null, rule_id text not null, evidence jsonb not 
null, gate_run_id uuid, held_until timestamp with time zone, decided_at timestamp with time zone not null);
create table mart_analytics.fct_costs (organization_id uuid, cost_id uuid not null, occurred_at timestamp with time zone not null, kind 
text not null, provider text, job_id uuid, request_id uuid, source_key text, campaign_id uuid, lead_id uuid, amount_eur numeric not null, 
credits numeric not null, is_refund boolean not null);
create table mart_analytics.fct_gate_results (organization_id uuid not null, gate_run_id uuid not null, rule_id text not null, snapshot_id 
uuid not null, campaign_id uuid not null, step_no integer not null, wave_at timestamp with time zone not null, suite_name text not null, 
suite_version text not null, verdict text not null, rows_checked integer not null, expectation_type text not null, column_name text, 
severity text not null, observed text, threshold text, unexpected_rows integer not null, passed boolean not null, overridden_by text, 
override_reason text, override_expires_at timestamp with time zone, revoked_at timestamp with time zone, created_at timestamp with time 
zone not null, expires_at timestamp with time zone not null);
create table mart_analytics.fct_messages (organization_id uuid not null, message_id uuid not null, campaign_id uuid not null, step_no 
integer not null, variant text not null, lead_id uuid not null, email_account_id uuid not null, gate_run_id uuid not null, created_at 
timestamp with time zone not null, attempted_at timestamp with time zone, final_state text not null, is_attempted boolean not null, 
bounce_class text, smtp_code integer, bounced_at timestamp with time zone, first_reply_at timestamp with time zone, unsubscribed_at 
timestamp with time zone, complained_at timestamp with time zone, score_at_send integer, cost_eur numeric not null);
create table mart_analytics.fct_provider_calls (organization_id uuid not null, response_id uuid not null, request_id uuid not null, 
provider text not null, entity_id uuid, entity_kind text, attribute text, wanted_by text, outcome text not null, status_code integer, 
price_eur numeric not null, latency_ms integer not null, received_at timestamp with time zone not null);
create table mart_analytics.fct_source_runs (organization_id uuid, run_id text not null, source_key text not null, run_on date not null, 
outcome text not null, reason text, pages integer not null, fetched integer not null, not_modified integer not null, blocked integer not 
null, empty integer not null, broken integer not null, received integer not null, landed integer not null, known integer not null, 
quarantined integer not null, body_bytes bigint not null, started_at timestamp with time zone not null, finished_at timestamp with time 
zone not null, wall_seconds double precision, expected_least integer, expected_most integer);
create table mart_companies.dim_companies (organization_id uuid, company_id uuid not null, name text, legal_name text, domain text, 
country_code text, language text, industry_code text, employee_band text, phone_e164 text, email_generic text, address text, vat_id text, 
register_id text, social_urls text[] not null, technologies text[] not null, source_count integer not null, filled_count integer not null, 
fillable_count integer not null, completeness_ratio double precision not null, last_verified_at timestamp with time zone, is_private 
boolean not null);
create table mart_companies.fct_company_changes (organization_id uuid, company_id uuid not null, attribute text not null, old_value text, 
new_value text, change_kind text not null, detected_at timestamp with time zone not null, source_key text, url text, fetch_id uuid, 
is_signal boolean not null);
create table mart_companies.fct_company_values (organization_id uuid, company_id uuid not null, attribute text not null, value text not 
null, place integer not null, is_winner boolean not null, is_primary boolean not null, rule_id text not null, confidence double precision 
not null, agreeing_sources integer not null, mention_count integer not null, is_private boolean not null, source_key text not null, url 
text, locator text, raw_value text, parts jsonb, observed_at timestamp with time zone not null, extractor text not null, extractor_version 
text not null, record_id uuid not null, fetch_id uuid, warc_uri text, warc_offset bigint);
create table mart_leads.dim_leads (organization_id uuid not null, lead_id uuid not null, entity_kind text not null, person_id uuid, 
company_id uuid, status text not null, owner_id uuid, campaign_id uuid, first_source text not null, priority text not null, rating_1_to_5 
integer, tags text[] not null, lead_score integer not null, full_name text, title_raw text, email_normalized text, email_status text, 
phone_e164 text, company_name text, domain text, country_code text, created_at timestamp with time zone not null, last_activity_at 
timestamp with time zone not null, is_contactable boolean not null, not_contactable_reason text);
create table mart_leads.dim_people (organization_id uuid, person_id uuid not null, company_id uuid, full_name text, title_raw text, 
email_normalized text, email_status text, has_mx boolean, is_role_email boolean, is_free_email boolean, is_disposable_email boolean, 
email_checked_at timestamp with time zone, phone_e164 text, social_urls text[] not null, country_code text, legal_basis text, source_count 
integer not null, last_verified_at timestamp with time zone, is_private boolean not null);
create table mart_leads.fct_person_values (organization_id uuid, person_id uuid not null, attribute text not null, value text not null, 
place integer not null, is_winner boolean not null, is_primary boolean not null, rule_id text not null, confidence double precision not 
null, agreeing_sources integer not null, mention_count integer not null, is_private boolean not null, source_key text not null, url text, 
locator text, raw_value text, parts jsonb, observed_at timestamp with time zone not null, extractor text not null, extractor_version text 
not null, record_id uuid not null, fetch_id uuid, warc_uri text, warc_offset bigint);
create table mart_leads.fct_score_factors (organization_id uuid not null, lead_id uuid not null, scored_on date not null, factor text not 
null, input_value text, points integer not null, max_points integer not null, score_total integer not null, factors_hash text not null);