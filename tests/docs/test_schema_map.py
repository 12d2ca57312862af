"""The map of the five documents, held against the migrated database, the marts, the code and the documents' numbers."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from leadhouse.api.application import create_app
from leadhouse.local.schema_map_page import load, render
from leadhouse.settings import PROJECT
from tests.docs.schema_targets import columns_of_marts, exists, is_there

MAP = load(PROJECT / "docs" / "schema_map.toml")
REAL = [(entry, target) for entry in MAP.entries for target in entry.targets if ": " not in target]
SCHEMAS = [
    "identity", "app", "billing", "raw", "resolution", "quality", "credentials", "files", "privacy", "operations",
    "migrations",
]  # fmt: skip
# what the documents themselves count or list: entries of each kind
NUMBERS = {
    ("zembro", "tables"): 28, ("zembro", "services"): 17, ("zembro", "columns"): 22, ("zembro", "values"): 3,
    ("marketing", "tables"): 10, ("marketing", "columns"): 90, ("marketing", "values"): 33,
    ("marketing", "indexes"): 13, ("marketing", "policies"): 4, ("marketing", "functions"): 2,
    ("marketing", "triggers"): 1, ("marketing", "relationships"): 3, ("marketing", "operations"): 4,
    ("prospectr", "schemas"): 8, ("prospectr", "tables"): 22, ("prospectr", "columns"): 24, ("prospectr", "values"): 2,
    ("prospectr", "policies"): 9, ("prospectr", "limits"): 1,
    ("smartweb", "tables"): 20, ("smartweb", "roles"): 5, ("smartweb", "flows"): 4, ("smartweb", "indexes"): 10,
    ("smartweb", "columns"): 25, ("smartweb", "values"): 10, ("smartweb", "relationships"): 5,
    ("dashin", "tables"): 9, ("dashin", "endpoints"): 33, ("dashin", "functions"): 6, ("dashin", "helpers"): 5,
    ("dashin", "views"): 4, ("dashin", "channels"): 3, ("dashin", "realtime"): 7, ("dashin", "roles"): 4,
    ("dashin", "services"): 5, ("dashin", "triggers"): 7, ("dashin", "values"): 17,
}  # fmt: skip
COLUMNS = {
    ("marketing", "users"): 3, ("marketing", "campaigns"): 9, ("marketing", "leads"): 14, ("marketing", "content"): 10,
    ("marketing", "social_connections"): 11, ("marketing", "email_campaigns"): 12,
    ("marketing", "analytics_events"): 9, ("marketing", "user_secrets"): 6, ("marketing", "workflows"): 9,
    ("marketing", "workflow_executions"): 7, ("prospectr", "profiles"): 24,
}  # fmt: skip
RESOURCES = {"campaigns": 6, "leads": 10, "data-sources": 7, "jobs": 7, "analytics": 3}

NAME = re.compile(r"\b[a-z_]+\.[a-z_][a-z0-9_]*\b")
SOURCE = re.compile(r"source\('(\w+)', '(\w+)'\)")


@pytest.fixture(scope="module")
def catalog(module_database):
    with module_database.owner() as connection:
        yield connection


@pytest.fixture(scope="module")
def marts():
    return columns_of_marts()


def targeted_tables():
    """Tables and views that an entry names as a whole or by a column."""
    return {
        ".".join(target.split(".")[:2]) for _, target in REAL if re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+){1,2}", target)
    }


def test_every_target_exists(catalog, marts):
    absent = [f"{entry.path}: {target}" for entry, target in REAL if not exists(catalog, marts, target)]
    assert absent == []


@pytest.mark.parametrize(
    "absent",
    [
        "app.nothing", "app.leads.nothing", "app.calculate_lead_score(text)", "mart_leads.nothing",
        "mart_leads.dim_leads.nothing", "trigger nothing on app.leads", "policy nothing on app.leads",
        "index app.nothing", "index app.leads", "schema nothing", "value app.lead_status nothing",
        "value app.job_logs.level nothing", "row identity.roles nothing", "replica app.lists", "channel nothing",
        "code leadhouse.settings.nothing", "file docs/nothing.md",
    ],
)  # fmt: skip
def test_what_is_not_there_is_noticed(catalog, marts, absent):
    assert not exists(catalog, marts, absent)


def test_every_entry_says_where_it_went():
    unknown = []
    for entry in MAP.entries:
        for target in entry.targets:
            reason, marked, rest = target.partition(": ")
            if not marked:
                continue
            listed = {"planned": MAP.components, "decided": MAP.decisions}.get(reason, {})
            claimed = reason == "planned" and any(": " not in each for each in entry.targets)
            if rest.partition("; ")[0] not in listed or claimed:
                unknown.append(f"{entry.path}: {target}")
    assert unknown == []


def test_nothing_is_missing():
    assert [entry.path for entry in MAP.entries if entry.standing == "missing"] == []


def test_no_entry_is_there_twice():
    assert [path for path, times in Counter(entry.path for entry in MAP.entries).items() if times > 1] == []


def test_every_component_and_decision_is_needed():
    used = {tuple(target.partition("; ")[0].split(": ")) for entry in MAP.entries for target in entry.targets}
    listed = {("planned", name) for name in MAP.components} | {("decided", name) for name in MAP.decisions}
    assert listed - used == set()


def test_documents_hold_what_they_say():
    kinds = Counter((entry.document, entry.kind) for entry in MAP.entries)
    assert {kind: kinds[kind] for kind in NUMBERS} == NUMBERS
    columns = Counter((entry.document, entry.parent) for entry in MAP.entries if entry.kind == "columns")
    assert {table: columns[table] for table in COLUMNS} == COLUMNS


def test_endpoints_are_the_thirty_three_of_the_lists():
    paths = [entry.name.split(" ")[1] for entry in MAP.entries if entry.kind == "endpoints"]
    assert Counter(path.split("/")[1] for path in paths) == RESOURCES


def test_columns_with_a_type_are_all_of_the_tables_that_give_types():
    untyped = [
        entry.path for entry in MAP.entries if (entry.document, entry.parent) in COLUMNS and entry.parent != "users"
        and entry.kind == "columns" and not entry.type
    ]  # fmt: skip
    assert untyped == []


def test_columns_and_values_are_of_tables_that_are_listed():
    tables = {(entry.document, entry.name) for entry in MAP.entries if entry.kind == "tables"} | {
        ("smartweb", "every table")
    }
    parents = {
        (entry.document, entry.parent.split(".")[0]) for entry in MAP.entries if entry.kind in ("columns", "values")
    }
    assert parents - tables == set()


def test_planned_things_are_not_there_yet(catalog):
    relations = {
        row["name"] for row in catalog.execute(
            "select relname::text as name from pg_class where relnamespace::regnamespace::text = any(%s)"
            " union select proname::text from pg_proc where pronamespace::regnamespace::text = any(%s)"
            " union select tgname::text from pg_trigger union select polname::text from pg_policy",
            [SCHEMAS, SCHEMAS],
        )
    }  # fmt: skip
    routes = [f"{verb} {route.path}" for route in create_app().routes for verb in getattr(route, "methods", None) or ()]
    planned = [entry for entry in MAP.entries if entry.standing == "planned"]
    named = {entry.path for entry in planned if entry.name.rpartition(".")[2] in relations}
    served = {entry.path for entry in planned if any(_serves(route, entry.name) for route in routes)}
    assert len(planned) > 100
    assert named | served | _planned_columns_that_exist(catalog, planned) == set()


def _serves(route, endpoint):
    """The route is the endpoint's, under any prefix and whatever its parameters are called."""
    (verb, path), (wanted_verb, wanted) = route.split(" "), (*endpoint.split(" "), "")[:2]
    return bool(wanted) and verb == wanted_verb and re.sub(r"{\w+}", ":id", path).endswith(wanted)


