"""Rows of every kind in every table, made from the catalog, so that a new table is in the proof by itself.

Two organizations; in the first a team of two representatives, one outside it, and a client. A *variant* says whose a row is:

    mine    the first representative's           mate    a team mate's           other   a colleague's outside the team
    nobody  no person's                          client  in the client's campaign, no person's
    foreign the other organization's admin's     shared  without an organization, where that may be
    common  of a table that belongs to no organization
    crossed on the client's lead, but in another campaign than the client's

A table's row of a variant hangs on its parents' rows of the same variant. Policies are what is looked at: in this database
(a clone, thrown away) triggers are off while rows are made, and checks, keys and uniqueness are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from psycopg import Connection, sql
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

SCHEMAS = [
    "identity",
    "app",
    "billing",
    "raw",
    "resolution",
    "quality",
    "credentials",
    "files",
    "privacy",
    "operations",
]
VARIANTS = ("mine", "mate", "other", "nobody", "client", "foreign", "shared", "crossed", "common")
OWNERS = {"mine": "rep", "mate": "mate", "other": "loner", "foreign": "foreigner"}
PERSON_COLUMNS = frozenset({"user_id", "owner_id", "created_by", "requested_by", "assigned_to", "actor_user_id"})
MEMBERS = {
    "admin": "organization_admin", "manager": "sales_manager", "rep": "sales_rep", "mate": "sales_rep", "loner": "sales_rep",
    "reader": "read_only", "guest": "client",
}  # fmt: skip
TABLES = """
select oid, oid::regclass::text as name from pg_class
 where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text = any (%s) order by 2
"""
COLUMNS = """
select att.attname as name, att.attnotnull and not att.atthasdef as is_wanted, att.attnotnull as is_required, typ.typtype as kind,
       typ.typcategory as category, typ.oid as type_oid, typ.typname as type
  from pg_attribute as att join pg_type as typ on typ.oid = att.atttypid
 where att.attrelid = %s and att.attnum > 0 and not att.attisdropped and att.attgenerated = '' and att.attidentity = ''
 order by att.attnum
"""
KEYS = """
select con.confrelid::regclass::text as target,
       array(select attname::text from unnest(con.conkey) with ordinality as key (attnum, place)
              join pg_attribute as att on att.attrelid = con.conrelid and att.attnum = key.attnum order by place) as columns,
       array(select attname::text from unnest(con.confkey) with ordinality as key (attnum, place)
              join pg_attribute as att on att.attrelid = con.confrelid and att.attnum = key.attnum order by place) as target_columns
  from pg_constraint as con where con.conrelid = %s and con.contype = 'f' and con.conparentid = 0
"""
DROP_RULES = """
do $$
declare
  rule record;
begin
  for rule in select conrelid::regclass as target, conname from pg_constraint
               where conparentid = 0 and coninhcount = 0 and contype in ('f', 'c', 'u', 'p', 'x') and conrelid <> 0 and connamespace::regnamespace::text = any ({schemas})
               order by contype = 'p', contype = 'u', contype loop
    execute format('alter table %s drop constraint if exists %I cascade', rule.target, rule.conname);
  end loop;
  for rule in select indexrelid::regclass as target from pg_index join pg_class on pg_class.oid = indexrelid
               where indisunique and not relispartition and relnamespace::regnamespace::text = any ({schemas}) loop
    execute format('drop index %s', rule.target);
  end loop;
  for rule in select oid::regprocedure as target from pg_proc
               where proname ~ '^ensure_.*partitions?$' and pronamespace::regnamespace::text = any ({schemas}) loop
    execute format('select %s(date ''2026-11-20'')', split_part(rule.target::text, '(', 1));
  end loop;
