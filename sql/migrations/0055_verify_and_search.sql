-- Checks of addresses know catch-all domains and how likely mail bounces; lead searches are proposed, confirmed and run
-- depends: 0054_remember_imports
-- changes: app.lead_searches

-- migrate: apply

alter table raw.email_checks
  add column is_catch_all boolean, -- null: nobody asked, or no clear answer
  add column smtp_code integer check (smtp_code between 200 and 599),
  add column bounce_probability double precision check (bounce_probability between 0 and 1),
  add column bounce_model text; -- version of the table that the probability is from

-- A search that somebody typed in as criteria is confirmed by that. One that was made of plain language is a proposal until a
-- person confirms it: nothing is looked for, and nobody becomes a lead, before.
alter table app.lead_searches
  add column question text, -- as it was asked, in plain language
  add column state text not null default 'confirmed' check (state in ('asked', 'proposed', 'refused', 'confirmed', 'running', 'finished')),
  add column discovery jsonb not null default '{}' check (jsonb_typeof(discovery) = 'object'), -- where more is looked for, see leads/lead_searches.py
  add column source_keys text[] not null default '{}', -- the sources that were made of it
  add column job_ids uuid[] not null default '{}',
  add column message text, -- why it was refused, or what came of it
  add column confirmed_at timestamptz,
  add column finished_at timestamptz;
update app.lead_searches set confirmed_at = created_at;
alter table app.lead_searches
  add constraint only_what_is_confirmed_is_active check (not is_active or state in ('confirmed', 'running', 'finished'));
comment on column app.lead_searches.question is 'personal: free text (by value; redact)';
comment on column app.lead_searches.discovery is 'personal: free text (by value; drop values)';
comment on column app.lead_searches.message is 'personal: free text (by value; redact)';

-- migrate: rollback

alter table app.lead_searches
  drop constraint only_what_is_confirmed_is_active,
  drop column finished_at,
  drop column confirmed_at,
  drop column message,
  drop column job_ids,
  drop column source_keys,
  drop column discovery,
  drop column state,
  drop column question;

alter table raw.email_checks
  drop column bounce_model,
  drop column bounce_probability,
  drop column smtp_code,
  drop column is_catch_all;
