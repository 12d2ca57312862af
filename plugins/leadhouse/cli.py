"""`leadhouse`: the same work as the DAGs', by hand, and the stack of one machine.

Heavy imports stand inside the commands: `leadhouse --help` answers at once. Exit codes: 0 done, 1 a clear failure whose
message says what to do, 2 a wrong call.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape

from leadhouse.commands import (
    accounts,
    analyst,
    api,
    backups,
    billing,
    campaigns,
    credentials,
    dedupe,
    explain,
    imports,
    matches,
    mcp,
    migrate,
    privacy,
    replay,
    reports,
    searches,
    sources,
    verification,
    waterfall,
)
from leadhouse.commands.failures import clear_failures
from leadhouse.commands.output import STANDARD_OUTPUT, Commands, JsonFile, Output, write_json
from leadhouse.settings import settings

app = typer.Typer(
    no_args_is_help=True, cls=Commands, add_completion=False, rich_markup_mode=None,
    help="Find companies and people, make leads of them, and work them.",
)  # fmt: skip
demo_app = typer.Typer(
    no_args_is_help=True, cls=Commands, help="Run the demo world: seeded companies on loopback, with known truth."
)
app.add_typer(campaigns.app, name="campaign")
app.add_typer(migrate.app, name="migrate")
app.command("api")(api.serve)
app.command("mcp")(mcp.serve)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("replay", epilog=replay.EXAMPLES)(replay.replay)
app.command("explain")(explain.explain)
app.add_typer(reports.app, name="report")
app.add_typer(accounts.app, name="accounts")
app.add_typer(analyst.app, name="analyst")
app.add_typer(billing.app, name="billing")
app.add_typer(credentials.app, name="secrets")
app.add_typer(matches.app, name="matches")
app.add_typer(verification.app, name="verification")
app.add_typer(searches.app, name="searches")
app.add_typer(sources.app, name="sources")
app.add_typer(waterfall.app, name="waterfall")
privacy.register(app)
dedupe.register(app)
imports.register(app)
app.add_typer(demo_app, name="demo")

console = Output()
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"leadhouse {version('leadhouse')}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Find companies and people, make leads of them, and work them."""


@app.command()
def up() -> None:
    """Start Postgres, migrate, start Airflow and the dispatcher."""
    from leadhouse.local import stack

    with clear_failures():
        with console.status("starting") as spinner:
            stack.up(lambda step: spinner.update(f"starting: {step}"))
        status()


@app.command()
def down() -> None:
    """Stop everything that `up` or the demo started; data stay."""
    from leadhouse.local import stack

    with clear_failures(), console.status("stopping") as spinner:
        _demo("stop")
        stack.down(lambda step: spinner.update(f"stopping: {step}"))
    console.print("stopped")


