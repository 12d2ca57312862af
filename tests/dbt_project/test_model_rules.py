"""Rules of the dbt project, read from its manifest: layers, grains, contracts, sizes. No database."""

from __future__ import annotations

import re
import zoneinfo
from pathlib import Path

import pytest

from leadhouse.records import CompanyAttribute, PersonAttribute
from leadhouse.settings import PROJECT, settings
from leadhouse.transform import data_dictionary, dbt_project

MAY_READ = {
    "staging": {"source", "staging"},
    "intermediate": {"staging", "intermediate", "marts"},
    "marts": {"staging", "intermediate", "marts"},
}
PREFIX = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("dim_", "fct_", "agg_")}
MAX_LINES = 120


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEADHOUSE_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("LEADHOUSE_DBT_URL", raising=False)
        settings.cache_clear()
        yield dbt_project.parse()
    settings.cache_clear()


@pytest.fixture(scope="module")
def models(manifest):
    found = [node for node in manifest.nodes.values() if node.resource_type == "model"]
    assert len(found) > 30
    return found


@pytest.fixture(scope="module")
def marts(models):
    return [node for node in models if layer(node) == "marts"]


def layer(node):
    return Path(node.original_file_path).parts[1] if node.resource_type == "model" else "source"


def test_a_layer_reads_only_the_layers_below(manifest, models):
    wrong = {
        f"{node.name} reads {upstream}"
        for node in models
        for upstream in node.depends_on.nodes
        if layer(manifest.nodes.get(upstream) or manifest.sources[upstream]) not in MAY_READ[layer(node)]
    }
    assert wrong == set()


def test_only_three_intermediate_models_are_made_of_marts(manifest, models):
    """What else is intermediate comes before the marts.

    A lead sees marts, a person's place is the company's, an answer is judged by what everybody's values proved to be.
    """
    wrong = {
        node.name
        for node in models
        if layer(node) == "intermediate"
        and any(layer(manifest.nodes[each]) == "marts" for each in node.depends_on.nodes if each in manifest.nodes)
    }
    assert wrong == {"int_leads__facts", "int_people__places", "int_provider_answers__judged"}


def test_what_is_made_for_the_touched_alone_is_read_for_them_alone(manifest, models):
    """A working table of the entities that a build makes anew lacks all others: whoever counts all reads their mart."""
    partial = {node.unique_id for node in models if "entity" in node.tags and layer(node) == "intermediate"}
    wrong = {
        f"{node.name} reads {upstream}"
        for node in models
        if not ("entity" in node.tags or node.config.meta.get("entity_kind"))
        for upstream in partial.intersection(node.depends_on.nodes)
    }
    assert wrong == set()


def test_names_tell_the_layer(models):
    assert {node.name for node in models if not node.name.startswith(PREFIX[layer(node)])} == set()


def test_first_line_says_the_grain(models):
    assert {node.name for node in models if not node.raw_code.startswith("-- Grain: ")} == set()


def test_models_are_short(models):
    assert {node.name for node in models if len(node.raw_code.splitlines()) > MAX_LINES} == set()


def test_sql_lines_are_short():
    long = {
        f"{path.name}:{number}"
        for path in (PROJECT / "dbt_project").rglob("*.sql")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > 140
    }
    assert long == set()


def test_marts_have_contract_tenant_and_unique_grain(manifest, marts):
    tested = {
        each.attached_node.split(".")[-1]
        for each in manifest.nodes.values()
        if each.resource_type == "test" and each.test_metadata and each.test_metadata.name == "unique_grain"
    }
    loose = {
        node.name
        for node in marts
        if not node.config.contract.enforced or "tenant" not in node.config.meta or node.name not in tested
    }
    assert loose == set()


def test_marts_have_an_organization_first(marts):
    tenants = [node for node in marts if node.config.meta["tenant"] != "everyone"]
    assert {node.name for node in tenants if next(iter(node.columns)) != "organization_id"} == set()
    assert {node.name for node in marts} - {node.name for node in tenants} == {"dim_dates"}


def test_every_column_is_described_in_a_sentence(marts):
    wrong = {
        f"{node.name}.{column.name}"
        for node in marts
        for column in node.columns.values()
        if not column.description.endswith(".") or len(column.description) < 8
    }
    assert wrong == set()


def test_description_says_the_grain_of_the_first_line(marts):
    wrong = {node.name for node in marts if node.raw_code.splitlines()[0].removeprefix("-- ") != node.description}
    assert wrong == set()


