-- Checks of addresses know more: whether the domain takes every name, what its server said, how likely mail bounces
-- depends: 0054_remember_imports

-- migrate: apply

alter table raw.email_checks
  add column is_catch_all boolean, -- null: nobody asked, or no clear answer
  add column smtp_code integer check (smtp_code between 200 and 599),
  add column bounce_probability double precision check (bounce_probability between 0 and 1),
  add column bounce_model text; -- version of the table that the probability is from

-- migrate: rollback

alter table raw.email_checks
  drop column bounce_model,
  drop column bounce_probability,
  drop column smtp_code,
  drop column is_catch_all;