@app.command()
def status(json_file: JsonFile = None) -> None:
    """Show what runs, and its addresses: a database URL of a role under policies, the Airflow UI, the email sink."""
    from leadhouse.local.addresses import addresses

    found = addresses()
    running = dict.copy(found["running"]) if isinstance(found["running"], dict) else {}
    if write_json(json_file, found):
        return
    for part, runs in running.items():
        console.print(f"{part:20} {'runs' if runs else 'down'}", markup=False)
    for name, value in found.items():
        if name != "running":
            console.print(f"{name:20} {value if value is not None else '-'}", markup=False, soft_wrap=True)
    if down := [part for part, runs in running.items() if not runs]:
        errors.print(f"Down: {' and '.join(down)}; the addresses answer when they run. Start them with `leadhouse up`,")
        errors.print("or with `make demo`, which runs a night of the demo world too.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def airflow(context: typer.Context) -> None:
    """Run any Airflow command in this stack's environment, e.g. `leadhouse airflow dags list`."""
    import os

    from leadhouse.local import airflow_stack

    with clear_failures():
        environment = airflow_stack.environment()
    os.execve(sys.executable, [sys.executable, "-m", "airflow", *context.args], environment)  # noqa: S606  becomes it


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def dbt(context: typer.Context) -> None:
    """Run any dbt command on the marts' project, in schemas of its own, e.g. `leadhouse dbt build -s dim_leads`."""
    import os

    from leadhouse.transform import dbt_project

    with clear_failures():
        environment = dbt_project.environment()
    program = "from dbt.cli.main import cli; cli()"  # as the script `dbt` does it; `-m` would import it twice
    os.execve(sys.executable, [sys.executable, "-c", program, *context.args], environment)  # noqa: S606  becomes it


@app.command()
def crawl(
    urls: Annotated[list[str] | None, typer.Argument(help="Start pages.")] = None,
    hosts: Annotated[
        Path | None, typer.Option(exists=True, help="File of hosts or URLs: lines, or a JSON object or list.")
    ] = None,
    proxy: Annotated[str | None, typer.Option(help="HTTP forward proxy that all requests go through.")] = None,
    pages: Annotated[int, typer.Option(min=1, help="Pages a site at most.")] = 40,
    delay: Annotated[float | None, typer.Option(min=0, help="Seconds between two requests to a host.")] = None,
    json_file: JsonFile = None,
) -> None:
    """Crawl sites now, without Airflow and database, and print what was found."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from scrapers.crawl_now import crawl_now, read_hosts

    targets = [*(urls or []), *(read_hosts(hosts) if hosts else [])]
    if not targets:
        raise typer.BadParameter("name at least one URL, or a file of hosts with --hosts")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("sites", total=len(targets))
        found = crawl_now(
            targets,
            proxy=proxy,
            pages=pages,
            delay=delay,
            on_progress=lambda done: progress.update(task, completed=done),
        )
    outcomes = {host: facts.pop("crawl", {}) for host, facts in found.items()}
    write_json(json_file or STANDARD_OUTPUT, found)
    named = sum(bool(facts["names"]) for facts in found.values())
    place = f", in {json_file}" if json_file and json_file != STANDARD_OUTPUT else ""
    errors.print(f"{len(found)} hosts, {named} with a name{place}")
    for host, outcome in outcomes.items():
        if outcome.get("outcome") != "fetched":
            errors.print(
                f"  {host}: {outcome.get('outcome')} ({outcome.get('reason') or 'no reason given'})", markup=False
            )


@app.command()
def doctor(json_file: JsonFile = None) -> None:
    """Check the set-up: what is wrong, and what to do about it. Exit code 1: something is."""
    from dataclasses import asdict

    from leadhouse.local.checks import all_checks

    found = list(all_checks())
    if not write_json(json_file, [asdict(each) for each in found]):
        for check in found:
            colour = {"right": "green", "wrong": "red", "off": "yellow"}[check.state]
            console.print(f"[{colour}]{check.state:6}[/{colour}] {check.name}: {escape(check.finding)}", soft_wrap=True)
            if check.remedy:
                console.print(f"       {escape(check.remedy)}", soft_wrap=True)
    raise typer.Exit(1 if any(check.state == "wrong" for check in found) else 0)


@app.command()
def docs(
    check: Annotated[bool, typer.Option(help="Change nothing; fail when a generated page is out of date.")] = False,
) -> None:
    """Write the generated pages: DAGs, data dictionary and schema map."""
    from leadhouse.local.generated_pages import out_of_date, write_pages

    stale = out_of_date() if check else write_pages()
    for path in stale:
        console.print(f"{'out of date' if check else 'written'}: {path.relative_to(settings().project)}")
    if check and stale:
        errors.print("Run `make docs` and commit the pages.")
        raise typer.Exit(1)


def _demo(command: Literal["night", "advance", "score", "stop", "remove"], *arguments: str) -> int:
    """The demo is beside the product, not in it: it runs as a program of its own from the checkout."""
    call = [sys.executable, "-m", "demo", command, *arguments]
    return subprocess.run(call, cwd=settings().project, check=False).returncode


@demo_app.command("night")
def demo_night(
    companies: Annotated[int, typer.Option(min=2, help="Companies of the world, on the first night.")] = 20,
    seed: Annotated[int, typer.Option(help="Seed of the world, on the first night.")] = 7,
) -> None:
    """Run a night through the whole platform; the first call makes the world, each later one is the next night."""
    raise typer.Exit(_demo("night", "--companies", str(companies), "--seed", str(seed)))


@demo_app.command("advance")
def demo_advance(days: Annotated[int, typer.Option(min=1)] = 1) -> None:
    """Let the world live on for some days, a night each."""
    raise typer.Exit(_demo("advance", "--days", str(days)))


@demo_app.command("score")
def demo_score(json_file: JsonFile = None) -> None:
    """Score the marts against the world's truth: precision and recall."""
    raise typer.Exit(_demo("score", *(["--json", str(json_file)] if json_file else [])))


@demo_app.command("remove")
def demo_remove(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop everything and delete the embedded database, archive and demo world of this home."""
    if not yes:
        typer.confirm(f"Delete all data in {settings().home}?", abort=True)
    raise typer.Exit(_demo("remove"))


if __name__ == "__main__":
    app()
