"""XML as a table: what repeats is a row; what could blow up is refused before it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadhouse.imports import ImportFileError
from leadhouse.imports.csv_file import preview_file
from leadhouse.imports.xml_lists import MOST_DEPTH, MOST_PATHS, XmlListError, column_names, is_xml, read_list
from tests.imports.test_exports import read

CONTACTS = """<?xml version="1.0" encoding="{encoding}"?>
<!-- exported -->
<x:contacts xmlns:x="urn:x" generated="2026-11-20">
  <x:count><x:all>2</x:all></x:count>
  <x:contact id="1"><x:name><x:first>Anné</x:first><x:last>Ash</x:last></x:name><x:company>Alder &amp; Co</x:company>
    <x:phones><x:phone type="work">+44 20 7946 0018</x:phone><x:phone type="mobile">+44 7400 123456</x:phone></x:phones>
    <x:email>ann@alder.example</x:email><x:tag>a</x:tag><x:tag>b</x:tag><x:note><![CDATA[x < y]]></x:note></x:contact>
  <x:contact id="2"><x:name><x:first>Bob</x:first><x:last>Birch</x:last></x:name><x:email>b@birch.example</x:email>
    <x:company>Birch</x:company></x:contact>
</x:contacts>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_elements_are_rows(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "contacts.xml"
    path.write_bytes(CONTACTS.format(encoding=encoding).encode(encoding))
    file, stated, refused = read(path)
    assert not refused
    assert [each["person.full_name"] for each in stated] == ["Anné Ash", "Bob Birch"]
    assert stated[0]["company.name"] == "Alder & Co"
    assert stated[0]["person.phone_e164"] == "+447400123456"
    assert file.layout["mapping"]["first name"] == "first_name"
    assert file.layout["custom_fields"] == ("tag", "note")
    assert [row.cells[file.table.header.index("tag")] for row, _ in file.read()] == ["a; b", ""]


def test_attributes_alone_are_a_row_too(tmp_path: Path) -> None:
    path = tmp_path / "firms.xml"
    path.write_text(
        '<?xml version="1.0"?><list><firm name="Alder Ltd" web="alder.example"/><firm name="Birch"/></list>'
    )
    _, stated, _ = read(path, "company")
    assert [each["company.name"] for each in stated] == ["Alder Ltd", "Birch"]


def test_the_only_element_that_says_anything_is_the_row() -> None:
    [(name, rows)] = read_list(b"<?xml version='1.0'?><a><head/><c><n>Alder</n><m>x</m></c></a>").items()
    assert (name, [row.cells for row in rows]) == ("c", [["n", "m"], ["Alder", "x"]])


def test_names_are_what_they_say_as_far_as_they_are_alone() -> None:
    keys = ["name.first", "address.city", "data.email", "a.phone", "b.phone", "data.remark"]
    assert column_names(keys) == ["first name", "address.city", "email", "a.phone", "b.phone", "data.remark"]


BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxxx"><!ENTITY c "&b;&b;&b;">]><a><r><n>&c;</n></r></a>'
FILE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a><r><n>&b;</n></r></a>'
DEEP = '<?xml version="1.0"?>' + "<a>" * (MOST_DEPTH + 2) + "</a>" * (MOST_DEPTH + 2)
MANY = '<?xml version="1.0"?><a>' + "".join(f"<k{n}/>" for n in range(MOST_PATHS + 1)) + "</a>"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB, "document type declaration"),
        (FILE, "document type declaration"),
        (DEEP, "deep"),
        (MANY, "kinds of elements"),
        ('<?xml version="1.0"?><a><b>', "not well formed"),
        ('<?xml version="1.0"?><a>&nothing;</a>', "not well formed"),
        ('<?xml version="1.0" encoding="no-such"?><a/>', "not well formed"),
        ('<?xml version="1.0"?><a>text</a>', "no list"),
    ],
    ids=["bomb", "file", "deep", "many", "torn", "entity", "encoding", "text"],
)
def test_what_is_refused(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(XmlListError, match=says):
        read_list(text.encode())
    path = tmp_path / "list.xml"
    path.write_text(text)
    with pytest.raises(ImportFileError, match=says):
        preview_file(path)


def test_only_what_says_so_is_xml() -> None:
    assert is_xml(b"\xef\xbb\xbf<?xml version='1.0'?>")
    assert is_xml("<?xml version='1.0'?>".encode("utf-16"))
    assert not is_xml(b"Company,Email\n<?xml ,x")
