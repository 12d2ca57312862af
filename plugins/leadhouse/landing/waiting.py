"""What a landing holds until it is written, and how its records are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadhouse.landing.contract import Quarantined
from leadhouse.landing.row_writer import RowWriter
from leadhouse.landing.rows import AnyStatement
from leadhouse.records import Fetch


@dataclass(frozen=True, slots=True)
class Waiting:
    """One landing's rows to be. `batch` is its row of raw.batches without number and counts."""

    writer: RowWriter
    fetches: Sequence[Fetch]
    statements: Sequence[AnyStatement]
    quarantine: Mapping[str, Quarantined]
    repeated: int  # refusals that were made before
    batch: Mapping[str, Any]


def tally(stated: int, landed: int, refused: int, quarantined: int, repeated: int) -> Counter[str]:
    """The counts of a batch: ``received = landed + known + quarantined``.

    `stated` records of which `landed` are new, `refused` ones of which `quarantined` are new, and `repeated` ones that
    were refused twice in one landing.
    """
    return Counter(
        received=stated + refused + repeated,
        landed=landed,
        known=stated - landed + refused - quarantined + repeated,
        quarantined=quarantined,
    )