end $$
"""
VALUES: dict[str, Any] = {
    "uuid": None, "bool": True, "date": "2026-11-20", "timestamptz": "2026-11-20 10:00+00", "inet": "192.0.2.1", "bytea": b"x",
    "interval": "1 day", "jsonb": Jsonb({}), "xid8": "1", "time": "10:00",
}  # fmt: skip


def identifier(*parts: str) -> UUID:
    """The same for the same parts."""
    return uuid5(NAMESPACE_URL, "/".join(parts))


HOME, ABROAD = identifier("organization", "home"), identifier("organization", "abroad")
CLIENT, TEAM = identifier("client"), identifier("team")


@dataclass
class AccessWorld:
    """The rows that were made: table → variant → column → value."""

    connection: Connection[DictRow]  # a superuser's
    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def person(self, name: str) -> UUID:
        """A user of the cast: a role's name, or rep, mate, loner, foreigner, root (a super admin, of abroad)."""
        return identifier("user", name)

    def populate(self) -> None:
        """The cast, then a row a variant of every other table, parents first."""
        run = self.connection.execute
        tables = {row["name"]: row["oid"] for row in run(TABLES, [SCHEMAS])}
        columns = {name: run(COLUMNS, [oid]).fetchall() for name, oid in tables.items()}
        keys = {name: run(KEYS, [oid]).fetchall() for name, oid in tables.items()}
        for name, known in columns.items():  # what names a lead hangs on it, key or not
            if (
                any(c["name"] == "lead_id" for c in known)
                and not any("lead_id" in key["columns"] for key in keys[name])
                and name != "app.leads"
            ):
                keys[name].append({"target": "app.leads", "columns": ["lead_id"], "target_columns": ["lead_id"]})
        array = sql.Literal(SCHEMAS).as_string(self.connection)
        self.connection.execute(DROP_RULES.replace("{schemas}", array))  # type: ignore[arg-type]
        self.connection.execute("set session_replication_role = replica")
        for name in tables:
            self.connection.execute(sql.SQL("alter table {} add column access_variant text").format(sql.SQL(name)))
        self._cast()
        for name in self._order(keys):
            if name in self.rows:
                self._mark_cast(name)
            else:
                self.rows[name] = {
                    v: self._add(name, v, columns[name], keys[name]) for v in self._variants(name, columns[name])
                }
        self.connection.execute("set session_replication_role = origin")

    def _order(self, keys: dict[str, list[DictRow]]) -> list[str]:
        """Parents first; of two tables that name each other, the one with fewer keys."""
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for name in sorted(keys, key=lambda each: len(keys[each])):
            targets = {key["target"] for key in keys[name]} - {name}
            sorter.add(
                name,
                *(
                    t
                    for t in targets
                    if name not in {key["target"] for key in keys.get(t, [])} or len(keys[t]) <= len(keys[name])
                ),
            )
        return list(sorter.static_order())

    def _cast(self) -> None:
        run = self.connection.execute
        for slug, organization in (("home", HOME), ("abroad", ABROAD)):
            run(
                "insert into identity.organizations (organization_id, slug, name) values (%s, %s, %s)",
                [organization, slug, slug],
            )
        run(
            "insert into identity.clients (client_id, organization_id, name) values (%s, %s, 'client')",
            [CLIENT, HOME],
        )
        run(
            "insert into identity.teams (team_id, organization_id, name) values (%s, %s, 'team')",
            [TEAM, HOME],
        )
        members = [(name, HOME, role) for name, role in MEMBERS.items()]
        for name, organization, role in [
            *members,
            ("foreigner", ABROAD, "organization_admin"),
            ("root", ABROAD, "super_admin"),
        ]:
            run(
                "insert into identity.users (user_id, email_normalized) values (%s, %s)",
                [self.person(name), f"{name}@x.example"],
            )
            run(
                "insert into identity.members (organization_id, user_id, role, client_id) values (%s, %s, %s, %s)",
                [organization, self.person(name), role, CLIENT if role == "client" else None],
            )
        for name in ("rep", "mate"):
            run(
                "insert into identity.team_members (team_id, organization_id, user_id) values (%s, %s, %s)",
                [TEAM, HOME, self.person(name)],
            )
        whole = {v: {"organization_id": self.organization(v), "user_id": self.owner(v)} for v in VARIANTS[:6]}
        self.rows.update({"identity.organizations": whole, "identity.users": whole, "identity.members": whole})
        at_home = {v: {"organization_id": HOME, "client_id": CLIENT, "team_id": TEAM} for v in VARIANTS[:5]}
        self.rows.update({"identity.clients": at_home, "identity.teams": at_home})
        self.rows.update(
            {
                "identity.roles": {"common": {"role": "client"}},
                "identity.role_permissions": {"common": {"role": "client"}},
            }
        )

    def _mark_cast(self, table: str) -> None:
        """The cast's rows are of the first variant that they fit."""
        for variant, row in self.rows[table].items():
            names = [name for name in row if self._has(table, name)]
            where = sql.SQL(" and ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in names)
            statement = sql.SQL("update {} set access_variant = %s where access_variant is null and {}").format(
                sql.SQL(table), where
            )
            self.connection.execute(statement, [variant, *(row[name] for name in names)])

    def _has(self, table: str, column: str) -> bool:
        found = "select from pg_attribute where attrelid = %s::regclass and attname = %s"
        return self.connection.execute(found, [table, column]).fetchone() is not None

    def organization(self, variant: str) -> UUID | None:
        """Whose organization's a row of the variant is."""
        return None if variant == "shared" else ABROAD if variant == "foreign" else HOME

    def owner(self, variant: str) -> UUID:
        """Whose a row of the variant is, where there must be somebody."""
        return self.person(OWNERS.get(variant, "manager"))

    def _variants(self, table: str, columns: list[DictRow]) -> list[str]:
        named = {column["name"]: column["is_required"] for column in columns}
        if not named.keys() & {"organization_id", "user_id"}:
            return ["common"]
        is_crossed = {"lead_id", "campaign_id"} <= named.keys() and table != "app.leads"
        open_to = {"shared": not named.get("organization_id", True), "crossed": is_crossed, "common": False}
        return [variant for variant in VARIANTS if open_to.get(variant, True)]

    def _add(self, table: str, variant: str, columns: list[DictRow], keys: list[DictRow]) -> dict[str, Any]:
        row = {
            column["name"]: self._value(table, variant, column) for column in columns if self._is_set(column, variant)
        }
        for key in keys:
            parents = self.rows.get(key["target"], {})
            place = ("client" if key["columns"][-1] == "lead_id" else "nobody") if variant == "crossed" else variant
            parent = parents.get(place) or (
                {} if "organization_id" in key["columns"] else parents.get("common") or parents.get("mine", {})
            )
            for column, target in zip(key["columns"], key["target_columns"], strict=True):
                if parent.get(target) is not None and column not in PERSON_COLUMNS | {"organization_id", "client_id"}:
                    row[column] = parent[target]
        marked = {**row, "access_variant": variant}
        names = sql.SQL(", ").join(map(sql.Identifier, marked))
        statement = sql.SQL("insert into {} as made ({}) values ({}) returning to_jsonb(made) as made").format(
            sql.SQL(table), names, sql.SQL(", ").join([sql.Placeholder()] * len(marked))
        )
        made = self.connection.execute(statement, list(marked.values())).fetchone()
        return dict(made["made"]) if made else {}

    def _is_set(self, column: DictRow, variant: str) -> bool:
        if column["name"] == "client_id" or column["name"] in PERSON_COLUMNS:
            return column["is_wanted"] or (variant in OWNERS if column["name"] != "client_id" else variant == "client")
        return column["is_wanted"] or column["name"] == "organization_id" or (column["name"] == "run_on")

    def _value(self, table: str, variant: str, column: DictRow) -> Any:
        if column["name"] == "organization_id":
            return self.organization(variant)
        if column["name"] in PERSON_COLUMNS:
            return self.owner(variant)
        if column["name"] == "client_id":
            return CLIENT
        if column["kind"] == "e":
            labels = "select enumlabel from pg_enum where enumtypid = %s order by enumsortorder desc limit 1"
            return self.connection.execute(labels, [column["type_oid"]]).fetchone()["enumlabel"]  # type: ignore[index]
        if column["type"] == "uuid":
            return identifier(table, column["name"], variant)
        if column["category"] in "NA":
            return [] if column["category"] == "A" else VARIANTS.index(variant) + 1
        return VALUES.get(column["type"], f"{table} {variant}")