def test_column_names_tell_type_and_unit(marts):
    """`_at` is an instant, `_on` a day, `is_`/`has_` a boolean; a validity has its own two names."""
    wrong = set()
    for node in marts:
        for name, column in node.columns.items():
            expected = {"timestamptz": "_at", "date": "_on"}.get(column.data_type)
            if expected and not name.endswith((expected, "_until")) and name not in {"valid_from", "valid_to"}:
                wrong.add(f"{node.name}.{name}")
            is_told = name.startswith(("is_", "has_", "was_", "from_")) or name == "passed"
            if column.data_type == "boolean" and not is_told:
                wrong.add(f"{node.name}.{name}")
    assert wrong == set()


def test_instants_and_days_say_whose_they_are(marts):
    """An instant is UTC; a day, week or month is UTC's, the organization's, or the calendar's own."""
    wrong = {
        f"{node.name}.{name}"
        for node in marts
        for name, column in node.columns.items()
        if (column.data_type == "timestamptz" and "UTC" not in column.description)
        or (column.data_type == "date" and not re.search("UTC|organization's time zone|calendar", column.description))
    }
    assert wrong == set()


def test_models_are_steps_that_end_in_final(models):
    """Only what is one macro whole is not: the steps are the macro's."""
    wrong = {node.name for node in models if not node.raw_code.rstrip().endswith("select * from final")}
    assert wrong == {"int_company_values__ranked", "int_person_values__ranked"}


def test_keywords_are_lower_case_and_lines_have_no_tails(models):
    shouted = re.compile(r"\b(SELECT|FROM|WHERE|JOIN|GROUP BY|ORDER BY|CASE|WHEN|WITH|UNION|NULL)\b")
    wrong = {
        f"{node.name}:{number}"
        for node in models
        for number, line in enumerate(node.raw_code.splitlines(), start=1)
        if line != line.rstrip() or "\t" in line or shouted.search(line.partition("--")[0])
    }
    assert wrong == set()


def test_nothing_is_selected_by_star_into_a_mart(marts):
    """Its last step names every column of the contract, so that none comes by chance."""
    wrong = set()
    for node in marts:
        steps = re.split(r"\bfinal as \(", node.raw_code)
        if len(steps) == 2 and re.search(r"^\s+select \*", steps[1]) and "union all" not in steps[1]:
            wrong.add(node.name)
    assert wrong == set()


def test_every_mart_says_who_uses_it_or_is_a_dimension(manifest, marts):
    """models/exposures.yml; what nobody names is there for analysts' own questions."""
    used = {each.split(".")[-1] for exposure in manifest.exposures.values() for each in exposure.depends_on.nodes}
    assert used <= {node.name for node in marts}
    unused = {node.name for node in marts} - used
    assert unused <= {
        "dim_dates", "dim_owners", "dim_sources", "dim_leads_history", "fct_email_events", "fct_provider_calls",
        "agg_score_deciles",
    }  # fmt: skip


def test_one_name_has_one_type(marts):
    types: dict[str, set[str]] = {}
    for node in marts:
        for name, column in node.columns.items():
            types.setdefault(name, set()).add(column.data_type)
    assert {name: each for name, each in types.items() if len(each) > 1} == {}


def test_survivorship_lists_attributes_of_the_records():
    macro = (PROJECT / "dbt_project" / "macros" / "survivorship.sql").read_text()
    listed = {
        word.strip("' ")
        for line in macro.splitlines()
        if line.strip().startswith(("'company': [", "'person': ["))
        for word in line.split("[")[1].split("]")[0].split(",")
    }
    assert listed
    assert listed <= {*CompanyAttribute, *PersonAttribute}


def test_time_zones_are_those_of_the_database_and_shares_are_shares():
    macro = (PROJECT / "dbt_project" / "macros" / "time_zones.sql").read_text()
    entries = re.findall(r"\('([A-Z]{2})', '([^']+)', ([\d.]+)\)", macro)
    entries += [(country, zone, "1") for country, zone in re.findall(r"\b([A-Z]{2})=(\S+)", macro)]
    assert len(entries) > 230
    assert len({country for country, _, _ in entries}) == len(entries)
    assert {zone for _, zone, _ in entries} <= zoneinfo.available_timezones()
    assert all(0 < float(share) <= 1 for _, _, share in entries)


def test_nothing_reads_the_projection(manifest):
    """dbt is granted the work columns, never app.lead_facts: the cycle cannot be written."""
    assert not [source for source in manifest.sources.values() if source.name == "lead_facts"]


def test_data_dictionary_names_every_column(manifest, marts):
    page = data_dictionary()
    missing = {f"{node.name}.{name}" for node in marts for name in node.columns if f"| `{name}` |" not in page} | {
        node.name for node in marts if f"### {node.schema}.{node.name}\n" not in page
    }
    assert missing == set()


def test_data_dictionary_is_the_committed_one(manifest):
    """Run `leadhouse docs` after a change of the marts."""
    assert (PROJECT / "docs" / "data_dictionary.md").read_text() == data_dictionary()