def test_a_route_is_known_under_any_prefix():
    assert _serves("GET /v1/campaigns/{campaign_id}", "GET /campaigns/:id")
    assert not _serves("GET /v1/campaigns", "GET /campaigns/:id")
    assert not _serves("POST /campaigns", "GET /campaigns")


def _planned_columns_that_exist(catalog, planned):
    """Planned columns of a table that went to tables which have such a column."""
    homes = {
        (entry.document, entry.name): [each for each in entry.targets if re.fullmatch(r"\w+\.\w+", each)]
        for entry in MAP.entries if entry.kind == "tables"
    }  # fmt: skip
    return {
        entry.path for entry in planned if entry.kind == "columns"
        for home in homes[entry.document, entry.parent] if is_there(catalog, "column", home, entry.name)
    }  # fmt: skip


def test_every_table_is_a_target_or_our_own(catalog):
    tables = {
        row["name"] for row in catalog.execute(
            "select oid::regclass::text as name from pg_class where relkind in ('r', 'p', 'v') and not relispartition"
            " and relnamespace::regnamespace::text = any(%s)",
            [SCHEMAS],
        )
    }  # fmt: skip
    assert tables - targeted_tables() - set(MAP.own) == set(), "say what for under [own] in docs/schema_map.toml"
    assert set(MAP.own) - tables == set()
    assert set(MAP.own) & targeted_tables() == set()


