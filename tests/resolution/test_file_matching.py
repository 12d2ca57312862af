"""Who is who in a file: made-up companies and people, with slips, chains and namesakes."""

from __future__ import annotations

import csv
import json
import random
import re

import pytest
from typer.testing import CliRunner

from leadhouse.cli import app
from leadhouse.imports.columns import field_of
from leadhouse.resolution.file_columns import FileColumnsError, infer_columns
from leadhouse.resolution.file_matching import match_rows

GIVEN = re.findall(
    r"\w+",
    "anna bert clara dirk elsa fritz greta hans irma jonas karla ludwig marta nils olga peter rosa sven tilda",
)
FAMILY = re.findall(
    r"\w+", "ahlers brandt carstens dorn eggert fink gruber hartung isensee jansen kolbe lorenz menke nolte otten pohl"
)
TOWNS = ["Altdorf", "Bergheim", "Castrop", "Dornbach", "Eichtal"]
HEADER = ["nr", "Vorname", "Nachname", "Geburtsdatum", "Ort", "E-Mail"]


def slip(text: str, chance: random.Random) -> str:
    """One letter lost, doubled or swapped with the next."""
    place = chance.randrange(max(1, len(text) - 1))
    return chance.choice(
        (
            text[:place] + text[place + 1 :],
            text[:place] + text[place] + text[place:],
            text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :],
        )
    )


def people(number: int, chance: random.Random) -> tuple[list[list[str]], set[tuple[str, str]]]:
    """Half of them twice: one field with a slip, one missing. Two of a name are two by date and address."""
    rows, truth = [], set()
    for i in range(number):
        given, family = chance.choice(GIVEN), chance.choice(FAMILY) + chance.choice(("", "mann", "er", "sen"))
        born = f"{chance.randrange(1940, 2005)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        row = [
            f"p{i}",
            given,
            family,
            born,
            chance.choice(TOWNS),
            f"{given}.{family}{chance.randrange(10**5)}@{chance.choice('abc')}.example",
        ]
        rows.append(row)
        if i % 2:
            twin = [f"q{i}", *row[1:]]
            changed, lost = chance.sample(range(1, 6), 2)
            twin[changed], twin[lost] = slip(twin[changed], chance), ""
            rows.append(twin)
            truth.add((row[0], twin[0]))
    return rows, truth


def found_pairs(rows, matches):
    return {tuple(sorted((rows[low][0], rows[high][0]))) for low, high in zip(*matches.pairs, strict=True)}


@pytest.mark.parametrize("number", [300, 900], ids=["all pairs", "blocked"])
def test_people_with_slips_are_found_and_namesakes_stay_apart(number):
    rows, truth = people(number, random.Random(4))
    found = found_pairs(rows, match_rows(rows, infer_columns(HEADER, rows, "person")))
    assert len(found & truth) >= 0.95 * len(truth)
    assert len(found - truth) <= 0.05 * len(found)


def test_the_order_of_the_rows_does_not_matter():
    rows, _ = people(300, random.Random(5))
    mapped = infer_columns(HEADER, rows, "person")
    turned = list(reversed(rows))
    assert found_pairs(rows, match_rows(rows, mapped)) == found_pairs(turned, match_rows(turned, mapped))


def shops() -> tuple[list[list[str]], set[tuple[str, str]]]:
    """Firms twice, as two directories write them; a chain with a branch in each town; two firms under one roof."""
    rows, truth = [], set()
    chance = random.Random(6)
    words = [
        f"{a}{b}" for a in ("nord", "stein", "gold", "wald", "fluss") for b in ("hof", "berg", "werk", "tor", "eck")
    ]
    for i in range(120):
        name = f"{words[i % 25]} {chance.choice(GIVEN)}{chance.choice(FAMILY)}"
        street, town = f"{chance.choice(FAMILY)}strasse {chance.randrange(1, 200)}", chance.choice(TOWNS)
        rows.append([f"a{i}", name, street, town])
        if i % 3 == 0:
            rows.append([f"b{i}", f"{name} GmbH", street.replace("strasse", "str."), town])
            truth.add((f"a{i}", f"b{i}"))
    rows += [[f"c{i}", "Backstube Sonnenschein", f"Markt {10 + i}", town] for i, town in enumerate(TOWNS)]
    rows += [["d1", "Optik Lindner", "Am Wall 77", "Altdorf"], ["d2", "Reisebüro Kranich", "Am Wall 77", "Altdorf"]]
    return rows, truth


