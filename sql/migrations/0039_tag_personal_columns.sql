-- Personal columns say so in their comments: what they hold, how a person's rows are found, how they are erased
-- depends: 0038_index_work_lists

-- migrate: apply

-- The form is read by privacy.personal_columns and explained there. A later migration tags what it adds in its own
-- comments; a test fails for a column of text, JSON or addresses that has neither a tag nor stands in the reviewed list.
create procedure privacy.tag_column(target text, column_name text, tag text)
language plpgsql set search_path = '' as $$
declare
  place smallint := (select attnum from pg_catalog.pg_attribute where attrelid = to_regclass(target) and attname = column_name and not attisdropped);
  known text := pg_catalog.col_description(to_regclass(target), place);
begin
  if place is null then
    raise exception 'there is no column %.%', target, column_name using errcode = 'undefined_column';
  end if;
  execute format('comment on column %s.%I is %L', target, column_name, concat_ws(' ', known, 'personal: ' || tag));
end $$;
revoke execute on procedure privacy.tag_column from public;

do $$
declare
  tagged record;
begin
  for tagged in select * from (values
    -- what pages, files and providers state
    ('raw.person_records', 'record_key', 'name (by record_id, subject_id; delete row)'),
    ('raw.person_records', 'payload', 'statement (by record_id, subject_id; delete row)'),
    ('raw.person_records', 'custom_fields', 'statement (by record_id, subject_id; delete row)'),
    ('raw.company_records', 'record_key', 'name (by value; redact)'),
    ('raw.company_records', 'payload', 'contact (by value; drop values)'),
    ('raw.company_records', 'custom_fields', 'contact (by value; drop values)'),
    ('raw.extractions', 'unit_key', 'name (by value; redact)'),
    ('raw.extractions', 'rejections', 'contact (by value; drop values)'),
    ('raw.fetches', 'url', 'name (by value; redact)'),
    ('raw.fetches', 'reason', 'free text (by value; redact)'),
    ('raw.provider_responses', 'payload', 'statement (by request_id; empty)'),
    ('raw.email_checks', 'email_normalized', 'contact (by value; delete row)'),
    ('raw.email_checks', 'reason', 'free text (by value; redact)'),
    ('raw.email_events', 'payload', 'free text (by message_id; empty)'),
    -- who is who
    ('resolution.subject_keys', 'key_value', 'key (by subject_id; delete row)'),
    ('resolution.subject_keys', 'counted_name', 'name (by subject_id; delete row)'),
    ('resolution.origins', 'key_value', 'key (by entity_id; pseudonym)'),
    ('resolution.assignments', 'match_key', 'key (by subject_id, entity_id; set null)'),
    ('resolution.assignments', 'match_reason', 'key (by value; redact)'),
    ('resolution.redirects', 'reason', 'key (by from_entity_id, to_entity_id; redact)'),
    ('resolution.match_decisions', 'reason', 'free text (by entity_a, entity_b; set null)'),
    ('resolution.match_decisions', 'decided_by', 'user name (by value; with the user)'),
    -- an organization's work
    ('app.leads', 'notes', 'free text (by lead_id, entity_id; set null)'),
    ('app.leads', 'tags', 'free text (by lead_id, entity_id; empty)'),
    ('app.leads', 'custom_fields', 'free text (by lead_id, entity_id; empty)'),
    ('app.leads', 'qualification_data', 'free text (by lead_id, entity_id; empty)'),
    ('app.leads', 'first_source', 'name (by value; redact)'),
    ('app.lead_redirects', 'added_notes', 'free text (by from_lead_id, to_lead_id; set null)'),
    ('app.lead_redirects', 'added_tags', 'free text (by from_lead_id, to_lead_id; empty)'),
    ('app.lead_facts', 'full_name', 'name (by lead_id; delete row)'),
    ('app.lead_facts', 'title', 'employment (by value; set null)'),
    ('app.lead_facts', 'email_normalized', 'contact (by value; set null)'),
    ('app.lead_facts', 'phone_e164', 'contact (by value; set null)'),
    ('app.lead_legal_basis', 'evidence', 'free text (by lead_id; empty)'),
    ('app.lead_status_changes', 'reason', 'free text (by lead_id; set null)'),
    ('app.lead_searches', 'name', 'free text (by value; redact)'),
    ('app.lead_searches', 'criteria', 'free text (by value; drop values)'),
    ('app.corrections', 'value', 'statement (by entity_id; set null)'),
    ('app.corrections', 'reason', 'free text (by entity_id; set null)'),
    ('app.lead_facts', 'document', 'name and address (by lead_id; delete row)'),
    ('app.interactions', 'content', 'free text (by lead_id, entity_id, message_id; set null)'),
    ('app.interactions', 'outcome', 'free text (by value; redact)'),
    ('app.interactions', 'ai_analysis', 'free text (by lead_id, entity_id, message_id; set null)'),
    ('app.lists', 'name', 'free text (by value; redact)'),
    ('app.lists', 'description', 'free text (by value; redact)'),
    ('app.segments', 'name', 'free text (by value; redact)'),
    ('app.segments', 'description', 'free text (by value; redact)'),
    ('app.segments', 'criteria', 'free text (by value; drop values)'),
    ('app.exports', 'name', 'free text (by value; redact)'),
    ('app.exports', 'criteria', 'free text (by value; drop values)'),
    ('app.exports', 'reason', 'free text (by value; redact)'),
    ('app.campaigns', 'name', 'free text (by value; redact)'),
    ('app.campaigns', 'description', 'free text (by value; redact)'),
    ('app.campaigns', 'config', 'free text (by value; drop values)'),
    ('app.campaign_steps', 'subject_template', 'free text (by value; redact)'),
    ('app.campaign_steps', 'body_template', 'free text (by value; redact)'),
    ('app.campaign_members', 'stopped_reason', 'free text (by value; redact)'),
    ('app.campaign_decisions', 'evidence', 'statement (by lead_id, member_id; empty)'),
    ('app.messages', 'email_normalized', 'contact (by message_id, lead_id; pseudonym)'),
    ('app.messages', 'subject', 'free text (by message_id, lead_id; set null)'),
    ('app.messages', 'smtp_reply', 'free text (by message_id, lead_id; set null)'),
    ('app.suppressions', 'value_normalized', 'contact (by value; pseudonym)'),
    ('app.suppressions', 'source', 'free text (by value; redact)'),
    ('app.enrichment_requests', 'wanted_by', 'free text (by value; redact)'),
    ('app.enrichment_requests', 'error', 'free text (by request_id; set null)'),
    ('app.notifications', 'title', 'free text (by link; redact)'),
    ('app.notifications', 'message', 'free text (by link; redact)'),
    ('app.notifications', 'link', 'free text (by value; drop values)'),
    ('app.jobs', 'parameters', 'free text (by value; drop values)'),
    ('app.jobs', 'error', 'free text (by value; redact)'),
    ('app.job_logs', 'message', 'free text (by value; redact)'),
    ('app.job_logs', 'details', 'free text (by value; drop values)'),
    ('app.sources', 'name', 'free text (by value; redact)'),
    ('app.sources', 'start_url', 'name (by value; redact)'),
    ('app.sources', 'config', 'free text (by value; drop values)'),
    ('app.sources', 'last_test_message', 'free text (by value; redact)'),
    ('app.analytics_cache', 'payload', 'statement (by value; drop values)'),
    -- checks and refusals
    ('quality.quarantine', 'unit_key', 'name (by value; redact)'),
    ('quality.quarantine', 'detail', 'free text (by value; redact)'),
    ('quality.quarantine', 'payload', 'statement (by value; empty)'),
    ('quality.snapshot_members', 'person_key', 'name (by lead_id, person_id, member_id; set null)'),
    ('quality.snapshot_members', 'full_name', 'name (by lead_id, person_id, member_id; set null)'),
    ('quality.snapshot_members', 'title', 'employment (by lead_id, person_id, member_id; set null)'),
    ('quality.snapshot_members', 'email_normalized', 'contact (by lead_id, person_id, member_id; pseudonym)'),
    ('quality.gate_expectations', 'observed', 'statement (by value; redact)'),
    ('quality.gate_results', 'result', 'statement (by value; drop values)'),
    ('quality.gate_results', 'override_reason', 'free text (by value; redact)'),
    ('quality.gate_results', 'overridden_by', 'user name (by value; with the user)'),
    ('quality.gate_revocations', 'reason', 'free text (by value; redact)'),
    ('quality.gate_revocations', 'revoked_by', 'user name (by value; with the user)'),
    ('quality.dbt_nodes', 'message', 'statement (by value; redact)'),
    ('quality.step_outcomes', 'subject', 'free text (by value; redact)'),
    ('quality.step_outcomes', 'counts', 'free text (by value; drop values)'),
    ('quality.step_outcomes', 'message', 'free text (by value; redact)'),
    -- files and money
    ('files.objects', 'key', 'free text (by value; redact)'),
    ('files.objects', 'original_name', 'free text (by value; redact)'),
    ('files.uploads', 'key', 'free text (by value; redact)'),
    ('files.uploads', 'original_name', 'free text (by value; redact)'),
    ('billing.credit_transactions', 'reason', 'free text (by value; redact)'),
    ('billing.stripe_events', 'payload', 'user contact (by value; with the organization)'),
    ('billing.customers', 'stripe_customer_id', 'user key (by value; with the organization)'),
    ('billing.stripe_events', 'stripe_customer_id', 'user key (by value; with the organization)'),
    ('billing.subscriptions', 'stripe_customer_id', 'user key (by value; with the organization)'),
    ('credentials.secrets', 'ciphertext', 'user secret (by value; with the organization)'),
    -- the platform's own users: not prospects
    ('app.email_accounts', 'from_email', 'user contact (by value; with the organization)'),
    ('app.email_accounts', 'from_name', 'user name (by value; with the organization)'),
    ('app.usage_events', 'properties', 'user behaviour (by user_id; with the user)'),
    ('app.usage_events', 'session_id', 'user behaviour (by user_id; with the user)'),
    ('app.usage_events', 'user_agent', 'user behaviour (by user_id; with the user)'),
    ('app.usage_events', 'ip_address', 'user address (by user_id; with the user)'),
    ('identity.organizations', 'postal_address', 'user contact (by value; with the organization)'),
    ('identity.clients', 'name', 'user name (by value; with the organization)'),
    ('identity.users', 'email_normalized', 'user contact (by user_id; with the user)'),
    ('identity.users', 'full_name', 'user name (by user_id; with the user)'),
    ('identity.invitations', 'email_normalized', 'user contact (by value; with the organization)'),
    ('identity.external_identities', 'subject', 'user key (by user_id; with the user)'),
    ('identity.password_credentials', 'password_hash', 'user secret (by user_id; with the user)'),
    ('identity.sessions', 'device', 'user behaviour (by user_id; with the user)'),
    ('identity.sessions', 'address', 'user address (by user_id; with the user)'),
    ('identity.sessions', 'agent', 'user behaviour (by user_id; with the user)'),
    ('identity.user_preferences', 'email_notifications', 'user behaviour (by user_id; with the user)'),
    ('identity.user_preferences', 'other', 'user behaviour (by user_id; with the user)'),
    ('identity.api_keys', 'name', 'user free text (by user_id; with the user)'),
    ('identity.audit_log', 'details', 'free text (by resource_id; drop values)'),
    ('identity.audit_log', 'change', 'free text (by resource_id; empty)'),
    ('identity.audit_log', 'resource_id', 'key (by value; redact)'),
    ('identity.audit_log', 'address', 'user address (by actor_user_id; with the user)'),
    ('identity.audit_log', 'agent', 'user behaviour (by actor_user_id; with the user)')
  ) as list (target, column_name, tag) loop
    call privacy.tag_column(tagged.target, tagged.column_name, tagged.tag);
  end loop;
