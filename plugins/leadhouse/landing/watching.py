"""A source that changes its layout says so: what a crawl found is held against what stood before, by attribute.

The measure is the source's own standing statements, page by page: what a page still says, whether it was read again or
not. A value counts once, wherever on the source it stands, so that a page that moves within its site loses nothing.
What was lost is held: the page's new statement keeps the former values of that attribute and lands with the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import comb
from typing import Any, Literal

from leadhouse.records import CompanyAttribute, CompanyRecord, Extraction, PersonAttribute, PersonRecord, Value

Kind = Literal["ordinary", "layout_changed", "too_few", "too_many"]
Values = dict[str, set[str]]  # "company.email" → values
Record = CompanyRecord | PersonRecord
HELD = "held since "  # a locator that begins so belongs to a value that its page does not say any more
GONE = frozenset({"gone", "soft_404", "parked"})  # the page says by itself that it is no more: nothing is lost by that


@dataclass(frozen=True)
class Limits:
    """When a source has changed its layout. A source has its own in ``config.watch``, with a `reason` for a person."""

    kept_share: float = 0.8  # of a source's values that an ordinary change leaves: a team of ten loses two at once
    chance: float = 0.01  # a loss that such a change would bring about more rarely is none; three of three are 0.8 %
    least_share: float = 0.5  # of all values; when less is found, nothing of the changed pages is believed
    least_values: int = 10  # below it a share means nothing: one page of a small company may well go
    most_times: float = 3.0  # as many values as before are worth a look, but no harm: they land
    held_days: int = 14  # what stays away for two weeks is gone; a person had the time to look
    reason: str = ""

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Limits:
        """The defaults with what a source states.

        Raises ValueError for an unknown name, a value of another type, or when no reason is given.
        """
        wrong = [name for name, value in stated.items() if type(value) not in (int, float) and name != "reason"]
        unknown = stated.keys() - cls.__dataclass_fields__.keys()
        if unknown or wrong or (stated and not str(stated.get("reason", "")).strip()):
            raise ValueError(f"config.watch takes {', '.join(cls.__dataclass_fields__)}, and needs a reason: {stated}")
        return cls(**stated)


@dataclass(frozen=True)
class Verdict:
    """`held` attributes keep their former values; `counts` are values (before, found) of each attribute."""

    kind: Kind
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    released: tuple[str, ...] = ()  # held for so long that they are let go

    def explain(self) -> str:
        """What happened and what to do, in a sentence or two."""
        lost = ", ".join(f"{name} ({self.counts[name][0]} → {self.counts[name][1]})" for name in self.held)
        before, found = (sum(each[place] for each in self.counts.values()) for place in (0, 1))
        replay = "Correct the extractor, then run replay_archive: it asks the site for nothing."
        match self.kind:
            case "layout_changed":
                return f"The layout has changed: {lost} would be lost and is held, everything else has landed. {replay}"
            case "too_few":
                return f"Too little is found: {found} values where there were {before}. Nothing has landed. {replay}"
            case "too_many":
                return f"Much is found: {found} values where there were {before}. It has landed; look at some of it."
        gone = f", {', '.join(self.released)} let go after a long absence" if self.released else ""
        return f"{found} values where there were {before}{gone}"


def values_of(records: Iterable[Record], *, with_held: bool = True) -> Values:
    """The values of records by attribute."""
    found: Values = defaultdict(set)
    for name, value in _each_value(records):
        if with_held or not is_held(value):
            found[name].add(value.value)
    return found


def held_since(records: Iterable[Record]) -> dict[str, datetime]:
    """Since when each attribute is held (UTC), by what its values say of themselves."""
    since: dict[str, datetime] = {}
    for name, value in _each_value(records):
        if is_held(value):
            day = (value.locator or "").removeprefix(HELD)[:10]
            began = datetime.combine(date.fromisoformat(day), time(), UTC)
            since[name] = min(began, since.get(name, began))
    return since


def is_held(value: Value) -> bool:
    """Whether the page does not say the value any more."""
    return (value.locator or "").startswith(HELD)


def _each_value(records: Iterable[Record]) -> Iterator[tuple[str, Value]]:
    for record in records:
        kind = "company" if isinstance(record, CompanyRecord) else "person"
        by_name: Iterable[tuple[str, tuple[Value, ...]]] = record.values.items()
        for name, candidates in by_name:
            for each in candidates:
                yield f"{kind}.{name}", each


def judge(before: Values, found: Values, since: Mapping[str, datetime], now: datetime, limits: Limits) -> Verdict:
    """Which attributes are lost, and whether anything may land at all. `since`: what is held already, and how long."""
    names = sorted(before.keys() | found.keys())
    counts = {name: (len(before.get(name, ())), len(found.get(name, ()))) for name in names}
    lost = [name for name in names if _is_lost(*counts[name], limits)]
    released = [name for name in lost if now - since.get(name, now) > timedelta(days=limits.held_days)]
    held = tuple(name for name in lost if name not in released)
    all_before, all_found = (sum(each[place] for each in counts.values()) for place in (0, 1))
    if held and all_before >= limits.least_values and all_found < all_before * limits.least_share:
        return Verdict("too_few", counts, held)
    if held:
        return Verdict("layout_changed", counts, held, tuple(released))
    if all_before >= limits.least_values and all_found > all_before * limits.most_times:
        return Verdict("too_many", counts)
    return Verdict("ordinary", counts, released=tuple(released))


def _is_lost(before: int, found: int, limits: Limits) -> bool:
    """Whether an ordinary change would leave so few by chance (binomial tail)."""
    if found >= before * limits.kept_share:
        return False
    share, others = limits.kept_share, 1 - limits.kept_share
    if before > 200:  # the tail is far below any chance, and its terms are large
        return bool(found < before * share - 4 * (before * share * others) ** 0.5)
    tail = sum(comb(before, k) * share**k * others ** (before - k) for k in range(found + 1))
    return bool(tail < limits.chance)


def hold(statement: Extraction, former: Iterable[Record], attributes: Iterable[str], since: str) -> Extraction:
    """The statement with the former values of the attributes that it lost; `since` is the day of the first loss.

    A person whose name was lost comes back as a whole. Held again, a value stays as it is, so that nothing lands twice.
    """
    wanted = set(attributes)
    companies = {each.record_key: each for each in statement.companies}
    persons = {each.record_key: each for each in statement.persons}
    for record in former:
        if isinstance(record, CompanyRecord):
            kept = {
                name: found for name in CompanyAttribute
                if f"company.{name}" in wanted and (found := record.values.get(name))
            }  # fmt: skip
            _give_back(companies, record, kept, since)
        elif record.record_key in persons or f"person.{PersonAttribute.FULL_NAME}" in wanted:
            everything = record.record_key not in persons
            kept_of_person = {
                name: found for name in PersonAttribute
                if (everything or f"person.{name}" in wanted) and (found := record.values.get(name))
            }  # fmt: skip
            _give_back(persons, record, kept_of_person, since)
    known = companies.keys()
    loose = {
        key: each.model_copy(update={"company_key": None}) if each.company_key not in known else each
        for key, each in persons.items()
    }
    return statement.model_copy(update={"companies": tuple(companies.values()), "persons": tuple(loose.values())})


def _give_back(records: dict[str, Any], former: Any, kept: Mapping[Any, tuple[Value, ...]], since: str) -> None:
    if not kept:
        return
    now = records.get(former.record_key) or former.model_copy(update={"values": {}})
    values = dict(now.values)
    for name, candidates in kept.items():
        said = {each.value for each in values.get(name, ())}
        values[name] = (*values.get(name, ()), *(_marked(each, since) for each in candidates if each.value not in said))
    records[former.record_key] = now.model_copy(update={"values": values})


def _marked(value: Value, since: str) -> Value:
    if is_held(value):
        return value
    return value.model_copy(update={"locator": f"{HELD}{since}: {value.locator or ''}".rstrip(": ")})
