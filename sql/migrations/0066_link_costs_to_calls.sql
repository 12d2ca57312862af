-- A cost of a source says which of its calls it pays, so that the ledger adds up call by call
-- depends: 0057_explain_values

-- migrate: apply

-- A call that was refused and sent again on the same day has a charge, what was given back, and a charge again: no unique index.
alter table billing.costs add column source_call_id uuid references app.source_calls;
create index costs_by_source_call on billing.costs (source_call_id) where source_call_id is not null;

-- migrate: rollback

drop index billing.costs_by_source_call;
alter table billing.costs drop column source_call_id;
