"""The ledger of changes: what a resolution touched, and the numbers its rows get when all else is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from leadhouse.database import queries
from leadhouse.ledger.batches import take_batch_number

ChangeKind = Literal["updated", "created", "retired", "unmerged", "merged"]
Reason = Literal["landed", "decided", "refreshed"]
_WEIGHT: dict[ChangeKind, int] = {"updated": 0, "created": 1, "retired": 1, "unmerged": 2, "merged": 3}


@dataclass
class Changes:
    """Touched entities by scope (an organization, or null for all), and the rows that wait for their batch number.

    A bulk reading has taken the number before (`batch_no`) and written changes of its own, `counted` by kind.
    """

    kinds: dict[tuple[UUID, UUID | None], ChangeKind] = field(default_factory=dict)
    entities: list[UUID] = field(default_factory=list)
    assignments: set[UUID] = field(default_factory=set)
    redirects: list[UUID] = field(default_factory=list)
    reverted: list[UUID] = field(default_factory=list)
    batch_no: int | None = None
    counted: Counter[ChangeKind] = field(default_factory=Counter)

    def add(self, entity_id: UUID, scope: UUID | None, kind: ChangeKind) -> None:
        """Remember the change; the weightiest of an entity and scope stays."""
        known = self.kinds.get((entity_id, scope))
        if known is None or _WEIGHT[kind] > _WEIGHT[known]:
            self.kinds[entity_id, scope] = kind

    def touched(self, scope: UUID | None) -> list[UUID]:
        """The entities touched in a scope."""
        return [entity for entity, of_scope in self.kinds if of_scope == scope]

    def count(self, kind: ChangeKind) -> int:
        """How many changes are of the kind."""
        return sum(each == kind for each in self.kinds.values()) + self.counted[kind]

    def publish(self, connection: Connection[DictRow], run_id: str, reason: Reason) -> int | None:
        """Write the batch and its changes under the next number, the last work; None if there are none."""
        if not self.kinds:
            return self.batch_no
        sql = queries.load("resolution")
        batch_no = self.batch_no or take_batch_number(connection, "entities")
        numbered = (
            (sql.number_entities, self.entities),
            (sql.number_assignments, list(self.assignments)),
            (sql.number_redirects, self.redirects),
            (sql.number_reverted_redirects, self.reverted),
        )
        for statement, ids in numbered:
            if ids:
                connection.execute(statement, {"batch_no": batch_no, "ids": ids})
        connection.execute(
            sql.insert_batch,
            {"batch_no": batch_no, "run_id": run_id, "reason": reason, "changed": len({key[0] for key in self.kinds})},
        )
        columns = {
            "ids": [entity for entity, _ in self.kinds],
            "organizations": [scope for _, scope in self.kinds],
            "kinds": list(self.kinds.values()),
        }
        connection.execute(sql.insert_changes, {"batch_no": batch_no, **columns})
        return batch_no
