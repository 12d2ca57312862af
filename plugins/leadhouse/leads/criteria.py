"""Criteria of leads: a rule from a closed vocabulary, compiled to a parameterised condition. No SQL comes from users.

    {"all": [{"field": "status", "is_one_of": ["new", "qualified"]},
             {"any": [{"field": "country_code", "is": "DE"}, {"field": "lead_score", "at_least": 60}]},
             {"not": {"field": "tags", "has_any": ["customer"]}}]}

A condition names one field and one operator that fits the field's kind. A segment is a saved
rule, looked up anew with every use; an audience freezes what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, TypeVar, get_args
from uuid import UUID

from psycopg import sql

from leadhouse.leads.work import LeadChangeError, LeadStatus

DEEPEST, MOST_CONDITIONS, MOST_VALUES = 5, 50, 200
Parameters = dict[str, Any]


class CriteriaError(LeadChangeError):
    """The criteria cannot be read; the message says where, and what could stand there."""


@dataclass(frozen=True)
class Field:
    """A field of the vocabulary: its column and the kind that says which operators fit."""

    column: sql.SQL
    kind: str


@dataclass(frozen=True)
class Condition:
    """A compiled rule: SQL text of our own, and the parameters it names."""

    text: sql.Composable
    parameters: Parameters


FIELDS: dict[str, Field] = {
    "status": Field(sql.SQL("lead.status"), "status"),
    "priority": Field(sql.SQL("lead.priority"), "word"),
    "rating": Field(sql.SQL("lead.rating_1_to_5"), "number"),
    "lead_score": Field(sql.SQL("facts.lead_score"), "number"),
    "tags": Field(sql.SQL("lead.tags"), "tags"),
    "source": Field(sql.SQL("lead.first_source"), "text"),
    "owner_id": Field(sql.SQL("lead.owner_id"), "id"),
    "campaign_id": Field(sql.SQL("lead.campaign_id"), "id"),
    "created_by": Field(sql.SQL("lead.created_by"), "id"),
    "entity_kind": Field(sql.SQL("lead.entity_kind::text"), "word"),
    "created_at": Field(sql.SQL("lead.created_at"), "time"),
    "updated_at": Field(sql.SQL("lead.updated_at"), "time"),
    "full_name": Field(sql.SQL("facts.full_name"), "text"),
    "title": Field(sql.SQL("facts.title"), "text"),
    "email": Field(sql.SQL("facts.email_normalized"), "text"),
    "email_status": Field(sql.SQL("facts.email_status"), "word"),
    "phone": Field(sql.SQL("facts.phone_e164"), "text"),
    "company_name": Field(sql.SQL("facts.company_name"), "text"),
    "company_id": Field(sql.SQL("facts.company_id"), "id"),
    "domain": Field(sql.SQL("facts.domain"), "text"),
    "country_code": Field(sql.SQL("facts.country_code"), "word"),
    "list_id": Field(sql.SQL("lead.lead_id"), "list"),
}
CUSTOM = "custom_fields."

Check = TypeVar("Check", bound=Callable[[Any, str], Any])
OPERATORS: dict[str, tuple[frozenset[str], sql.SQL, Callable[[Any, str], Any]]] = {}
_ALL_KINDS = frozenset({"word", "status", "text", "number", "time", "id", "tags"})


def _operator(name: str, kinds: str, text: LiteralString) -> Callable[[Check], Check]:
    """Registers an operator: the kinds it fits, its text over `{column}` and `{value}`, and the check of its value."""

    def register(check: Check) -> Check:
        OPERATORS[name] = (_ALL_KINDS if kinds == "*" else frozenset(kinds.split()), sql.SQL(text), check)
        return check

    return register


@_operator("is", "word status text number id", "{column} = {value}")
@_operator("is_not", "word status text number id", "{column} is distinct from {value}")
@_operator("at_least", "number time", "{column} >= {value}")
@_operator("at_most", "number time", "{column} <= {value}")
def _one(value: Any, kind: str) -> Any:
    return _typed(value, kind)


@_operator("is_one_of", "word status text number id", "{column} = any ({value})")
@_operator("is_none_of", "word status text number id", "({column} = any ({value})) is not true")
def _several(value: Any, kind: str) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_VALUES:
        raise CriteriaError(f"a list of 1 to {MOST_VALUES} values is wanted, not {value!r}")
    return [_typed(each, kind) for each in value]


@_operator("has_any", "tags", "{column} && {value}")
@_operator("has_all", "tags", "{column} @> {value}")
@_operator("has_none", "tags", "not {column} && {value}")
def _tags(value: Any, _kind: str) -> list[Any]:
    return _several(value, "word")


@_operator("contains", "text", "{column} ilike {value}")
def _inside(value: Any, _kind: str) -> str:
    return f"%{_escaped(value)}%"


@_operator("starts_with", "text", "{column} ilike {value}")
def _beginning(value: Any, _kind: str) -> str:
    return f"{_escaped(value)}%"


@_operator("within_days", "time", "{column} >= clock_timestamp() - make_interval(days => {value})")
@_operator("before_days", "time", "{column} < clock_timestamp() - make_interval(days => {value})")
def _days(value: Any, _kind: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 36_500:
        raise CriteriaError(f"a whole number of days is wanted, not {value!r}")
    return int(value)


@_operator("is_known", "*", "coalesce({column}::text, '') not in ('', '{{}}') = {value}")
def _known(value: Any, _kind: str) -> bool:
    if not isinstance(value, bool):
        raise CriteriaError(f"true or false is wanted, not {value!r}")
    return value


@_operator(
    "is_member_of",
    "list",
    "exists (select from app.list_members as member where member.organization_id = %(organization_id)s"
    " and member.lead_id = {column} and member.list_id = any ({value}))",
)
def _lists(value: Any, _kind: str) -> list[Any]:
    return _several(value, "id")


def compile_criteria(criteria: Any, prefix: str = "segment") -> Condition:
    """The condition of a rule, over the aliases `lead` (app.leads) and `facts` (app.lead_facts).

    It wants the parameter `organization_id` beside its own, whose names begin with `prefix`. Empty criteria hold for
    every lead.

    Raises:
        CriteriaError: an unknown field or operator, a value of another kind, too deep or too long a rule.
    """
    parameters: Parameters = {}
    names = (f"{prefix}_{number}" for number in range(MOST_CONDITIONS))
    if criteria == {}:
        return Condition(sql.SQL("true"), parameters)
    return Condition(_compile(criteria, names, parameters, "criteria", 1), parameters)


def _compile(node: Any, names: Iterator[str], parameters: Parameters, where: str, depth: int) -> sql.Composable:
    if not isinstance(node, dict):
        raise CriteriaError(f"{where}: an object is wanted, not {node!r}")
    if depth > DEEPEST:
        raise CriteriaError(f"{where}: the rule is more than {DEEPEST} levels deep")
    for word, joint in (("all", " and "), ("any", " or ")):
        if set(node) == {word}:
            parts = node[word]
            if not isinstance(parts, list) or not parts:
                raise CriteriaError(f"{where}.{word}: a list with at least one condition is wanted")
            compiled = [
                _compile(part, names, parameters, f"{where}.{word}[{number}]", depth + 1)
                for number, part in enumerate(parts)
            ]
            return sql.SQL("({})").format(sql.SQL(joint).join(compiled))
    if set(node) == {"not"}:
        return sql.SQL("(({}) is not true)").format(_compile(node["not"], names, parameters, f"{where}.not", depth + 1))
    return _compile_condition(node, names, parameters, where)


def _compile_condition(
    node: dict[str, Any], names: Iterator[str], parameters: Parameters, where: str
) -> sql.Composable:
    name = node.get("field")
    operators = sorted(set(node) - {"field"})
    if not isinstance(name, str) or len(operators) != 1:
        raise CriteriaError(f'{where}: a condition is {{"field": …, operator: value}}, or all, any, not')
    operator = operators[0]
    parameter = next(names, None)
    if parameter is None:
        raise CriteriaError(f"the rule has more than {MOST_CONDITIONS} conditions")
    column, kind = _column(name, parameter, parameters, where)
    if operator not in OPERATORS or kind not in OPERATORS[operator][0]:
        fitting = ", ".join(each for each, (kinds, _, _) in OPERATORS.items() if kind in kinds)
        raise CriteriaError(f"{where}: {name} has no operator {operator!r}. It has: {fitting}.")
    _, text, check = OPERATORS[operator]
    try:
        parameters[parameter] = check(node[operator], kind)
    except CriteriaError as error:
        raise CriteriaError(f"{where}: {name} {operator}: {error}") from None
    return text.format(column=column, value=_placeholder(parameter, operator, kind))


def _column(name: str, parameter: str, parameters: Parameters, where: str) -> tuple[sql.Composable, str]:
    if name.startswith(CUSTOM) and 1 <= len(name) - len(CUSTOM) <= 100:
        parameters[f"{parameter}_key"] = name.removeprefix(CUSTOM)
        return sql.SQL("(lead.custom_fields ->> {})").format(sql.Placeholder(f"{parameter}_key")), "text"
    if name not in FIELDS:
        raise CriteriaError(f"{where}: leads have no field {name!r}. They have: {', '.join(FIELDS)}, {CUSTOM}<name>.")
    return FIELDS[name].column, FIELDS[name].kind


def _placeholder(parameter: str, operator: str, kind: str) -> sql.Composable:
    one = {"id": "uuid", "number": "numeric", "time": "timestamptz", "list": "uuid", "status": "app.lead_status"}.get(
        kind, "text"
    )
    own = {"within_days": "integer", "before_days": "integer", "is_known": "boolean"}
    is_list = operator in {"is_one_of", "is_none_of", "has_any", "has_all", "has_none", "is_member_of"}
    cast = own.get(operator) or (f"{one}[]" if is_list else one)
    return sql.SQL("{}::{}").format(sql.Placeholder(parameter), sql.SQL(cast))


def _typed(value: Any, kind: str) -> Any:
    try:
        if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if kind == "id" and isinstance(value, str | UUID):
            return UUID(str(value))
        if kind == "time" and isinstance(value, str):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment
        if kind == "status" and value in get_args(LeadStatus):
            return value
        if kind in {"word", "text"} and isinstance(value, str) and len(value) <= 500 and "\0" not in value:
            return value
    except ValueError:
        pass
    wanted = {
        "number": "a number",
        "id": "an id",
        "time": "a time with its zone (ISO 8601)",
        "status": f"a status ({', '.join(get_args(LeadStatus))})",
    }.get(kind, "a text")
    raise CriteriaError(f"{wanted} is wanted, not {value!r}")


def _escaped(value: Any) -> str:
    return str(_typed(value, "text")).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
