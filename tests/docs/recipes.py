"""The recipes of CONTRIBUTING.md as data, and their application to a copy of the checkout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from leadhouse.settings import PROJECT

PAGE = PROJECT / "CONTRIBUTING.md"
HEADING = re.compile(r"^## Add a (?P<name>.+)$", re.M)
FENCE = re.compile(r"^```(?P<language>\w+) (?P<path>\S+)\n(?P<text>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """One fenced block that names a path: a whole file, or (language ``diff``) hunks of one that is there."""

    language: str
    path: str
    text: str

    def apply(self, checkout: Path) -> None:
        """Write the file, or change it.

        Raises:
            ValueError: a whole file exists already, or a hunk does not stand exactly once in its file.
        """
        target = checkout / self.path
        if self.language != "diff":
            if target.exists():
                raise ValueError(f"{self.path} exists already")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self.text)
            return
        content = target.read_text()
        for hunk in re.split(r"^@@.*\n", self.text, flags=re.M)[1:]:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] in " -")
            after = "".join(line[1:] for line in lines if line[0] in " +")
            if content.count(before) != 1:
                raise ValueError(f"{self.path} holds {content.count(before)} times, not once:\n{before}")
            content = content.replace(before, after)
        target.write_text(content)


def read_recipes() -> dict[str, list[Block]]:
    """``spider``, ``provider``… → the blocks of its section."""
    parts = HEADING.split(PAGE.read_text())[1:]
    return {
        name: [Block(*found.group("language", "path", "text")) for found in FENCE.finditer(text)]
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


def read_settings() -> list[dict[str, str]]:
    """The blocks of settings, each as name → value."""
    blocks = [block for recipe in read_recipes().values() for block in recipe if block.path == "settings.env"]
    return [dict(line.split("=", 1) for line in block.text.splitlines()) for block in blocks]
