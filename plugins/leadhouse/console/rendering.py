"""Pages from templates: escaped, without scripts, readable in the Airflow UI's frame and alone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadhouse.console.plots import LEGEND, bar_pairs, bars, columns, marks
from leadhouse.console.rule_words import told_rule
from leadhouse.console.stage_words import figures_of, plain_name

# No script, no other host; shown in a frame by the Airflow UI of the same origin alone.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # to nobody else; without any a form of ours would name no origin of its own
    "Cache-Control": "no-store",
}
DASH = "–"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("leadhouse.console"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(
        number=show_number, seconds=show_seconds, euro=show_euro, moment=show_moment, words=show_words,
        change=show_change, share=show_share,
    )  # fmt: skip
    environment.globals.update(
        bar_pairs=bar_pairs, figures_of=figures_of, bars_of=bars, columns_of=columns, marks_of=marks,
        legend=LEGEND, told_rule=told_rule,
    )  # fmt: skip
    return environment


def render_page(template: str, **values: Any) -> str:
    """The HTML of a template; a missing value is an error, never an empty place."""
    return _environment().get_template(template).render(**values)


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """The pages' only style sheet."""
    return files("leadhouse.console").joinpath("templates/console.css").read_text("utf-8")


def show_number(value: float | None) -> str:
    """Thousands separated; a dash for nothing."""
    if value is None:
        return DASH
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def show_seconds(value: float | None) -> str:
    """Seconds below two minutes, else minutes and seconds."""
    if value is None:
        return DASH
    return f"{value:.1f} s" if value < 120 else f"{int(value) // 60} min {int(value) % 60:02} s"


def show_euro(value: float | None) -> str:
    """An amount in cents, with two more digits where a small one needs them."""
    if value is None:
        return DASH
    cents = f"{value:,.2f}"
    return f"€ {cents}" if abs(value) >= 1 or float(cents) == round(float(value), 4) else f"€ {value:,.4f}"


def show_share(part: float | None, whole: float | None = 1) -> str:
    """A share of a whole: ``81 %``; a dash where there is no whole."""
    return f"{100 * part / whole:.0f} %" if whole and part is not None else DASH


def show_moment(value: datetime | str | None) -> str:
    """Date and time in UTC, to the second."""
    if value is None:
        return DASH
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def show_words(value: object) -> str:
    """A name of the database as words: ``not_modified`` → ``not modified``, ``phone_e164`` → ``phone``."""
    return plain_name(str(value))


def show_change(now: float, before: float | None) -> str:
    """How a figure differs from the one before: ``+12``, ``−3``, ``=``; a dash when there is none before."""
    if before is None:
        return DASH
    difference = now - before
    if abs(difference) < 0.005:
        return "="
    return f"{'+' if difference > 0 else '−'}{show_number(abs(round(difference, 2)))}"
