"""What each identity may do with each row of an `AccessWorld`, by the policies alone: every verb is granted first.

A probe is one statement that is undone. Of a table and identity it tells, as letters a variant:
r it is seen, c one like it may be made, u it may be written as it is, m it may be moved to the other organization, t taken (made
the caller's own), g given to somebody of the other organization, d deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from tests.sql.access_world import ABROAD, HOME, MEMBERS, PERSON_COLUMNS, SCHEMAS, AccessWorld

COMPONENTS = "select rolname from pg_roles where pg_has_role('leadhouse_app', oid, 'member') and rolname ~ '^leadhouse_' and rolname <> 'leadhouse_app' order by 1"
GRANT_ALL = """
do $$
declare
  schema name;
  grantee name;
begin
  for schema, grantee in select nspname, rolname from pg_namespace, pg_roles
                          where nspname = any ({schemas}) and rolname ~ '^(anon|authenticated|leadhouse_.*)$' loop
    execute format('grant usage on schema %I to %I', schema, grantee);
    execute format('grant all on all tables in schema %I to %I', schema, grantee);
  end loop;
end $$
"""


@dataclass(frozen=True)
class Identity:
    """Somebody who asks: the login, the role it takes, and its claims."""

    name: str
    login: str
    role: str
    claims: dict[str, Any] | None = None


def identities(world: AccessWorld) -> list[Identity]:
    """Anonymous, every role of members, an API key, a stranger to the claimed organization, an analyst, every component."""

    def member(name: str, organization: Any, **more: Any) -> Identity:
        claims = {"sub": str(world.person(name)), "organization_id": str(organization), **more}
        return Identity(name, "leadhouse_api", "authenticated", claims)

    key = member("admin", HOME, permissions=["leads:read"])
    found = [
        Identity("anon", "leadhouse_api", "anon", {"role": "anon"}),
        *(member(name, HOME) for name in MEMBERS),
        member("foreigner", ABROAD),
        member("root", HOME),
        Identity("key_leads_read", key.login, key.role, key.claims),
        Identity(
            "intruder",
            "leadhouse_api",
            "authenticated",
            {"sub": str(world.person("foreigner")), "organization_id": str(HOME)},
        ),
        Identity("analyst", analyst_login(world), "leadhouse_analyst"),
    ]
    components = [row["rolname"] for row in world.connection.execute(COMPONENTS)]
    return [
        *found,
        *(Identity(name, "leadhouse_app", name) for name in components),
        Identity("leadhouse_transform", "leadhouse_dbt", "leadhouse_transform"),
    ]


def analyst_login(world: AccessWorld) -> str:
    """The login of the analyst who asks; it goes with the database."""
    return f"{world.connection.info.dbname}_access"


def make_analyst(world: AccessWorld) -> None:
    """Make the login in a transaction of its own: a grant of a role is waited for by all grants of it on the server."""
    login = sql.Identifier(analyst_login(world))
    world.connection.execute(sql.SQL("create role {} login").format(login))
    world.connection.execute(sql.SQL("grant leadhouse_analyst to {}").format(login))


def open_everything(world: AccessWorld) -> None:
    """Grant every verb on every table to every role, and say whose the analyst's login is."""
    array = sql.Literal(SCHEMAS).as_string(world.connection)
    world.connection.execute(GRANT_ALL.replace("{schemas}", array))  # type: ignore[arg-type]
    world.connection.execute(
        "insert into identity.sql_logins (login, organization_id) values (%s, %s)", [analyst_login(world), HOME]
    )
    world.connection.execute("set session_replication_role = replica")  # no trigger: policies alone


# One row a table and variant, as the probe puts it in again; and the probe, which undoes what it did by raising.
PREPARE = """
create table public.access_rows (target text, variant text, columns text, content jsonb);
grant select on public.access_rows to public;
create function public.access_probe(asked text[], away text, home text, me uuid, stranger text, persons text[]) returns table (target text, variant text, letters text)
language plpgsql as $$
declare
  given record;
  attempt record;
  owners text;
  touched bigint;
begin
  for given in select * from public.access_rows as each where each.target = any (asked) order by each.target, each.variant loop
    target := given.target;
    variant := given.variant;
    letters := '';
    owners := (select string_agg(format('%I = %L', attname, me), ', ') from pg_attribute
                where attrelid = target::regclass and attname = any (persons) and me is not null);
    for attempt in select * from (values
        ('r', format('select from %1$s where access_variant = %2$L', target, variant)),
        ('c', format('insert into %1$s (%3$s) select %3$s from jsonb_populate_record(null::%1$s, %4$L)', target, variant, given.columns, given.content)),
        ('u', format('update %1$s set access_variant = access_variant where access_variant = %2$L', target, variant)),
        ('m', case when given.content ? 'organization_id' then format('update %1$s set organization_id = %3$L where access_variant = %2$L',
                target, variant, case variant when 'foreign' then home else away end) end),
        ('t', case when owners is not null then format('update %1$s set %3$s where access_variant = %2$L', target, variant, owners) end),
        ('g', case when owners is not null then format('update %1$s set %3$s where access_variant = %2$L', target, variant, replace(owners, me::text, stranger)) end),
        ('d', format('delete from %1$s where access_variant = %2$L', target, variant))) as statements (letter, statement)
        where statement is not null loop
      begin
        execute attempt.statement;
        get diagnostics touched = row_count;
        if touched > 0 then
          letters := letters || attempt.letter;
        end if;
        raise exception using errcode = 'LH000';
      exception
        when sqlstate 'LH000' or insufficient_privilege then null;
      end;
    end loop;
    return next;
  end loop;
end $$
"""
KEEP_ROWS = """
insert into public.access_rows (target, variant, columns, content)
select %(table)s::text, access_variant,
       (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
         where attrelid = %(table)s::text::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''), to_jsonb(made)
  from {} as made where access_variant is not null
"""


@dataclass
class Probe:
    """Asks as an identity, in the superuser's connection of the world."""

    world: AccessWorld

    def prepare(self) -> None:
        """Once, when the world is populated."""
        self.world.connection.execute(PREPARE)
        for table in self.world.rows:
            self.world.connection.execute(sql.SQL(KEEP_ROWS).format(sql.SQL(table)), {"table": table})

    def ask(self, identity: Identity, tables: Iterable[str]) -> dict[str, str]:
        """Table → what the identity may, e.g. ``mine:rcu mate:r``; nothing at all is ``-``."""
        cells: dict[str, list[str]] = {table: [] for table in tables}
        connection = self.world.connection
        with connection.transaction(force_rollback=True):
            connection.execute(
                sql.SQL(
                    'set local session authorization {}; set local role {}; set local "request.jwt.claims" = {}'
                ).format(
                    sql.Identifier(identity.login),
                    sql.Identifier(identity.role),
                    sql.Literal(json.dumps(identity.claims) if identity.claims else ""),
                )
            )
            asked = "select * from public.access_probe(%s, %s, %s, %s, %s, %s)"
            me = (identity.claims or {}).get("sub")
            values = [
                list(cells),
                str(ABROAD),
                str(HOME),
                me,
                str(self.world.person("foreigner")),
                sorted(PERSON_COLUMNS),
            ]
            for row in connection.execute(asked, values):
                if row["letters"]:
                    cells[row["target"]].append(f"{row['variant']}:{row['letters']}")
        return {table: " ".join(found) or "-" for table, found in cells.items()}
