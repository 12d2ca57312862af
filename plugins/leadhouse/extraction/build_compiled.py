"""``python -m leadhouse.extraction.build_compiled``: the component as machine code, by mypyc and the C compiler.

mypyc is a part of mypy; it translates the modules as they stand, and `compiled` says where they are found. Results are
the same to the byte (`tests/extraction/test_compiled.py`); a page costs a fifth to a quarter less.
"""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from leadhouse.extraction.compiled import BUILDS, SOURCES, folder

PACKAGE: Final = "leadhouse.extraction"
_INTERPRETED: Final = frozenset(("__init__.py", "compiled.py", "build_compiled.py"))
_CONFIGURATION: Final = (
    "[mypy]\nplugins = pydantic.mypy\nignore_missing_imports = True\nfollow_imports = silent\nmypy_path = .\n"
)
_FINAL: Final = "; from typing import Final"  # on the line of another import: lines keep their numbers


def build(target: Path, sources: Path = SOURCES) -> None:
    """Translates the modules into a new folder `target`; minutes of CPU, and a C compiler with Python's headers.

    Raises:
        FileExistsError: the folder is there.
        SystemExit: mypy refuses a module; what it says stands on standard output.
        setuptools.errors.CompileError: the C compiler fails, or there is none.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        stage = Path(name)
        made = _compiled(_staged(sources, stage), stage)
        _copy_the_rest(sources, made)
        os.rename(made, target)  # noqa: PTH104 - whole or not at all


def _staged(sources: Path, stage: Path) -> list[str]:
    """Copies what is translated, and what it imports, into a tree of its own; returns the paths within it."""
    package = stage.joinpath(*PACKAGE.split("."))
    package.mkdir(parents=True)
    for outer in ("__init__.py", "records.py", "py.typed"):
        shutil.copy(sources.parent / outer, package.parent)
    paths = []
    for module in modules(sources):
        source, staged = module.read_text(encoding="utf-8"), package / module.relative_to(sources)
        staged.parent.mkdir(exist_ok=True)
        if module.name == "__init__.py":
            staged.write_text("")
        elif is_translated(module.name, source):
            staged.write_text(with_constructors(with_constants(source)), encoding="utf-8")
            paths.append(str(staged.relative_to(stage)))
    return paths


def _copy_the_rest(sources: Path, made: Path) -> None:
    """What a room holds beside machine code: its face, modules that stay as they are, word lists.

    A room is found here as a whole or not at all; what lies in the component's own folder is found there.
    """
    for file in (*modules(sources), *sources.glob("[a-z]*/*.txt")):
        place = file.relative_to(sources)
        is_code = file.suffix == ".py" and is_translated(file.name, file.read_text(encoding="utf-8"))
        if len(place.parts) > 1 and not is_code:
            shutil.copy(file, made / place)


def modules(sources: Path = SOURCES) -> list[Path]:
    """The component's modules, those of its rooms included."""
    return sorted((*sources.glob("*.py"), *sources.glob("[a-z]*/*.py")))


def is_translated(name: str, source: str) -> bool:
    """Whether a module becomes machine code: not one with models, whose classes pydantic makes when it is imported."""
    return name not in _INTERPRETED and "from pydantic" not in source


def with_constants(source: str) -> str:
    """A module whose constants are `Final`, as mypyc then takes them from where they lie and not from a dictionary.

    Constants are names in capitals that the module binds once, at its top; the text is else the same, line by line.
    """
    lines = source.split("\n")
    tree = ast.parse(source)
    bound = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if isinstance(target, ast.Name) and target.id.isupper() and bound.count(target.id) == 1:
            head, line = len(target.id), lines[target.lineno - 1]
            lines[target.lineno - 1] = f"{line[:head]}: Final{line[head:]}"
    first = next(node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
    lines[(first.end_lineno or 1) - 1] += _FINAL
    return "\n".join(lines)


def with_constructors(source: str) -> str:
    """A module whose dataclasses have an `__init__` that can be translated, as mypyc calls that of `dataclass` by name.

    It stands where the blank line below a class's docstring was; classes that are made in another way are left alone.
    """
    lines = source.split("\n")
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and (constructor := _constructor(node)):
            first = node.body[0]
            if isinstance(first, ast.Expr) and not lines[first.end_lineno or 0].strip():
                lines[first.end_lineno or 0] = constructor
    return "\n".join(lines)


def _constructor(node: ast.ClassDef) -> str | None:
    """What `dataclass` would make of a class's fields, on one line."""
    options = [ast.unparse(decorator) for decorator in node.decorator_list]
    methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    if options not in (["dataclass(slots=True)"], ["dataclass(frozen=True, slots=True)"]) or "__post_init__" in methods:
        return None
    parameters, statements = ["self"], []
    for each in node.body:
        if not isinstance(each, ast.AnnAssign):
            continue
        name, kind, value = ast.unparse(each.target), ast.unparse(each.annotation), each.value
        parameter, stated = f"{name}: {kind}", name
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
            if [keyword.arg for keyword in value.keywords] != ["default_factory"]:
                return None
            parameter = f"{name}: {kind} | None = None"
            stated = f"{ast.unparse(value.keywords[0].value)}() if {name} is None else {name}"
        elif value is not None:
            parameter += f" = {ast.unparse(value)}"
        parameters.append(parameter)
        statements.append(f"self.{name} = {stated}")
    frozen = "  # type: ignore" if "frozen" in options[0] else ""
    return f"    def __init__({', '.join(parameters)}) -> None: {'; '.join(statements)}{frozen}"


def _compiled(paths: list[str], stage: Path) -> Path:
    """Runs mypyc and the C compiler; returns the folder with the extension modules."""
    from mypyc.build import mypycify

    setuptools: Any = import_module("setuptools")  # has no types
    (stage / "mypy.ini").write_text(_CONFIGURATION)
    options = ["--config-file=mypy.ini", "--cache-dir=cache", *paths]
    with contextlib.chdir(stage):
        group = f"{PACKAGE}._all"
        modules = mypycify(options, opt_level="2", debug_level="0", multi_file=True, target_dir="c", group_name=group)
        for module in modules:
            module.include_dirs.append("/".join(("c", *PACKAGE.split("."))))  # where mypyc puts the group's header
        command = setuptools.Distribution({"name": "compiled", "ext_modules": modules}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(stage / "lib"), str(stage / "temp")
        command.parallel = os.cpu_count()
        command.ensure_finalized()
        command.run()
    return stage.joinpath("lib", *PACKAGE.split("."))


def main() -> None:
    """Builds what the sources as they are call for, and removes what older ones left."""
    target = folder()
    if not target.is_dir():
        build(target)
    for other in BUILDS.iterdir():
        if other != target:
            shutil.rmtree(other)
    print(target)


if __name__ == "__main__":
    main()
