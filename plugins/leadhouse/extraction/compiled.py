"""Where the component's machine code lies, if `build_compiled` has made any: beside the sources, named by them.

The package looks there first. Once a source changes the name is another one, so nothing that is imported is older than
what can be read. Without the folder all is interpreted, with the same results.
"""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parent
BUILDS: Final = SOURCES / ".compiled"


def folder(sources: Path = SOURCES) -> Path:
    """Where the machine code of these very sources lies, for this interpreter; it need not exist."""
    seen = hashlib.sha256(f"{sys.version} {EXTENSION_SUFFIXES[0]}".encode())
    for place, _, names in sorted(os.walk(sources)):
        room = os.path.relpath(place, sources)
        if not room.startswith(BUILDS.name):
            for name in sorted(names):
                if name.endswith((".py", ".txt")):
                    seen.update(f"{room}/{name}".encode() + b"\0" + Path(place, name).read_bytes())
    return BUILDS / seen.hexdigest()[:16]
