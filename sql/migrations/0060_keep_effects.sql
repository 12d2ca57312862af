-- What a component did for a request under an Idempotency-Key is kept in the component's own transaction: repeated, it is not done again
-- depends: 0045_serve_callers

-- migrate: apply

-- Between the effect and the answer there is a row without a status: whoever repeats goes on from what the component returned.
alter table identity.request_answers add column effect_sealed bytea; -- sealed as the answer is

drop function identity.take_request_key(bytea, bytea);
drop function identity.keep_request_answer(bytea, integer, bytea);

-- `taken`: the request is the first of its key. `begun`: its effect stands, its answer was lost. `in_progress`: another transaction
-- has it. `answered`: with what. `other_request`: the key was used for something else. A key is forgotten after a day; each call
-- clears a few that were. The lock alone says whose turn it is: a row would hold up the component that keeps the effect.
create function identity.take_request_key(
  of_key bytea, of_request bytea, out outcome text, out status smallint, out answer bytea, out effect bytea)
language plpgsql volatile security definer set search_path = '' as $$
declare
  caller uuid := identity.current_user_id();
  known identity.request_answers;
begin
  if caller is null then
    raise exception 'only a caller who is signed in repeats requests' using errcode = 'insufficient_privilege';
  end if;
  if not pg_try_advisory_xact_lock(hashtextextended(caller::text || encode(of_key, 'hex'), 45)) then
    outcome := 'in_progress';
    return;
  end if;
  delete from identity.request_answers as old
   where (old.user_id, old.key_hash) in (
     select every.user_id, every.key_hash from identity.request_answers as every
      where every.created_at < now() - interval '1 day' order by every.created_at limit 20 for update skip locked)
      or old.user_id = caller and old.key_hash = of_key and old.created_at < now() - interval '1 day';
  select * into known from identity.request_answers as every where every.user_id = caller and every.key_hash = of_key;
  if not found then
    outcome := 'taken';
  elsif known.request_hash <> of_request then
    outcome := 'other_request';
  elsif known.status is null then
    outcome := 'begun';
    effect := known.effect_sealed;
  else
    outcome := 'answered';
    status := known.status;
    answer := known.answer_sealed;
  end if;
end $$;

-- The answer, in the transaction of whatever the caller did. What the component returned is not needed any more.
create function identity.keep_request_answer(of_key bytea, of_request bytea, of_status integer, of_answer bytea) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into identity.request_answers as mine (user_id, key_hash, request_hash, status, answer_sealed)
  values (identity.current_user_id(), of_key, of_request, of_status, of_answer)
      on conflict (user_id, key_hash) do update
     set status = excluded.status, answer_sealed = excluded.answer_sealed, effect_sealed = null
   where mine.status is null and mine.request_hash = excluded.request_hash;
  return found;
end $$;

-- What a component returned, as the last statement of its transaction. Of two at once, one is refused and rolled back with its effect.
create function identity.keep_request_effect(of_user uuid, of_key bytea, of_request bytea, of_effect bytea) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into identity.request_answers (user_id, key_hash, request_hash, effect_sealed)
  values (of_user, of_key, of_request, of_effect)
      on conflict (user_id, key_hash) do nothing;
  if not found then
    raise exception 'a request with this Idempotency-Key still runs' using errcode = 'lock_not_available', hint = 'Repeat it later.';
  end if;
end $$;

-- The same for a stranger who signs up: the key's row is the new user's. Null: nobody has used it in the last day.
create function identity.find_request_effect(of_key bytea, out request_hash bytea, out effect bytea)
language sql stable security definer set search_path = '' as $$
  select every.request_hash, every.effect_sealed from identity.request_answers as every
   where every.key_hash = of_key and every.effect_sealed is not null and every.created_at > now() - interval '1 day'
$$;
create index request_answers_by_key on identity.request_answers (key_hash) where effect_sealed is not null;

do $$
declare
  routine regprocedure;
  component name;
begin
  foreach routine in array array['identity.take_request_key(bytea, bytea)', 'identity.find_request_effect(bytea)',
      'identity.keep_request_answer(bytea, bytea, integer, bytea)', 'identity.keep_request_effect(uuid, bytea, bytea, bytea)']::regprocedure[]
  loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
  end loop;
  grant execute on function identity.take_request_key(bytea, bytea), identity.keep_request_answer(bytea, bytea, integer, bytea)
    to authenticated;
  foreach component in array array['leadhouse_identity', 'leadhouse_credentials', 'leadhouse_leads', 'leadhouse_resolution',
      'leadhouse_privacy'] loop
    execute format('grant execute on function identity.keep_request_effect(uuid, bytea, bytea, bytea) to %I', component);
  end loop;
  grant execute on function identity.find_request_effect(bytea) to leadhouse_identity;
end $$;

-- migrate: rollback

drop function identity.find_request_effect(bytea);
drop function identity.keep_request_effect(uuid, bytea, bytea, bytea);
drop function identity.keep_request_answer(bytea, bytea, integer, bytea);
drop function identity.take_request_key(bytea, bytea);
drop index identity.request_answers_by_key;
delete from identity.request_answers where status is null; -- what was begun is not known before this migration
alter table identity.request_answers drop column effect_sealed;

create function identity.take_request_key(of_key bytea, of_request bytea, out outcome text, out status smallint, out answer bytea)
language plpgsql volatile security definer set search_path = '' as $$
declare
  caller uuid := identity.current_user_id();
  known identity.request_answers;
begin
  if caller is null then
    raise exception 'only a caller who is signed in repeats requests' using errcode = 'insufficient_privilege';
  end if;
  if not pg_try_advisory_xact_lock(hashtextextended(caller::text || encode(of_key, 'hex'), 45)) then
    outcome := 'in_progress';
    return;
  end if;
  delete from identity.request_answers as old
   where (old.user_id, old.key_hash) in (
     select every.user_id, every.key_hash from identity.request_answers as every
      where every.created_at < now() - interval '1 day' order by every.created_at limit 20 for update skip locked)
      or old.user_id = caller and old.key_hash = of_key and old.created_at < now() - interval '1 day';
  select * into known from identity.request_answers as every where every.user_id = caller and every.key_hash = of_key;
  if not found then
    insert into identity.request_answers (user_id, key_hash, request_hash) values (caller, of_key, of_request);
    outcome := 'taken';
  elsif known.request_hash <> of_request then
    outcome := 'other_request';
  else
    outcome := 'answered';
    status := known.status;
    answer := known.answer_sealed;
  end if;
end $$;

create function identity.keep_request_answer(of_key bytea, of_status integer, of_answer bytea) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  update identity.request_answers as mine set status = of_status, answer_sealed = of_answer
   where mine.user_id = identity.current_user_id() and mine.key_hash = of_key and mine.status is null;
  return found;
end $$;

do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['identity.take_request_key(bytea, bytea)', 'identity.keep_request_answer(bytea, integer, bytea)']::regprocedure[]
  loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
    execute format('grant execute on function %s to authenticated', routine);
  end loop;
end $$;
