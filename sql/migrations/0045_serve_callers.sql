-- What the HTTP API asks for each caller: whether session or key still live, and what a repeated request was answered before
-- depends: 0044_block_subjects

-- migrate: apply

-- Whether what the caller came with still holds: a session or a key that was ended ends at once, whatever a token says. The
-- session of another system (no session, no key) is that system's matter.
create function identity.is_live_caller() returns boolean
language sql stable security definer set search_path = '' as $$
  select case
    when identity.claims() ? 'api_key_id' then exists (
      select from identity.api_keys as key
       where key.api_key_id = (identity.claims() ->> 'api_key_id')::uuid and key.revoked_at is null
         and (key.expires_at is null or key.expires_at > now()))
    when identity.claims() ? 'session_id' then exists (
      select from identity.sessions as session
       where session.session_id = (identity.claims() ->> 'session_id')::uuid and session.revoked_at is null
         and session.expires_at > now())
    else coalesce(identity.is_signed_in_person(), false) end
$$;

-- What a request under an Idempotency-Key was answered (draft-ietf-httpapi-idempotency-key-header). The answer is sealed under
-- the caller's own key, of which only a digest stands here: nobody reads it who does not present the key again.
create table identity.request_answers (
  user_id uuid not null references identity.users on delete cascade,
  key_hash bytea not null check (octet_length(key_hash) = 32), -- of organization, API key and Idempotency-Key
  request_hash bytea not null check (octet_length(request_hash) = 32), -- of method, path and body
  status smallint check (status between 200 and 299), -- null while the request runs
  answer_sealed bytea, -- headers and body; null: too large to keep
  created_at timestamptz not null default now(),
  primary key (user_id, key_hash)
);
create index request_answers_by_age on identity.request_answers (created_at);
call identity.open_to_component('identity.request_answers', 'leadhouse_identity', 'select');

-- `taken`: the request is the first of its key, and its row is the caller's transaction's. `in_progress`: another transaction
-- has it. `answered`: with what. `other_request`: the key was used for something else. A key is forgotten after a day; each
-- call clears a few that were.
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
  foreach routine in array array['identity.is_live_caller()', 'identity.take_request_key(bytea, bytea)',
      'identity.keep_request_answer(bytea, integer, bytea)']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
    execute format('grant execute on function %s to authenticated', routine);
  end loop;
end $$;

-- migrate: rollback

drop function identity.keep_request_answer, identity.take_request_key, identity.is_live_caller;
drop table identity.request_answers;