end $$;

-- Whoever erases or gives a person their data reads every table; writing goes through privacy's functions.
do $$
declare
  target regclass;
begin
  for target in select oid from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in
      ('identity', 'app', 'raw', 'resolution', 'quality', 'billing', 'files', 'credentials') order by oid loop
    if not exists (select from pg_policy where polrelid = target and polname = 'leadhouse_privacy works across organizations') then
      call identity.open_to_component(target, 'leadhouse_privacy', 'select');
    end if;
  end loop;
end $$;
grant insert on quality.step_outcomes to leadhouse_privacy;
call identity.open_to_component('privacy.erasure_steps', 'leadhouse_transform', 'select, insert');

-- migrate: rollback

do $$
declare
  target regclass;
  tagged record;
begin
  for target in select oid from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in
      ('identity', 'app', 'raw', 'resolution', 'quality', 'billing', 'files', 'credentials') loop
    execute format('drop policy if exists "leadhouse_privacy works across organizations" on %s', target);
    execute format('revoke select, insert on %s from leadhouse_privacy', target);
  end loop;
  for tagged in select * from privacy.personal_columns loop
    execute format('comment on column %s.%I is %L', tagged.table_oid::regclass, tagged.column_name,
      nullif(regexp_replace(col_description(tagged.table_oid, (select attnum from pg_attribute
        where attrelid = tagged.table_oid and attname = tagged.column_name)), ' ?personal: [^)]*\)', ''), ''));
  end loop;
end $$;
drop policy "leadhouse_transform works across organizations" on privacy.erasure_steps;
revoke select, insert on privacy.erasure_steps from leadhouse_transform;
drop procedure privacy.tag_column;