def test_a_chain_and_neighbours_under_one_roof_stay_apart():
    rows, truth = shops()
    found = found_pairs(rows, match_rows(rows, infer_columns(["id", "name", "address", "city"], rows, "company")))
    assert len(found & truth) >= 0.95 * len(truth)
    assert not {pair for pair in found if pair[0][0] in "cd" or pair[1][0] in "cd"}
    assert found <= truth


def test_lists_name_each_once_so_that_pairs_are_of_two_lists():
    rows, truth = shops()
    rows = [[*row, "list b" if row[0].startswith("b") else "list a"] for row in rows if row[0][0] in "ab"]
    mapped = infer_columns(["id", "name", "address", "city", "source"], rows, "company")
    assert found_pairs(rows, match_rows(rows, mapped)) == truth


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([["1", "Alder GmbH", "Weg 1"], ["2", "", ""]], 0),
        ([["1", "", ""], ["2", "", ""], ["3", "", ""]], 0),
        ([["1", "Alder GmbH", "Weg 1"], ["2", "Birke AG", "Allee 9"]], 0),
        ([["1", "Alder GmbH", "Weg 1"], ["2", "Alder GmbH", "Weg 1"]], 1),
        ([["1", "Alder GmbH", "Weg 1"]], 0),
    ],
)
def test_a_handful_of_rows_is_joined_by_what_they_say_not_by_their_number(rows, found):
    columns = infer_columns(["id", "name", "street"], rows, "company", {"name": "name", "street": "street"})
    assert len(match_rows(rows, columns).pairs[0]) == found


@pytest.mark.parametrize(("equal", "pairs"), [(6, 15), (40, 780), (2100, 2099)])
def test_rows_that_are_all_equal_are_one(equal, pairs):
    columns = infer_columns(["id", "name", "street"], [], "company", {"name": "name", "street": "street"})
    others, _ = shops()
    same = [[f"e{i}", "Alder GmbH", "Weg 1"] for i in range(equal)]
    assert len(match_rows(same, columns).pairs[0]) == pairs
    if equal == 40:
        found = found_pairs(rows := [*same, *others], match_rows(rows, columns))
        assert sum(one.startswith("e") and other.startswith("e") for one, other in found) == pairs


def test_whole_names_are_compared_by_their_parts():
    rows, truth = people(300, random.Random(4))
    rows = [[row[0], f"{row[2]}, {row[1]}" if i % 3 else f"{row[1]} {row[2]}", *row[3:]] for i, row in enumerate(rows)]
    matches = match_rows(rows, infer_columns(["nr", "Name", *HEADER[3:]], rows, "person"))
    assert {"given_name", "family_name"} <= matches.columns.keys()
    found = found_pairs(rows, matches)
    assert len(found & truth) >= 0.95 * len(truth)
    assert len(found - truth) <= 0.05 * len(found)


def test_columns_are_told_by_header_and_content():
    rows = [[str(i), "x y", f"{i}.1.1970", "a@b.example", f"{i % 3}", f"{i},50"] for i in range(1, 28)]
    mapped = infer_columns(["id", "Name", "column 2", "column 3", "source", "Price"], rows, "person")
    told = {each.header: (each.attribute, each.kind) for each in mapped}
    assert told == {
        "Name": ("full_name", "text"),
        "column 2": ("column_2", "date"),
        "column 3": ("email", "email"),
        "source": ("source", "category"),
        "Price": ("price", "number"),
    }
    with pytest.raises(FileColumnsError, match="no column town; there are: id, Name"):
        infer_columns(["id", "Name"], rows, "person", {"town": "city"})
    with pytest.raises(FileColumnsError, match="no attribute hobby; there are: given_name"):
        infer_columns(["id", "Name"], rows, "person", {"Name": "hobby"})


PERSONS = ["given_name", "family_name", "house_number", "street", "city", "postal_code", "birth_date"]


