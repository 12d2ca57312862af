"""`leadhouse erase-person`, `export-person`, `close-organization`, `leadhouse privacy`: personal data on request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from leadhouse.commands.output import Output

if TYPE_CHECKING:
    from leadhouse.privacy.certificates import Certificate
    from leadhouse.privacy.erasures import PersonRequest

app = typer.Typer(no_args_is_help=True, help="Go on with what waits to be erased, and erase again after a restore.")
console = Output()
errors = Console(stderr=True, highlight=False, soft_wrap=True)

Emails = Annotated[list[str] | None, typer.Option("--email", help="An e-mail address; may be repeated.")]
Phones = Annotated[list[str] | None, typer.Option("--phone", help="A phone number with its country's prefix.")]
Names = Annotated[
    list[str] | None, typer.Option("--name", help='"Full Name @ company domain or name"; a name alone is many people.')
]
Profiles = Annotated[list[str] | None, typer.Option("--profile", help="URL of a profile.")]
Entities = Annotated[list[UUID] | None, typer.Option("--entity", help="The person's id.")]
By = Annotated[str, typer.Option("--requested-by", help="Who asked, as a role or a ticket's number; never a name.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the certificate to this file.")]


@contextmanager
def _clear_failures() -> Iterator[None]:
    from leadhouse.database import DatabaseError
    from leadhouse.privacy.erasures import ErasureError
    from leadhouse.transform.dbt_project import DbtError

    try:
        yield
    except (DatabaseError, ErasureError, DbtError, FileExistsError, RuntimeError) as error:
        errors.print(f"[red]leadhouse:[/red] {escape(str(error))}")
        raise typer.Exit(1) from None  # a traceback would show the request


def erase_person(
    email: Emails = None,
    phone: Phones = None,
    name: Names = None,
    profile: Profiles = None,
    entity: Entities = None,
    requested_by: By = "the person",
    later: Annotated[bool, typer.Option(help="Only write it down; the DAG erase_person carries it out.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Erase a person everywhere, keep them out, and print the certificate."""
    from leadhouse.privacy import erasing

    with _clear_failures():
        request = _request(email, phone, name, profile, entity, requested_by)
        erasure_id = erasing.request_erasure(request)
        if later:
            console.print(str(erasure_id))
            return
        _show(erasing.resume(erasure_id, _run_id(), airflow=_airflow()), json_file)


def export_person(
    target: Annotated[Path, typer.Argument(help="A folder to make, or a file that ends in .zip.")],
    email: Emails = None,
    phone: Phones = None,
    name: Names = None,
    profile: Profiles = None,
    entity: Entities = None,
    requested_by: By = "the person",
) -> None:
    """Write everything that is held about a person into a folder or zip, to be handed to them."""
    from leadhouse.privacy.exporting import export_person as export
    from leadhouse.privacy.exporting import write_export

    with _clear_failures():
        content = export(_request(email, phone, name, profile, entity, requested_by))
        path = write_export(content, target)
    rows = sum(map(len, content["records"].values()))
    console.print(f"{rows} rows of {len(content['records'])} tables: {path}", markup=False, soft_wrap=True)


def close_organization(
    slug: Annotated[str, typer.Option(help="Slug of the organization.")],
    requested_by: By = "its administrator",
    grace_days: Annotated[int, typer.Option(min=0, help="Days until its rows are deleted.")] = 30,
    now: Annotated[bool, typer.Option("--now", help="Delete at once.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take the closing back.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Close an organization: nobody works in it any more, and after a time of grace nothing of it is left."""
    from leadhouse.privacy import closing

    with _clear_failures():
        if cancel:
            console.print("open again" if closing.cancel_closing(slug) else "no closing was requested")
            return
        if now and not yes:
            typer.confirm(f"Delete everything of {slug!r} now? It cannot be brought back.", abort=True)
        erasure_id, due_at = closing.request_closing(slug, requested_by, grace_days)
        if now:
            _show(closing.close_now(erasure_id), json_file)
        else:
            console.print(f"closed; deleted after {due_at:%Y-%m-%d %H:%M} UTC, by `leadhouse privacy run`")


@app.command()
def run() -> None:
    """Go on with erasures that were begun, close organizations that are due, overwrite pages that are noted."""
    from leadhouse.privacy import closing, erasing, pages

    with _clear_failures():
        console.print(f"pages overwritten: {pages.erase_pages_due()}")
        for erasure_id in erasing.open_erasures():
            _show(erasing.resume(erasure_id, _run_id(), airflow=_airflow()), None)
        for certificate in closing.close_due():
            _show(certificate, None)


@app.command()
def reapply() -> None:
    """After a restore of a backup: erase again whoever was erased since it was made."""
    from leadhouse.privacy import reapplying

    with _clear_failures():
        certificates = reapplying.reapply(_run_id(), airflow=_airflow())
    for certificate in certificates:
        _show(certificate, None)
    if not certificates:
        console.print("nobody who was erased is in the database")


def register(target: typer.Typer) -> None:
    """Add the commands of this file to the program's."""
    target.command("erase-person")(erase_person)
    target.command("export-person")(export_person)
    target.command("close-organization")(close_organization)
    target.add_typer(app, name="privacy")


def _request(
    emails: list[str] | None,
    phones: list[str] | None,
    names: list[str] | None,
    profiles: list[str] | None,
    entities: list[UUID] | None,
    requested_by: str,
) -> PersonRequest:
    from leadhouse.privacy.erasures import PersonRequest

    pairs = [each.rpartition("@") for each in names or []]
    return PersonRequest(
        emails=tuple(emails or ()),
        phones=tuple(phones or ()),
        names=tuple((name.strip(), company.strip()) for name, _, company in pairs),
        social_urls=tuple(profiles or ()),
        entity_ids=tuple(entities or ()),
        requested_by=requested_by,
    )


def _airflow() -> Any:
    """Opens Airflow's own database where this home has one: an administrator's connection."""
    from leadhouse.database import admin_to
    from leadhouse.database.provisioning import url_with
    from leadhouse.local.airflow_stack import DATABASE_SUFFIX
    from leadhouse.settings import settings

    url = settings().database_admin_url
    if url is None:
        return None
    with admin_to(url.get_secret_value()) as connection:
        name = connection.info.dbname + DATABASE_SUFFIX
        if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
            return None
    return lambda: admin_to(url_with(url.get_secret_value(), database=name))


def _show(certificate: Certificate, json_file: Path | None) -> None:
    console.print(certificate.text, markup=False, soft_wrap=True)
    if json_file is not None:
        json_file.write_text(json.dumps(certificate.content, indent=1) + "\n")


def _run_id() -> str:
    return f"cli__{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
