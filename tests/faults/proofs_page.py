"""docs/proofs.md: what the long proofs did, from the reports of their tests."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "proofs.md"
HEAD = """# The long proofs

Written by `make prove` on {when:%Y-%m-%d}, {cores} cores, Python {python}, PostgreSQL on the same machine.
Every moment at which something is killed is drawn from a seed, which the test prints when it fails.

| proof | what was killed or varied | how often | what was checked | result | seconds |
|---|---|---:|---|---|---:|
"""
FOOT = """
What the kills leave in doubt is shown, not hidden: a message whose sender died is `unknown` in
`mart_analytics.fct_messages`, a paid call whose worker died is `unknown` in `app.enrichment_requests` and keeps its
reservation in the cost ledger. Neither is repeated by itself.
"""


@dataclass
class Proof:
    """One test function; its cases (seeds) are one line."""

    title: str
    subject: str = ""
    checked: str = ""
    count: int = 0
    seconds: float = 0.0
    failed: int = 0
    cases: int = 0


@dataclass(eq=False)  # a plugin is hashed by identity
class ProofsPage:
    """A plugin of pytest: collects the reports of tests marked `prove`, and writes the page at the end."""

    proofs: dict[str, list[Proof]] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Only what ran counts; a failed set-up is a failure."""
        if "prove" not in report.keywords or not (report.when == "call" or report.failed):
            return
        name = report.nodeid.partition("[")[0]
        facts = dict(report.user_properties)
        kinds = [key.removeprefix("killed ") for key in facts if key.startswith("killed ")] or [""]
        lines = self.proofs.setdefault(name, [])
        for kind in kinds:
            line = next((each for each in lines if each.subject == kind), None)
            if line is None:
                line = Proof(title_of(name), kind, str(facts.get("checked", "")))
                lines.append(line)
            line.count += int(facts.get(f"killed {kind}", 0))  # type: ignore[call-overload]
            line.seconds += report.duration / len(kinds)
            line.failed += report.failed
            line.cases += 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the page when the proofs were what was asked for."""
        if self.proofs and session.config.option.markexpr == "prove":
            now = datetime.now(UTC)
            head = HEAD.format(when=now, cores=os.cpu_count(), python=platform.python_version())
            PAGE.write_text(head + "".join(map(row_of, self.lines())) + FOOT, encoding="utf-8")

    def lines(self) -> list[Proof]:
        """All lines, by test."""
        return [line for name in sorted(self.proofs) for line in self.proofs[name]]


def title_of(nodeid: str) -> str:
    """`tests/a/test_b.py::test_c_d` → `b: c d`."""
    path, _, test = nodeid.partition("::")
    return f"{Path(path).stem.removeprefix('test_')}: {test.removeprefix('test_')}".replace("_", " ")


def row_of(proof: Proof) -> str:
    """A line of the table."""
    result = f"**{proof.failed} of {proof.cases} failed**" if proof.failed else "holds"
    how_often = proof.count or proof.cases
    subject = proof.subject or "cases drawn from seeds"
    return f"| {proof.title} | {subject} | {how_often} | {proof.checked} | {result} | {proof.seconds:.0f} |\n"
