"""Templates of mail: values, conditions and a few filters of Jinja, nothing that computes.

Whoever writes a template is a customer of the platform, not its operator. A list of what is allowed, checked on the
syntax tree, leaves nothing to escape with and nothing to exhaust memory with (loops, calls, ``*``, ``range``); the
sandbox stands behind it. A value that is not known is an error and never an empty space in somebody's mail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST_SOURCE = 20_000
LONGEST_SUBJECT = 200
FILTERS = frozenset({"capitalize", "d", "default", "first", "last", "length", "lower", "title", "trim", "upper"})
TESTS = frozenset({"defined", "undefined"})
ROOTS = frozenset({"campaign", "company", "organization", "person", "postal_address", "sender", "unsubscribe_url"})
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const, nodes.Filter, nodes.Test,
    nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BODY_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")

Values = Mapping[str, Mapping[str, str] | str]


class TemplateError(ValueError):
    """The template uses what templates may not use, or is no Jinja; the message names the line and what is allowed."""


class TemplateValueError(LookupError):
    """A value that the template names is not known of this recipient."""


@dataclass(frozen=True)
class MessageTemplate:
    """A step's subject and body, compiled."""

    subject: Template
    body: Template

    @classmethod
    def compile(cls, subject: str, body: str) -> MessageTemplate:
        """Raises TemplateError."""
        return cls(_compile("subject", subject), _compile("body", body))

    def render(self, values: Values) -> tuple[str, str]:
        """Subject and body. The subject is one line without control characters, whatever the values hold.

        Raises:
            TemplateValueError: a value is missing, or the subject is empty or over 200 characters.
        """
        try:
            subject, body = self.subject.render(values), self.body.render(values)
        except UndefinedError as error:
            raise TemplateValueError(str(error).replace("'dict object'", "the recipient")) from error
        subject = " ".join(_CONTROL.sub(" ", subject).split())
        if not subject or len(subject) > LONGEST_SUBJECT:
            raise TemplateValueError(f"the subject has {len(subject)} characters, 1 to {LONGEST_SUBJECT} are allowed")
        return subject, _BODY_CONTROL.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))


def message_values(recipient: Mapping[str, Any], sending: Mapping[str, Any], unsubscribe_url: str) -> Values:
    """What a template may name, from rows of the snapshot's member and of the campaign; unknown values are left out."""
    return {
        "person": _known(
            full_name=recipient["full_name"], title=recipient["title"], email=recipient["email_normalized"]
        ),
        "company": _known(name=recipient["company_name"], country_code=recipient["country_code"]),
        "sender": _known(name=sending["from_name"], email=sending["from_email"]),
        "organization": _known(name=sending["organization_name"]),
        "campaign": _known(name=sending["campaign_name"]),
        "postal_address": sending["postal_address"] or "",
        "unsubscribe_url": unsubscribe_url,
    }


def _known(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


def _compile(part: str, source: str) -> Template:
    if len(source) > LONGEST_SOURCE:
        raise TemplateError(f"the {part} has {len(source)} characters, {LONGEST_SOURCE} are allowed")
    environment = _environment()
    try:
        tree = environment.parse(source)
        _check(part, tree)
        return environment.from_string(tree)
    except (TemplateSyntaxError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise TemplateError(f"the {part}, line {line or '?'}: {error}") from error


def _check(part: str, node: nodes.Node) -> None:
    for child in [node, *node.find_all(nodes.Node)]:
        name = _refused(child)
        if name:
            raise TemplateError(
                f"the {part}, line {child.lineno or '?'}: {name} is not allowed. A template holds values "
                f"({', '.join(sorted(ROOTS))}), conditions, and the filters {', '.join(sorted(FILTERS))}."
            )


def _refused(node: nodes.Node) -> str | None:
    """What is wrong with one node, in words."""
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"the filter {node.name}"
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return f"the test {node.name}"
    if isinstance(node, nodes.Name) and (node.ctx != "load" or node.name not in ROOTS):
        return f"the name {node.name}"
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return f"the name {node.attr}"
    return None if isinstance(node, _ALLOWED) else type(node).__name__.lower()
