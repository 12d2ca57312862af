"""Addresses as Russian, Ukrainian, Belarusian and Bulgarian pages write them: code, town, street, house on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leadhouse.extraction.markup.page import Page
from leadhouse.records import AddressParts

_WORD = r"[А-ЯЁІЇЄҐ][а-яёіїєґ'’-]+"
_ADDRESS = re.compile(
    rf"(?<!\d)(?P<code>\d{{5,6}}),?\s+(?:(?:Россия|РФ|Украина|Україна|Беларусь|Казахстан),\s*)?"
    rf"(?:(?P<region>{_WORD}(?:[ -]{_WORD}){{0,2}}\s(?:обл\.?|область|край)),\s*)?"
    rf"(?:(?:г|м|гор|пос|с)\.\s?|город\s|місто\s)?(?P<city>{_WORD}(?:[ -](?:на-)?{_WORD}){{0,2}}),\s*"
    r"(?P<street>(?:ул\.|улица|вул\.|вулиця|пр\.|пр-т|просп\.|проспект|пер\.|наб\.|бул\.|б-р|бульвар|пл\.|шоссе|ш\.)"
    r"\s?[^\n|;]{3,70}?)(?=\s*(?:$|[\n|;]|[,.]?\s(?:[Тт]ел|ИНН|ЄДРПОУ|e-?mail|[Фф]акс)))"
)
# Bulgaria: ``гр. Пловдив 4000, бул. „Христо Ботев“ № 92, ет. 3`` and ``4000 Пловдив, ул. Стефан Караджа 7``
_BULGARIAN = re.compile(
    rf"(?:(?:гр\.|град|с\.)\s?(?P<city>{_WORD}(?:[ -]{_WORD})?),?\s+(?P<code>[1-9]\d{{3}})"
    rf"|(?<!\d)(?P<code_first>[1-9]\d{{3}})\s+(?:гр\.\s?)?(?P<city_behind>{_WORD}(?:[ -]{_WORD})?)),\s*"
    r"(?P<street>(?:ул\.|бул\.|пл\.|ж\.к\.|кв\.|жк)\s?[^\n|;]{3,70}?)(?=\s*(?:$|[\n|;]|[,.]?\s(?:[Тт]ел|ЕИК|e-?mail|[Фф]акс)))"
)
_HOUSE = re.compile(r"(?:д\.|дом|буд\.)?\s?(?P<number>\d{1,4}\s?[А-ЯЁа-яёA-Za-z]?(?:/\d{1,4})?)(?![\w])")
_MAX = 20


def addresses(page: Page, country: str | None) -> Iterator[tuple[re.Match[str], AddressParts]]:
    """Where the page writes such an address, and its parts; the page's country (ISO) is the address's."""
    if page.text.isascii() or not page.mentions("ул.", "улиц", "вул", "пр.", "пр-т", "просп", "пер.", "бул", "шоссе"):
        return
    pattern = _BULGARIAN if country == "BG" else _ADDRESS
    for count, match in enumerate(pattern.finditer(page.text)):
        house = _HOUSE.search(match["street"], 4)
        if count >= _MAX or house is None:
            return
        found = match.groupdict()
        yield (
            match,
            AddressParts(
                street=match["street"].strip(" ,."),
                house_number=house["number"].strip(),
                postal_code=found["code"] or found.get("code_first"),
                city=found["city"] or found.get("city_behind"),
                region=found.get("region"),
                country_code=country,
            ),
        )
