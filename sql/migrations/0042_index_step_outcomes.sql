-- The outcomes of one subject, newest first: the history of a source, and what was said of it the last time
-- depends: 0041_close_organizations

-- migrate: apply

create index step_outcomes_by_subject on quality.step_outcomes (stage, subject, finished_at desc);

-- migrate: rollback

drop index quality.step_outcomes_by_subject;