@pytest.mark.parametrize(
    ("kind", "header", "attributes"),
    [
        ("person", "Prénom;Nom;Numéro;Adresse;Ville;Code postal;Date de naissance", PERSONS),
        ("person", "Nombre;Apellidos;Número;Dirección;Ciudad;Código postal;Fecha de nacimiento", PERSONS),
        ("person", "Nome;Cognome;Numero civico;Indirizzo;Città;CAP;Data di nascita", PERSONS),
        ("person", "Voornaam;Achternaam;Huisnummer;Straat;Plaats;Postcode;Geboortedatum", PERSONS),
        ("person", "Imię;Nazwisko;Numer domu;Ulica;Miasto;Kod pocztowy;Data urodzenia", PERSONS),
        ("person", "firstName;lastName;streetNumber;streetAddress;cityName;zipCode;dateOfBirth", PERSONS),
        ("person", "fname;lname;hno;addr1;loc;zip;dob", PERSONS),
        ("person", "Vorname;Name;Geburtstag", ["given_name", "family_name", "birth_date"]),
        ("person", "Nombre;Fecha de nacimiento", ["full_name", "birth_date"]),
        ("company", "restaurantName;streetAddress;cityName;cuisineType", ["name", "street", "city", "category"]),
        ("company", "Nom;Adresse;Ville;Type", ["name", "street", "city", "category"]),
        ("company", "name;description;price", ["heading", "description", "price"]),
        ("company", "Beer_Name;Brew_Factory_Name;Style", ["heading", "people", "category"]),
        ("company", "title;authors;venue;year", ["heading", "people", "venue", "year"]),
    ],
)
def test_headers_of_other_files_are_told(kind, header, attributes):
    names = ["id", *header.split(";")]
    rows = [[str(i), *(f"{word}{i}" for word in names[1:])] for i in range(30)]
    assert [each.attribute for each in infer_columns(names, rows, kind, None, field_of)] == attributes


def test_columns_without_a_telling_header_are_told_by_what_they_hold():
    chance = random.Random(8)
    rows, _ = people(100, chance)
    mapped = infer_columns(["id", "a", "b", "c", "d", "e"], rows, "person")
    assert [each.attribute for each in mapped] == ["given_name", "family_name", "c", "d", "email"]
    rows, _ = shops()
    mapped = infer_columns(["id", "a", "b", "c"], rows, "company")
    assert [each.attribute for each in mapped] == ["name", "street", "c"]


def test_the_command_writes_pairs_and_explains_each_by_its_weights(tmp_path):
    rows, truth = people(300, random.Random(7))
    one, other, out, lines = (tmp_path / name for name in ("one.csv", "other.csv", "pairs.csv", "why.jsonl"))
    for path, letter, header in ((one, "p", HEADER), (other, "q", [HEADER[0], *reversed(HEADER[1:])])):
        with path.open("w", newline="") as file:
            written = [row if letter == "p" else [row[0], *reversed(row[1:])] for row in rows if row[0][0] == letter]
            csv.writer(file, delimiter=";").writerows([header, *written])
    result = CliRunner().invoke(
        app,
        ["dedupe", str(one), "--kind", "person", "--against", str(other), "--out", str(out), "--explain", str(lines)],
    )
    assert result.exit_code == 0, result.output
    with out.open() as file:
        pairs = {(row["id_a"], row["id_b"]) for row in csv.DictReader(file)}
    assert len(pairs & truth) >= 0.95 * len(truth)
    for line in lines.read_text().splitlines():
        why = json.loads(line)
        assert (why["id_a"], why["id_b"]) in pairs
        assert why["prior"] + sum(each["weight"] for each in why["evidence"]) == pytest.approx(why["weight"], abs=0.1)


def test_the_command_says_what_is_wrong(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("id,name\n1,a\n")
    call = ["dedupe", str(file), "--kind", "company", "--out", str(tmp_path / "pairs.csv"), "--map"]
    assert "takes column=attribute" in CliRunner().invoke(app, [*call, "name"]).output
    wrong = CliRunner().invoke(app, [*call, "town=city"])
    assert wrong.exit_code == 2
    assert "There is no column town" in wrong.output