def unused_tables(catalog):
    """Tables that neither the code names nor any function that runs because of the code."""
    tables = [
        row["name"] for row in catalog.execute(
            "select oid::regclass::text as name from pg_class where relkind in ('r', 'p') and not relispartition"
            " and relnamespace::regnamespace::text = any(%s)",
            [SCHEMAS],
        )
    ]  # fmt: skip
    used = set(NAME.findall(_code())) | {f"{schema}.{table}" for schema, table in SOURCE.findall(_code())}
    reached = used | _named_by_functions(catalog, used)
    return [table for table in tables if table not in reached]


def test_every_table_is_read_or_written_by_code(catalog):
    assert unused_tables(catalog) == []


def test_a_table_that_nobody_uses_is_noticed(catalog):
    with catalog.transaction(force_rollback=True):
        catalog.execute("create table app.nobody_asked_for ()")
        assert unused_tables(catalog) == ["app.nobody_asked_for"]


def _code():
    """Everything of the project that reads and writes, but for the migrations."""
    files = (
        path for folder in ("plugins", "sql/queries", "dbt_project", "demo") for path in (PROJECT / folder).rglob("*")
    )
    return "\n".join(path.read_text() for path in files if path.suffix in (".py", ".sql", ".yml"))


def _named_by_functions(catalog, used):
    """What is named by functions that the code calls, that run as triggers or in policies, and by those they call."""
    bodies = {}
    for row in catalog.execute(
        "select pronamespace::regnamespace || '.' || proname as name, prosrc from pg_proc"
        " where pronamespace::regnamespace::text = any(%s)",
        [SCHEMAS],
    ):
        bodies.setdefault(row["name"], set()).update(NAME.findall(row["prosrc"]))
    named = used | {
        row["name"] for row in catalog.execute(
            "select pronamespace::regnamespace || '.' || proname as name from pg_proc where oid in"
            " (select tgfoid from pg_trigger where not tgisinternal union select refobjid from pg_depend"
            " where classid = 'pg_policy'::regclass and refclassid = 'pg_proc'::regclass)"
        )
    }  # fmt: skip
    found = set()
    while reached := (named & bodies.keys()) - found:
        found |= reached
        named = named.union(*(bodies[name] for name in reached))
    return set().union(*(bodies[name] for name in found))


def test_page_is_what_the_list_says():
    page = (PROJECT / "docs" / "schema_map.md").read_text()
    assert page == render(PROJECT / "docs" / "schema_map.toml")
    assert all(f"`{target}`" in page for _, target in REAL)
