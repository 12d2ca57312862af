"""A person as one page shows them, and what speaks for that."""

from __future__ import annotations

from dataclasses import dataclass, field

ACCEPT = 0.5
NEARLY = 0.4
UNKNOWN = 0.2  # of a name without a known given name that has a title


@dataclass(slots=True)
class Person:
    """One person as a page shows them; `confidence` by how the page says it, `evidence` names the signs."""

    name: str
    title: str = ""
    email: str | None = None
    phone: str | None = None
    social: str | None = None
    confidence: float = 0.5
    locator: str = "card"
    evidence: frozenset[str] = field(default_factory=frozenset)
