"""Names, titles and lines alone: what reads as which, and when two names are one person's."""

from __future__ import annotations

import pytest

from leadhouse.extraction.company.legal_names import legal_name
from leadhouse.extraction.people.job_titles import is_department, is_title
from leadhouse.extraction.people.names import has_given_name, other_script_name, read_name
from leadhouse.extraction.people.said import said
from leadhouse.extraction.site.people import is_same_person


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Prof. Dr. Anna Berg-Lund", "Anna Berg-Lund"),
        ("Dipl.-Ing. (FH) Ralf Steinbrecher", "Ralf Steinbrecher"),
        ("Dr. med. dent. Ulrich Kammerer", "Ulrich Kammerer"),
        ("MUDr. Ivana Nováčková, Ph.D.", "Ivana Nováčková"),
        ("Mr.Siddhant B. Rao", "Siddhant B. Rao"),
        ("M. Jean Dupuis", "Jean Dupuis"),
        ("J. R. Whitcombe", "J. R. Whitcombe"),
        ("AV Arjun Menonkar", "AV Arjun Menonkar"),
        ("JOHN O'BRIEN", "John O'Brien"),
        ("MARIA VAN DER WEIDEN", "Maria van der Weiden"),
        ("DUVALLON Jean-Marc", "Jean-Marc Duvallon"),
        ("Brunnhuber, Andrea", "Andrea Brunnhuber"),
        ("Lena Ortiz, M.Ed., LPC", "Lena Ortiz"),
        ("William “Bill” Hargreave", "William “Bill” Hargreave"),
        ("Robin Tessier (they/them)", "Robin Tessier"),
        ("Jack White", "Jack White"),
        ("Priya Das", "Priya Das"),
        ("Georg Maurer", "Georg Maurer"),
        ("José de la Cruz", "José de la Cruz"),
        ("Pieter 't Hoenink", "Pieter 't Hoenink"),
        ("Иван Кузнечиков", "Иван Кузнечиков"),
        ("Ελένη Βαρδή", "Ελένη Βαρδή"),
    ],
)
def test_names_are_read_bare(text: str, name: str) -> None:
    found = read_name(text)
    assert found is not None
    assert found.text == name


@pytest.mark.parametrize(
    "text",
    [
        "Interior Design",
        "Technische Leitung",
        "Unsere Leistungen",
        "Via Giuseppe Garibaldi",
        "Rue Victor Hugo",
        "Konrad-Adenauer-Straße",
        "Santa Monica",
        "New York",
        "Hotel Victoria",
        "Pizza Margherita",
        "Huber & Söhne",
        "Huber GmbH",
        "Jane Doe CEO",
        "Ellis Bakery",
        "OUR TEAM",
        "White Label",
        "J'écris Tout",
        "12 Huber",
        "A. B.",
        "jane roe",
        "",
        "x" * 400,
    ],
)
def test_things_and_places_are_no_names(text: str) -> None:
    assert read_name(text) is None


def test_given_names_are_found_with_and_without_marks() -> None:
    assert has_given_name("Łukasz Żurowski")
    assert has_given_name("Gülşen Işıktaş")
    assert has_given_name("Jürgen Holzapfel")
    assert not has_given_name("Quenby Aldous")
    surname_first = read_name("Horváth Gergely")
    assert surname_first is not None
    assert surname_first.given == 0.5


def test_scripts_without_capitals() -> None:
    assert other_script_name("דנה כהן") == "דנה כהן"
    assert other_script_name("王建国") == "王建国"
    assert other_script_name("Jane Roe") is None


@pytest.mark.parametrize(
    "text",
    [
        "Geschäftsführer",
        "Head of Sales, EMEA",
        "Vertriebsleiterin",
        "ügyvezető",
        "Genel Müdür",
        "总经理",
        "Daglig leder",
        "Prezes Zarządu",
        "Генеральный директор",
        "Chargée de communication",
        "Licensed Building Practitioner",
    ],
)
def test_titles(text: str) -> None:
    assert is_title(text)


@pytest.mark.parametrize(
    "text",
    [
        "Who is the director?",
        "Board of Directors",
        "Partner with us",
        "To be a trusted partner",
        "Our services",
        "We are the leader in paint.",
        "jane@x.example.com, Director",
        "",
    ],
)
def test_calls_bodies_and_sentences_are_no_titles(text: str) -> None:
    assert not is_title(text)


def test_departments() -> None:
    assert is_department("Sales & Marketing")
    assert is_department("Buchhaltung")
    assert not is_department("Jane Roe")


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("Jane Harlow, Chief Executive", "Jane Harlow", "Chief Executive"),
        ("Treasurer: Jane Harlow", "Jane Harlow", "Treasurer"),
        ("Jane Harlow (Partner)", "Jane Harlow", "Partner"),
        ("Jane Harlow Senior Site Engineer", "Jane Harlow", "Senior Site Engineer"),
        ("Steuerberaterin Anke Wolfram", "Anke Wolfram", "Steuerberaterin"),
        ("Jane HarlowPartner", "Jane Harlow", "Partner"),
        ("Ms. Jane Harlow – Grade 2", "Jane Harlow", "Grade 2"),
        ("代表取締役 山田 太郎", "山田 太郎", "代表取締役"),
    ],
)
def test_name_and_title_share_a_line(text: str, name: str, title: str) -> None:
    found = said(text)
    assert found.name is not None
    assert (found.name.text, found.title) == (name, title)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Jane A. Harlow", "Jane Harlow"),
        ("Jane Mary Harlow", "Jane Harlow"),
        ("Manuel Ortenborg", "Manuel Ortenburg"),
        ("Harlow Jane", "Jane Harlow"),
    ],
)
def test_spellings_of_one_person(left: str, right: str) -> None:
    assert is_same_person(left, right)
    assert is_same_person(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Jane Harlow", "Jack Harlow"),
        ("Jane Harlow", "Jane Barlow"),
        ("Tom Lee", "Tim Lee"),
        ("Ann Roe", "Jane Harlow"),
    ],
)
def test_two_people(left: str, right: str) -> None:
    assert not is_same_person(left, right)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("About Nordlicht Möbel GmbH", "Nordlicht Möbel GmbH"),
        ("Das Team der Hof & Gut AG freut sich", "Hof & Gut AG"),
        ("© 2026 De Kade B.V.", "De Kade B.V."),
        ("La Torre Antica S.r.l.", "La Torre Antica S.r.l."),
        ("99nuts UG (haftungsbeschränkt)", "99nuts UG (haftungsbeschränkt)"),
        ("We sell no data. Limited", None),
        ("1012 AB Amsterdam", None),
        ("GmbH", None),
    ],
)
def test_legal_names_of_lines(line: str, name: str | None) -> None:
    assert legal_name(line) == name
