"""Each recipe of CONTRIBUTING.md is applied to a copy of the checkout, where its own test and the tools must agree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from leadhouse.enrichment import call_provider, request_wanted
from leadhouse.settings import PROJECT, settings
from tests.docs.recipes import read_recipes, read_settings

DAY = date(2026, 11, 20)
PARTS = ("dbt_project", "plugins", "scrapers", "sql", "tests", "pyproject.toml")
OWN_TESTS = {
    "spider": "tests/scrapers/test_member_directory.py",
    "provider": "tests/enrichment/test_findwell.py",
    "mart column": "tests/transform/test_has_contact.py",
    "gate rule": "tests/quality/test_gate.py::test_each_defect_breaks_its_rule_and_names_its_row",
}
# Beside the recipes' own tests: the page, asked by the process that has parsed the copy's models already.
PAGE_TEST = """
from leadhouse.settings import PROJECT
from leadhouse.transform.data_dictionary import data_dictionary

def test_page_is_written(module_database):
    (PROJECT / "data_dictionary.md").write_text(data_dictionary())
"""


@dataclass(frozen=True)
class Copy:
    """A checkout with all recipes applied."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A Python of the copy."""
        return run_python(self.folder, self.environment, *arguments)


@dataclass(frozen=True)
class Outcome:
    """What became of each recipe's own test, and what pytest printed."""

    failures: dict[str, str | None]
    output: str


def run_python(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=1200,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def copy(postgres, tmp_path_factory) -> Copy:
    folder = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("*.pyc.*", "target", "logs"))
        else:
            shutil.copy(source, folder / part)
    for blocks in read_recipes().values():
        for block in blocks:
            if block.path != "settings.env":
                block.apply(folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LEADHOUSE_", "PYTEST_"))}
    environment = kept | {
        "LEADHOUSE_HOME": str(folder / ".leadhouse"),
        "LEADHOUSE_TEST_POSTGRES_URL": postgres.admin_url,
        "PYTHONPATH": f"{folder / 'plugins'}{os.pathsep}{folder}",
    }
    return Copy(folder, environment)


@pytest.fixture(scope="module")
def outcome(copy) -> Outcome:
    report, page_test = copy.folder / "report.xml", copy.folder / "tests/transform/test_page_of_the_copy.py"
    page_test.write_text(PAGE_TEST)
    tests = (*OWN_TESTS.values(), page_test.relative_to(copy.folder).as_posix())
    ran = copy.run("-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *tests)
    assert report.is_file(), ran.stdout + ran.stderr
    return Outcome(read_report(report), ran.stdout)


def read_report(report: Path) -> dict[str, str | None]:
    """Test's module and name → what went wrong, or None."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest's own
        wrong = next((each for each in case if each.tag in {"failure", "error", "skipped"}), None)
        found[f"{case.get('classname')}.{case.get('name')}"] = None if wrong is None else str(wrong.text)
    return found


def test_every_recipe_is_here_and_names_its_files():
    recipes = read_recipes()
    assert set(recipes) == set(OWN_TESTS)
    for name, blocks in recipes.items():
        assert OWN_TESTS[name].partition("::")[0] in {block.path for block in blocks}


def test_stale_recipe_is_refused(tmp_path):
    [block] = [each for each in read_recipes()["provider"] if each.language == "diff"]
    target = tmp_path / block.path
    target.parent.mkdir(parents=True)
    target.write_text("something else\n")
    with pytest.raises(ValueError, match="0 times"):
        block.apply(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", OWN_TESTS)
def test_recipe_passes_its_own_test(outcome, recipe):
    path, _, name = OWN_TESTS[recipe].partition("::")
    module = path.removesuffix(".py").replace("/", ".")
    own = {test: wrong for test, wrong in outcome.failures.items() if test.startswith(f"{module}.{name}")}
    assert own, outcome.output
    assert set(own.values()) == {None}, "\n".join(filter(None, own.values()))


@pytest.mark.slow
def test_spider_is_checked_against_the_golden_of_the_recipe(copy):
    golden = copy.folder / "scrapers/goldens/member_directory/page.json"
    shown = golden.read_text()
    spiders = sum(not path.name.startswith("_") for path in (copy.folder / "scrapers/spiders").glob("*.py"))
    checked = copy.run("-m", "scrapers.check", "--write")
    assert (checked.returncode, checked.stdout) == (0, f"{spiders} spiders, 0 faults\n"), checked.stderr
    assert golden.read_text() == shown, "what the spider reads is not what CONTRIBUTING.md shows"


@pytest.mark.slow
def test_column_stands_in_the_data_dictionary(copy, outcome):
    page = (copy.folder / "data_dictionary.md").read_text()
    assert "| `has_contact` | boolean |  | Whether the company itself can be reached" in page, outcome.output


@pytest.mark.slow
def test_rule_changes_the_version_of_the_suite(copy):
    asked = (
        "from leadhouse.quality import find_suite; suite = find_suite('campaign_audience')\n"
        "print(suite.version, *(rule.rule_id for rule in suite.rules))"
    )
    with_rule, without = copy.run("-c", asked).stdout.split(), run_python(PROJECT, {**os.environ}, "-c", asked)
    assert set(with_rule) - set(without.stdout.split()) == {with_rule[0], "full_name_is_no_placeholder"}


def test_provider_of_the_same_interface_is_configuration(demand, provider, monkeypatch):
    configured, other = read_settings()
    assert set(other) == {"LEADHOUSE_PROVIDER_API"}
    for name in configured:
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    lines = (configured | {"LEADHOUSE_PROVIDER_URL": provider.url}).items()
    (settings().home / "settings.env").write_text("".join(f"{name}={value}\n" for name, value in lines))
    settings.cache_clear()
    demand.add("Hit Alt")
    request_wanted("run", DAY)
    assert call_provider("run", DAY) == 1
    assert demand.states() == {"Hit Alt": "hit"}
    [record] = demand.query("select source_key, payload #>> '{email,0,value}' as email from raw.person_records")
    assert record == {"source_key": "provider/mailscout", "email": "hit@alpha.example"}


def test_recipes_keep_the_rules_of_style(copy):
    written = sorted({b.path for blocks in read_recipes().values() for b in blocks if b.path.endswith(".py")})
    for command in (("check",), ("format", "--check")):
        judged = copy.run("-m", "ruff", *command, "--no-cache", *written)
        assert judged.returncode == 0, judged.stdout
