"""`leadhouse verification`: how likely addresses bounce, how true that was, and the next version of the table."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.output import Commands, JsonFile, examples, write_json

app = typer.Typer(no_args_is_help=True, cls=Commands, help="Check addresses, and see how true the checks were.")
Days = Annotated[int, typer.Option(min=1, help="Messages of the last so many days.")]


@app.command("check", epilog=examples("verification check eva@firma.example info@firma.example"))
def check(emails: Annotated[list[str], typer.Argument(help="Addresses.")], json_file: JsonFile = None) -> None:
    """Check addresses now; nothing is kept. Mail servers are asked only through LEADHOUSE_SMTP_PROBE_HOST."""
    from leadhouse.enrichment.email_checks import check_addresses

    with clear_failures():
        found = check_addresses([email.strip().lower() for email in emails])
    if not write_json(json_file, [asdict(each) for each in found]):
        for each in found:
            bounces = f"{each.bounce_probability:.1%}" if each.bounce_probability is not None else "?"
            typer.echo(
                f"{each.email_normalized}: {each.status} ({each.reason or 'nothing unusual'}), bounces {bounces}"
            )


@app.command("reliability", epilog=examples("verification reliability --days 90"))
def reliability(days: Days = 365, json_file: JsonFile = None) -> None:
    """Compare what the table said with what happened."""
    from leadhouse.enrichment.bounce_model import load_model, measure
    from leadhouse.enrichment.email_checks import count_outcomes
    from leadhouse.settings import settings

    with clear_failures():
        model = load_model(settings().bounce_model)
        found = measure(model, count_outcomes(days))
    if write_json(json_file, {"version": model.version, "days": days, **asdict(found)}):
        return
    typer.echo(f"table {model.version}: {found.messages} messages in {days} days")
    if found.messages:
        typer.echo(f"Brier score {found.brier}, calibration error {found.calibration_error} (0 is best)")
    for name, (stated, observed, messages) in found.by_class.items():
        typer.echo(f"  {name:12} stated {stated:.4f}  observed {observed:.4f}  of {messages}")


@app.command("calibrate", epilog=examples("verification calibrate --out bounces.toml --days 180"))
def calibrate(
    out: Annotated[Path, typer.Option(help="Where the next version goes; name it by LEADHOUSE_BOUNCE_MODEL.")],
    days: Days = 365,
) -> None:
    """Write the next version of the table, with the outcomes of the last days."""
    from leadhouse.enrichment.bounce_model import as_toml, load_model, measure
    from leadhouse.enrichment.bounce_model import calibrate as calibrated
    from leadhouse.enrichment.email_checks import count_outcomes
    from leadhouse.settings import settings

    with clear_failures():
        former, outcomes = load_model(settings().bounce_model), count_outcomes(days)
        model = calibrated(former, outcomes)
        out.write_text(as_toml(model), encoding="utf-8")
        before, after = measure(former, outcomes), measure(model, outcomes)
    typer.echo(f"version {model.version} in {out}: {after.messages} messages")
    if after.messages:
        typer.echo(f"calibration error {before.calibration_error} → {after.calibration_error} on the same messages")


@app.command(
    "fit",
    epilog=examples("verification fit --out bounces.toml", "verification fit --outcomes sent.csv --out bounces.toml"),
)
def fit_table(
    out: Annotated[Path, typer.Option(help="Where the next version goes; name it by LEADHOUSE_BOUNCE_MODEL.")],
    days: Days = 365,
    outcomes: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CSV with columns email, bounced (0 or 1) instead.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, max=20)] = 5,
) -> None:
    """Fit the table to your own bounces, and say whether it forecasts better on domains that it has not seen."""
    from leadhouse.enrichment.bounce_fit import fit
    from leadhouse.enrichment.bounce_model import as_toml, load_model
    from leadhouse.enrichment.email_checks import count_outcomes_by_domain, read_outcomes
    from leadhouse.settings import settings

    with clear_failures():
        sent = read_outcomes(_read_sent(outcomes)) if outcomes else count_outcomes_by_domain(days)
        found = fit(load_model(settings().bounce_model), sent, folds)
        out.write_text(as_toml(found.model), encoding="utf-8")
    typer.echo(
        f"{found.messages} messages to {found.domains} domains, {found.bounced} bounced; {folds} folds by domain"
    )
    for name, each in (("former table", found.before), (f"version {found.model.version}", found.fitted)):
        typer.echo(f"  {name:14} Brier score {each.brier}, log loss {each.log_loss} (0 is best)")
    typer.echo(f"on domains it was not fitted to: calibration error {found.calibration_error} (0 is best)")
    for name, (stated, observed, messages) in found.unseen.items():
        typer.echo(f"  {name:12} stated {stated:.4f}  observed {observed:.4f}  of {messages}")
    verdict = "beats the former table" if found.is_better else "does not beat the former table by more than chance"
    typer.echo(f"{verdict}: {found.gain:+.5f} ± {found.gain_error:.5f} log loss a message; written to {out}")


@app.command(
    "bounces",
    epilog=examples(
        "verification bounces returned_mail", "verification bounces inbox.mbox --organization nordlicht --land --json"
    ),
)
def bounces(
    path: Annotated[Path, typer.Argument(exists=True, help="A mail, a folder of mails, or an mbox.")],
    organization: Annotated[
        str | None, typer.Option(help="Slug or id of whose mail came back; may be left out where there is one.")
    ] = None,
    land: Annotated[
        bool, typer.Option("--land", help="Land them as reports: what nobody is at is suppressed. Else only shown.")
    ] = False,
    json_file: JsonFile = None,
) -> None:
    """Read returned mail: whom it names, why it came back, and whether anybody is at the address."""
    from leadhouse.commands.organizations import only_organization
    from leadhouse.commands.output import print_table
    from leadhouse.delivery.bounce_mails import read_bounces
    from leadhouse.delivery.returned_mail import as_shown, land_bounce, read_mails

    told: dict[str, list[dict[str, object]]] = {}
    with clear_failures():
        owner = only_organization(organization) if land else None
        for name, raw in read_mails(path):
            told[name] = []
            for each in read_bounces(raw):
                outcome = (land_bounce(owner, each) or "says nothing") if owner else "not landed"
                told[name].append(as_shown(each) | {"outcome": outcome})
    if write_json(json_file, told):
        return
    shown = ("recipient", "kind", "reason", "reason_class", "dsn", "is_hard", "outcome")
    rows = ((name, *(str(row[key] if row[key] is not None else "-") for key in shown)) for name, found in told.items()
            for row in found)  # fmt: skip
    heads = ("mail", "recipient", "kind", "reason", "class", "status", "nobody there", "outcome")
    print_table(heads, rows, whole=("mail",))
    empty = sum(1 for found in told.values() if not found)
    typer.echo(f"{len(told)} mails, {empty} of them no report")


def _read_sent(path: Path) -> list[tuple[str, bool]]:
    import csv

    from leadhouse.enrichment.bounce_fit import OutcomesError

    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"email", "bounced"} <= rows[0].keys():
        raise OutcomesError(f"{path} needs the columns email and bounced (0 or 1).")
    if wrong := sorted({row["bounced"] for row in rows} - {"0", "1"})[:3]:
        raise OutcomesError(f"{path}: bounced is 0 or 1, not {', '.join(map(repr, wrong))}.")
    return [(row["email"].strip().lower(), row["bounced"] == "1") for row in rows]
