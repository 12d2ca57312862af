"""`leadhouse waterfall`: who is asked for money, in which order, at what price; what another order would have done."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

import typer

from leadhouse.commands.failures import clear_failures
from leadhouse.commands.organizations import only_organization, organization_of
from leadhouse.commands.output import Commands, JsonFile, Output, examples, print_table, write_json

app = typer.Typer(
    no_args_is_help=True, cls=Commands, help="Order and price paid providers, and see what they were worth."
)
console = Output()
Organization = Annotated[
    str | None, typer.Option(help="Slug or id of the organization; may be left out where there is one.")
]
OwnerOrAll = Annotated[str | None, typer.Option("--organization", help="Slug or id; left out: everyone's.")]


@app.command(epilog=examples("waterfall show", "waterfall show --organization nordlicht"))
def show(organization: OwnerOrAll = None, json_file: JsonFile = None) -> None:
    """Show who is asked for which attribute, in which order and at what price."""
    from leadhouse.database import connect
    from leadhouse.enrichment.providers import list_steps

    with clear_failures(), connect("enrichment") as connection:
        steps = list_steps(connection, organization_of(organization) if organization else None)
    if write_json(json_file, [asdict(each) for each in steps]):
        return
    if not steps:
        console.print("Nobody is asked for anything: no order is set. Set one with `leadhouse waterfall order`.")
        return
    rows = (
        (each.wanted, str(each.position), each.provider, f"{each.price.price_eur:f}", each.price.charges,
         f"{each.least_confidence:.2f}", f"{each.cached_days} days")
        for each in steps
    )  # fmt: skip
    columns = ("attribute", "position", "provider", "EUR", "charges for", "good from", "kept for")
    print_table(columns, rows, whole=("attribute", "provider"))


@app.command(
    epilog=examples(
        "waterfall provider mailscout --url https://api.mailscout.example --secret mailscout --price person.email=0.08",
        "waterfall provider mailscout --url https://api.mailscout.example --price person.email=0.08 --inactive",
    )
)
def provider(
    name: Annotated[str, typer.Argument(help="A lower-case word; its source is provider/<name>.")],
    url: Annotated[str, typer.Option(help="Address of its interface.")],
    price: Annotated[
        list[str],
        typer.Option(help="What it answers, in EUR: person.email=0.05, or =0.05/call if a miss costs."),
    ],
    api: Annotated[str, typer.Option(help="The interface it speaks.")] = "person_email",
    secret: Annotated[str | None, typer.Option(help="Name of its stored key, of kind provider.")] = None,
    organization: OwnerOrAll = None,
    is_active: Annotated[bool, typer.Option("--active/--inactive", help="Whether it is asked.")] = True,
) -> None:
    """Write a provider, or change the one of that name."""
    from leadhouse.credentials import list_secrets
    from leadhouse.database import connect
    from leadhouse.enrichment.providers import put_provider

    prices = dict(_price(each) for each in price)
    with clear_failures():
        owner = organization_of(organization) if organization else None
        secret_id = None
        if secret is not None:
            with connect("credentials") as connection:
                known = {
                    each.name: each.secret_id for each in list_secrets(connection, owner) if each.kind == "provider"
                }
            if secret not in known:
                raise typer.BadParameter(
                    f"there is no secret {secret!r} of kind provider; there are: {', '.join(known)}"
                )
            secret_id = known[secret]
        with connect("enrichment") as connection:
            put_provider(connection, owner, name, api, url, prices, secret_id=secret_id, is_active=is_active)
    console.print(f"{name}: {', '.join(price)}; {'asked' if is_active else 'not asked'}")


@app.command(epilog=examples("waterfall order person.email mailscout,dossier --good-from 0.6 --organization nordlicht"))
def order(
    attribute: Annotated[str, typer.Argument(help="person.email, person.phone_e164, company.domain …")],
    providers: Annotated[str, typer.Argument(help="Names in order, comma-separated.")],
    organization: OwnerOrAll = None,
    good_from: Annotated[float, typer.Option(min=0, max=1, help="A hit of less confidence is no end.")] = 0.0,
    kept_days: Annotated[int, typer.Option(min=0, help="An answer serves so long for nothing.")] = 30,
    go_on_after_unknown: Annotated[
        bool, typer.Option("--go-on-after-unknown", help="Pay the next although an answer was lost and may be charged.")
    ] = False,
) -> None:
    """Say who is asked for an attribute, in which order."""
    from leadhouse.database import connect
    from leadhouse.enrichment.providers import put_waterfall

    with clear_failures(), connect("enrichment") as connection:
        put_waterfall(
            connection, organization_of(organization) if organization else None, attribute,
            [each.strip() for each in providers.split(",") if each.strip()], least_confidence=good_from,
            cached_days=kept_days, goes_on_after_unknown=go_on_after_unknown,
        )  # fmt: skip
    show(organization)


@app.command(epilog=examples("waterfall price --organization nordlicht"))
def price(organization: Organization = None, json_file: JsonFile = None) -> None:
    """Price everything that is wanted now and missing; asks nobody."""
    from leadhouse.enrichment.waterfall_price import price_waterfall

    with clear_failures():
        found = price_waterfall(only_organization(organization), datetime.now(UTC).date())
    if write_json(json_file, found.as_json()):
        return
    rows = []
    for each in found.attributes:
        names = ", ".join(step.provider for step in each.steps)
        expected = "too little is known" if each.expected_eur is None else f"{each.expected_eur:.2f}"
        rows.append((each.wanted, str(each.entities), names, f"{each.most_eur:.2f}", expected))
    if rows:
        print_table(("attribute", "entities", "providers", "at most EUR", "expected EUR"), rows, whole=("attribute",))
    else:
        console.print(
            "Nothing is to be bought now: no active campaign or search wants what its leads lack, or nobody is set to"
            " be asked for it (`leadhouse waterfall show`).", soft_wrap=True,
        )  # fmt: skip
    room = (
        "no budget covers today: nobody is asked" if found.room_eur is None else f"ceilings leave {found.room_eur:.2f}"
    )
    console.print(f"at most {found.most_eur:.2f} EUR and {found.most_credits:.0f} credits; {room}")


@app.command(
    epilog=examples(
        "waterfall replay --order dossier,mailscout",
        "waterfall replay --order dossier --attribute person.phone_e164 --from 2026-11-01 --to 2026-11-20 --json",
    )
)
def replay(
    order: Annotated[str, typer.Option(help="Providers in the order to try, comma-separated.")],
    organization: OwnerOrAll = None,
    attribute: Annotated[str, typer.Option(help="person.email and the like; a person's without the kind.")] = "email",
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="UTC day, included.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="UTC day, included.")] = None,
    json_file: JsonFile = None,
) -> None:
    """Tell what another order would have cost and found, from logged answers; asks nobody."""
    from leadhouse.enrichment.waterfall_replay import replay_waterfall

    wanted = attribute if "." in attribute else f"person.{attribute}"
    names = [each.strip() for each in order.split(",") if each.strip()]
    with clear_failures():
        owner = organization_of(organization) if organization else None
        found = replay_waterfall(owner, names, wanted, _day(first), _day(last))
    if write_json(json_file, found.as_json()):
        return
    cost, hits = found.cost_eur, found.found
    as_it_was = ("as it was", f"{found.logged_cost_eur:.2f}", str(found.logged_found))
    tried = (" → ".join(names), _range(cost.least, cost.most, 2), _range(hits.least, hits.most, 0))
    print_table(("order", "cost EUR", "found"), (as_it_was, tried))
    console.print(f"{found.questions} questions for {wanted}")
    for name, questions in sorted(found.never_asked.items()):
        console.print(f"{name} was never asked {questions} of these: what it knows is unknown, hence the bounds")


def _range(least: Decimal, most: Decimal, digits: int) -> str:
    low, high = f"{least:.{digits}f}", f"{most:.{digits}f}"
    return low if low == high else f"{low} to {high}"


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _price(text: str) -> tuple[str, Any]:
    from leadhouse.enrichment.providers import Price

    wanted, _, rest = text.partition("=")
    amount, _, charges = rest.partition("/")
    if charges not in ("", "hit", "call") or not amount.replace(".", "", 1).isdigit():
        raise typer.BadParameter(f"{text!r} is no price: person.email=0.05, or person.email=0.05/call")
    return wanted, Price(Decimal(amount), "call" if charges == "call" else "hit")
