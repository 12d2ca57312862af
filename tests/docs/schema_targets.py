"""Whether a target of docs/schema_map.toml is there: in the migrated database, the marts, the code or as a file."""

from __future__ import annotations

import importlib

import yaml
from psycopg import sql

from leadhouse.settings import PROJECT

# Each kind of thing of the database, asked by its name.
QUERIES = {
    "schema": "select from pg_namespace where nspname = %s",
    "relation": "select from pg_class where oid = to_regclass(%s) and relkind in ('r', 'p', 'v')",
    "column": "select from pg_attribute where attrelid = to_regclass(%s) and attname = %s and not attisdropped",
    "function": "select from pg_proc where oid = to_regprocedure(%s)",
    "trigger": "select from pg_trigger where tgname = %s and tgrelid = to_regclass(%s) and tgenabled <> 'D'",
    "policy": "select from pg_policy where polname = %s and polrelid = to_regclass(%s)",
    "index": "select from pg_index where indexrelid = to_regclass(%s) and indisvalid",
    "label": "select from pg_enum where enumtypid = to_regtype(%s) and enumlabel = %s",
    "replica": "select from pg_class where oid = to_regclass(%s) and relreplident = 'f'",
    "channel": "select from pg_proc where prosrc like '%%pg_notify(''' || %s || '''%%'",
    "check": "select from pg_constraint where conrelid = to_regclass(%s) and contype = 'c'"
    " and conkey @> array[(select attnum from pg_attribute where attrelid = conrelid and attname = %s)]"
    " and pg_get_constraintdef(oid) like '%%''' || %s || '''::%%'",
}


def columns_of_marts():
    """Columns of every mart by `schema.table`, from the contracts of the dbt project."""
    found = {}
    for path in (PROJECT / "dbt_project/models/marts").glob("*/_*.yml"):
        schema = f"mart_{path.parent.name}"
        for model in yaml.safe_load(path.read_text()).get("models", []):
            found[f"{schema}.{model['name']}"] = {column["name"] for column in model.get("columns", [])}
    return found


def is_there(catalog, query, *parameters):
    return catalog.execute(QUERIES[query], parameters).fetchone() is not None


def is_row(catalog, table, words):
    """Some row of the table holds all the words, each as the text of one column."""
    query = sql.SQL("select from {} as line where %s <@ (select array_agg(value) from jsonb_each_text(to_jsonb(line)))")
    return catalog.execute(query.format(sql.Identifier(*table.split("."))), [words]).fetchone() is not None


def is_code(name):
    module, _, attribute = name.rpartition(".")
    return callable(getattr(importlib.import_module(module), attribute, None))


def is_relation(catalog, marts, target):
    schema, table, *column = target.split(".")
    if schema.startswith("mart_"):
        return set(column) <= marts.get(f"{schema}.{table}", set()) and f"{schema}.{table}" in marts
    relation = is_there(catalog, "relation", f"{schema}.{table}")
    return relation and (not column or is_there(catalog, "column", f"{schema}.{table}", column[0]))


def is_value(catalog, target):
    of, label = target.split(" ")
    if of.count(".") == 1:
        return is_there(catalog, "label", of, label)
    table, _, column = of.rpartition(".")
    return is_there(catalog, "check", table, column, label)


def exists(catalog, marts, target):
    """What the target claims is there; the grammar stands at the head of docs/schema_map.toml."""
    word, _, rest = target.partition(" ")
    if word in ("trigger", "policy"):
        return is_there(catalog, word, *rest.rsplit(" on ", 1))
    if word in ("schema", "index", "replica", "channel"):
        return is_there(catalog, word, rest)
    if word == "value":
        return is_value(catalog, rest)
    if word == "row":
        table, *words = rest.split(" ")
        return is_row(catalog, table, words)
    if word == "code":
        return is_code(rest)
    if word == "file":
        return (PROJECT / rest).is_file()
    return is_there(catalog, "function", target) if "(" in target else is_relation(catalog, marts, target)
