"""The component as machine code: only of these very sources, with the same results."""

from __future__ import annotations

import ast
import runpy
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from leadhouse.extraction import build_compiled, compiled

MODULES = [each for each in build_compiled.modules() if each.name != "__init__.py"]
PAGES = Path(__file__).parent / "pages"
READ_ALL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import leadhouse.extraction
leadhouse.extraction.__path__[:] = sys.argv[2:]
from leadhouse.extraction import company_site, listing
from leadhouse.extraction.attribution.context import SiteContext
print(company_site.__file__.rpartition(".")[2])
for page in sorted(Path(sys.argv[1]).glob("*.html")):
    host = f"www.{page.stem.replace('_', '-')}.example"
    for path in ("", "kontakt", "team.html", "blog/2024/05/a-post"):
        site, when = SiteContext(host=host), datetime(2026, 11, 2, tzinfo=UTC)
        said = company_site.extract_page(page.read_bytes(), f"https://{host}/{path}", "text/html", site, when)
        print(said.model_dump_json())
"""


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(compiled.SOURCES)))
def test_constants_are_named_as_such_and_nothing_else_changes(module):
    source = module.read_text()
    made = build_compiled.with_constants(source)
    assert made.count("\n") == source.count("\n")
    assert _bare(made).replace("from typing import Final\n", "", 1) == _bare(source)


def _bare(source: str) -> str:
    """The module without its mark for constants, and without the comments."""
    tree = ast.parse(source)
    for index, node in enumerate(tree.body):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "Final" and node.value is not None:
            tree.body[index] = ast.Assign([node.target], node.value, lineno=1)
    return ast.unparse(tree)


def test_a_name_that_is_bound_twice_is_no_constant():
    made = build_compiled.with_constants("import re\nONE = 1\n_TWO = 2\n_TWO += ONE\nsmall = 3\nFOUR: int = 4\n")
    assert made == (
        "import re; from typing import Final\nONE: Final = 1\n_TWO = 2\n_TWO += ONE\nsmall = 3\nFOUR: int = 4\n"
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(compiled.SOURCES)))
def test_lines_keep_their_numbers_where_constructors_are_written(module):
    source = module.read_text()
    made = build_compiled.with_constructors(source).split("\n")
    changed = [number for number, line in enumerate(source.split("\n")) if made[number] != line]
    assert len(made) == source.count("\n") + 1
    assert all(not source.split("\n")[number] and "def __init__(self" in made[number] for number in changed)


WRITTEN = """
from dataclasses import dataclass, field

@dataclass(slots=True)
class Plain:
    \"\"\"A plain one.\"\"\"

    name: str
    count: int = 3
    parts: list[str] = field(default_factory=list)

@dataclass(frozen=True, slots=True)
class Frozen:
    \"\"\"A frozen one.\"\"\"

    name: str = "Ahorn"
"""


def test_written_constructors_take_what_those_of_dataclasses_take(tmp_path):
    made = build_compiled.with_constructors(WRITTEN)
    assert made.count("def __init__") == 2
    (tmp_path / "written.py").write_text(made.replace("@dataclass(slots=True)\n", ""))
    plain = runpy.run_path(str(tmp_path / "written.py"))
    one, other = plain["Plain"]("Eiche", parts=["a"]), plain["Plain"]("Buche", 4)
    assert (one.name, one.count, one.parts) == ("Eiche", 3, ["a"])
    assert (other.name, other.count, other.parts) == ("Buche", 4, [])
    assert other.parts is not plain["Plain"]("Buche").parts


@pytest.mark.parametrize(
    "kept",
    [
        WRITTEN.replace("slots=True", "slots=True, kw_only=True"),
        WRITTEN.replace("\n\n    name", "\n    name"),
        WRITTEN.replace("    name", "    def __post_init__(self) -> None:\n        pass\n\n    name"),
    ],
    ids=["made in another way", "no blank line", "more to do"],
)
def test_other_classes_keep_the_constructor_that_dataclass_makes(kept):
    assert build_compiled.with_constructors(kept) == kept


def test_models_stay_interpreted():
    left = {each.name for each in MODULES if not build_compiled.is_translated(each.name, each.read_text())}
    assert left == {"compiled.py", "build_compiled.py", "listing.py"}


def test_changed_sources_have_another_folder(tmp_path):
    sources = tmp_path / "sources"
    shutil.copytree(compiled.SOURCES, sources, ignore=shutil.ignore_patterns(".compiled", "__pycache__"))
    assert compiled.folder(sources) == compiled.folder()
    changed = sources / "contacts" / "phones.py"
    changed.write_text(changed.read_text() + "\n")
    assert compiled.folder(sources) != compiled.folder()
    changed.unlink()
    assert compiled.folder(sources) not in {compiled.folder(), compiled.BUILDS}


@pytest.mark.prove
def test_machine_code_says_the_same_of_every_golden_page(tmp_path):
    if shutil.which("gcc") is None or not Path(sysconfig.get_path("include"), "Python.h").is_file():
        pytest.skip("needs a C compiler and Python's headers")
    build_compiled.build(tmp_path / "built")
    interpreted = _read_all(compiled.SOURCES)
    translated = _read_all(tmp_path / "built", compiled.SOURCES)
    assert (interpreted[0], translated[0]) == ("py", "so")
    assert len(interpreted) > 100
    assert translated[1:] == interpreted[1:]


def _read_all(*path: Path) -> list[str]:
    command = [sys.executable, "-c", READ_ALL, str(PAGES), *map(str, path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
