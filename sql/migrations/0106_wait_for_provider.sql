-- A provider that says when it will have time again is a moment in a row, not a worker that sleeps
-- depends: 0099_grant_by_period

-- migrate: apply

-- A question that its provider has put off goes back to the queue. Its price stays reserved meanwhile: a request is charged once in the
-- ledger and given back once, and a ceiling that had room for it must not be full when its time comes.
alter table app.enrichment_requests add column not_before timestamptz;
comment on column app.enrichment_requests.not_before is
  'until then nothing is asked of its provider, which has put this question off by Retry-After; null: it was never put off';

-- migrate: rollback

alter table app.enrichment_requests drop column not_before;
