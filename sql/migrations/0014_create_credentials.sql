-- Encrypted values: data keys, secrets, and the sign-in of email accounts
-- depends: 0013_create_audit

-- migrate: apply

create schema credentials authorization leadhouse_owner;
grant usage on schema credentials to authenticated, leadhouse_credentials, leadhouse_identity;

-- Keys that encrypt, wrapped by a master key of the settings; no plain key is ever here. A retired one still opens.
create table credentials.data_keys (
  organization_id uuid references identity.organizations, -- null: the platform's
  data_key_id uuid primary key default gen_random_uuid(),
  version integer not null check (version >= 1),
  master_key_id text not null check (master_key_id ~ '^[A-Za-z0-9_-]{1,40}$'),
  wrapped_key bytea not null check (octet_length(wrapped_key) = 60), -- nonce, 256 bits encrypted, tag
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  unique nulls not distinct (organization_id, version),
  unique (organization_id, data_key_id)
);
create unique index data_keys_one_is_active on credentials.data_keys (organization_id) nulls not distinct where retired_at is null;
create index data_keys_by_master_key on credentials.data_keys (master_key_id, data_key_id);

-- A deleted secret keeps its name and times and loses its value.
create table credentials.secrets (
  organization_id uuid references identity.organizations, -- null: the platform's
  secret_id uuid primary key default gen_random_uuid(),
  user_id uuid, -- whose it is alone; null: the organization's
  name text not null check (name ~ '^[^[:cntrl:]]{1,120}$'),
  kind text not null check (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
  ciphertext bytea, -- sealed in Python: version, data key, nonce, encrypted value and tag
  data_key_id uuid references credentials.data_keys,
  last_used_at timestamptz,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by uuid,
  updated_by uuid,
  deleted_at timestamptz,
  unique (organization_id, secret_id),
  foreign key (organization_id, data_key_id) references credentials.data_keys (organization_id, data_key_id),
  foreign key (organization_id, user_id) references identity.members (organization_id, user_id),
  constraint personal_secrets_have_an_organization check (user_id is null or organization_id is not null),
  constraint deleted_secrets_hold_nothing check (
    (deleted_at is null) = (ciphertext is not null) and (deleted_at is null) = (data_key_id is not null)),
  constraint ciphertext_names_its_key check (substring(ciphertext from 2 for 16) = uuid_send(data_key_id))
);
create unique index secrets_live_name_is_unique on credentials.secrets (organization_id, user_id, name) nulls not distinct
  where deleted_at is null;
create index secrets_by_data_key on credentials.secrets (data_key_id, organization_id);
create index secrets_by_person on credentials.secrets (organization_id, user_id);

create trigger rows_are_touched before update on credentials.data_keys for each row execute function identity.touch_row();
create trigger rows_are_stamped before insert on credentials.data_keys for each row execute function identity.stamp_row();
-- not when it was merely used
create trigger rows_are_touched before update of name, kind, ciphertext, expires_at, deleted_at on credentials.secrets
  for each row execute function identity.touch_row();
create trigger rows_are_stamped before insert on credentials.secrets for each row execute function identity.stamp_row();

-- Asked by who writes or reads a secret for a person, before it does.
create function credentials.require_reach(of_organization uuid, of_user uuid, of_action text) returns void
language plpgsql stable set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  if of_organization is null then
    raise exception 'the secrets of the platform are its operator''s' using errcode = 'insufficient_privilege';
  elsif of_user is null then
    perform identity.require('integrations', of_action);
  elsif of_user is distinct from identity.current_user_id() or not identity.is_signed_in_person() then
    raise exception 'a personal secret is its owner''s alone' using errcode = 'insufficient_privilege',
      hint = 'Sign in as its owner; an API key does not reach it.';
  end if;
end $$;
alter function credentials.require_reach owner to leadhouse_owner;
revoke execute on function credentials.require_reach from public;
grant execute on function credentials.require_reach to authenticated;

call identity.open_to_component('credentials.data_keys', 'leadhouse_credentials', 'select, insert, update');
call identity.open_to_component('credentials.data_keys', 'leadhouse_identity', 'select, insert');
call identity.open_to_component('credentials.secrets', 'leadhouse_credentials', 'select, insert, update');

-- Members see that a secret is there, never its ciphertext.
grant select (organization_id, secret_id, user_id, name, kind, last_used_at, expires_at, created_at, updated_at, created_by,
  updated_by, deleted_at) on credentials.secrets to authenticated;
create policy "members read the organization's secrets' names, and their own" on credentials.secrets for select to authenticated
  using (organization_id = (select identity.current_organization_id())
         and case when user_id is null then (select identity.may('integrations', 'read'))
                  else user_id = (select identity.current_user_id()) and (select identity.is_signed_in_person()) end);

call identity.audit_changes('credentials.secrets', '{ciphertext}', key_columns => '{secret_id}');

-- An account signs in by a secret of its organization: user name, password and the host they are for.
alter table app.email_accounts
  add column secret_id uuid,
  add foreign key (organization_id, secret_id) references credentials.secrets (organization_id, secret_id);
create index email_accounts_by_secret on app.email_accounts (organization_id, secret_id);

-- migrate: rollback

drop index app.email_accounts_by_secret;
alter table app.email_accounts drop column secret_id;
drop function credentials.require_reach;
drop table credentials.secrets;
drop table credentials.data_keys;
drop schema credentials;
