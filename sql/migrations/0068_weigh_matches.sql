-- The weight with which the match model decided a pair, as a number beside its reason
-- depends: 0057_explain_values
-- changes: resolution.match_decisions

-- migrate: apply

-- What the model wrote so far names the weight in its reason: "weight 12.3 = prior ..."
alter table resolution.match_decisions add column match_weight real;
update resolution.match_decisions
   set match_weight = substring(reason from '^weight (-?[0-9]+\.[0-9]) = ')::real
 where decided_by like 'model %';
alter table resolution.match_decisions add constraint models_weigh check (decided_by not like 'model %' or match_weight is not null);
comment on column resolution.match_decisions.match_weight is
  'Evidence that the two are one, in bits (log2 of the odds, Fellegi and Sunter); null: a person decided, who weighs nothing.';

-- migrate: rollback

alter table resolution.match_decisions drop constraint models_weigh;
alter table resolution.match_decisions drop column match_weight;
