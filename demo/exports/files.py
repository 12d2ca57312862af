"""How the rows are written: byte-order mark, semicolons, a preamble, quoted line breaks; or Latin-1 with commas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from demo.exports.rows import Row, kestrel_rows, nordlicht_rows
from demo.world.clock import instant
from demo.world.generator import World

NORDLICHT_HEADER = (
    "Firma", "Vorname", "Nachname", "Position", "E-Mail", "Telefon", "Straße", "PLZ", "Ort", "Land", "Webseite",
    "Kunde", "Rechtsgrundlage", "Bemerkung",
)  # fmt: skip
KESTREL_HEADER = (
    "Company", "First Name", "Last Name", "Job Title", "Email", "Phone", "Street", "Postcode", "City", "Country",
    "Website", "Customer", "Legal Basis", "Notes",
)  # fmt: skip
FILE_NAMES = {"nordlicht": "nordlicht_kundenkartei.csv", "kestrel": "kestrel_contacts.csv"}


def _cells(row: Row, yes: str, no: str) -> list[str]:
    return [
        row.company, row.first_name, row.last_name, row.title, row.email, row.phone, row.street, row.postal_code,
        row.city, row.country, row.website, yes if row.is_customer else no, row.legal_basis, row.note,
    ]  # fmt: skip


def _text(header: Sequence[str], rows: list[list[str]], delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def nordlicht_bytes(world: World) -> bytes:
    """UTF-8 with byte-order mark, semicolons, one line of preamble, two bad rows, an empty line at the end."""
    rows = [_cells(row, "ja", "nein") for row in nordlicht_rows(world)]
    broken = ["Zahnarztpraxis Lindner", "Petra", "Ohne-At", "Empfang", "petra(at)zahnarzt-lindner", *[""] * 9]
    surplus = ["Brandt & Kollegen", "Max", "Zuviel", "", "", "", "", "", "", "DE", "", "nein", "", "", "noch", "zwei"]
    preamble = f"Kundenkartei Nordlicht Vertrieb; Stand {instant(world.day):%d.%m.%Y}\r\n"
    text = preamble + _text(NORDLICHT_HEADER, [*rows[:3], broken, *rows[3:], surplus], ";") + "\r\n"
    return text.encode("utf-8-sig")


def kestrel_bytes(world: World) -> bytes:
    """Windows-1252 with commas; what that code page cannot hold becomes a question mark, as in the former system."""
    rows = [_cells(row, "Yes", "No") for row in kestrel_rows(world)]
    surplus = ["Optique Verdier", "A", "B", "", "", "", "", "", "Lyon", "FR", "", "No", "", "", "spill"]
    nameless = ["", "Nobody", "Known", "Buyer", "", "+44 114 496 0999", "", "", "", "GB", "", "No", "", ""]
    text = _text(KESTREL_HEADER, [*rows[:5], surplus, *rows[5:], nameless], ",")
    return text.encode("cp1252", "replace")


def write_exports(world: World, folder: Path) -> dict[str, Path]:
    """Write both files; returns their paths by the organization's slug."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {"nordlicht": nordlicht_bytes(world), "kestrel": kestrel_bytes(world)}
    paths = {slug: folder / FILE_NAMES[slug] for slug in contents}
    for slug, path in paths.items():
        path.write_bytes(contents[slug])
    return paths
