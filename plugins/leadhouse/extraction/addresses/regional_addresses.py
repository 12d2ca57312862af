"""Addresses as Arabic, Hebrew, Thai and Vietnamese pages write them: one line, split by marks, the town at its end.

After the Universal Postal Union's sheets (EGY, SAU, ISR, THA, VNM). A line counts when it holds a word for a street or
a district and a house number or code, and is short enough to be no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leadhouse.extraction.markup.page import Page
from leadhouse.extraction.patterns.vocabulary import words
from leadhouse.records import AddressParts

_MAX_LINES = 40  # of one page
_MAX_LINE = 180
_MARKS = re.compile(r"\s*[,،|;]\s*|\s+[-–—]\s+|\s*\.\s+(?=\S{3})")
_FIGURES = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_NUMBER = re.compile(r"(?<!\w)\d{1,5}(?:/\d{1,5}){0,2}[א-תA-Za-z]?(?!\w)")


@dataclass(frozen=True, slots=True)
class _Form:
    """How one script writes addresses; patterns are read on one line."""

    stems: tuple[str, ...]  # one of them stands in every address
    street: re.Pattern[str]
    label: re.Pattern[str]
    end: re.Pattern[str]  # what ends the address on its line: a phone, a mailbox
    code: re.Pattern[str]
    countries: dict[str, str]
    prefix: re.Pattern[str]  # before the town's name
    least: int  # pieces


_ARABIC = _Form(
    stems=("شارع", "طريق", "ميدان", "شارِع", "حي ", "كورنيش"),
    street=re.compile(r"(?<!\w)(?:ال)?(?:شارع|طريق|ميدان|كورنيش|حي)(?!\w)"),
    label=re.compile(r"^[^:\d]{0,20}(?:العنوان|عنواننا|المقر|الفرع|الموقع|المكتب)[^:\d]{0,20}[:：]\s*"),
    end=re.compile(
        r"\s*[-–,،|]?\s*(?:هاتف|تلفون|تليفون|جوال|موبايل|فاكس|ت\s?:|ص\.?\s?ب"
        r"|البريد الإلكتروني|بريد إلكتروني|\S+@).*$"
    ),
    code=re.compile(r"(?:الرمز البريدي|رمز بريدي|ر\.ب)?\s*:?\s*(?<!\d)(\d{5})(?:\s?[-–]\s?\d{4})?(?!\d)"),
    countries={
        "مصر": "EG", "جمهورية مصر العربية": "EG", "السعودية": "SA", "المملكة العربية السعودية": "SA",
        "الإمارات": "AE", "الامارات": "AE", "الإمارات العربية المتحدة": "AE", "الأردن": "JO", "الكويت": "KW",
        "قطر": "QA", "البحرين": "BH", "عمان": "OM", "سلطنة عمان": "OM", "لبنان": "LB", "العراق": "IQ", "المغرب": "MA",
        "الجزائر": "DZ", "تونس": "TN", "ليبيا": "LY", "فلسطين": "PS",
    },
    prefix=re.compile(r"^(?:مدينة|محافظة)\s+"),
    least=2,
)  # fmt: skip
_HEBREW = _Form(
    stems=("רחוב", "רח'", "רח׳", "שד'", "שד׳", "שדרות", "דרך ", "כיכר", "סמטת"),
    street=re.compile(r"(?<!\w)(?:רחוב|רח['׳]|שד['׳]|שדרות|דרך|כיכר|סמטת)(?!\w)"),
    label=re.compile(r"^[^:\d]{0,15}(?:כתובת|משרד|סניף|מען)[^:\d]{0,15}:\s*"),
    end=re.compile(r"\s*[-–,|]?\s*(?:טלפון|טל['׳.]|נייד|פקס|ת\.?\s?ד|דוא|מייל|\S+@).*$"),
    code=re.compile(r"(?:מיקוד)?\s*:?\s*(?<!\d)(\d{7}|\d{5})(?!\d)"),
    countries={"ישראל": "IL"},
    prefix=re.compile(r"^(?:עיר)\s+"),
    least=1,
)
_THAI = _Form(
    stems=("ถนน", "ถ.", "แขวง", "ตำบล", "ต.", "ซอย", "หมู่"),
    street=re.compile(r"ถนน|(?<!\w)ถ\.|แขวง|ตำบล|(?<!\w)ต\.|ซอย|(?<!\w)ซ\.|หมู่"),
    label=re.compile(r"^[^:\d]{0,25}(?:ที่อยู่|ที่ตั้ง|สำนักงาน|สาขา|โรงงาน)[^:\d]{0,20}[:：]?\s*(?=[\dเชอห])"),
    end=re.compile(r"\s*[-–,|]?\s*(?:โทร|แฟกซ์|อีเมล|มือถือ|\S+@).*$"),
    code=re.compile(r"(?<!\d)([1-9]\d{4})(?!\d)"),
    countries={"ประเทศไทย": "TH", "ไทย": "TH"},
    prefix=re.compile(r"^(?:จ\.|จังหวัด)\s?"),
    least=1,
)
_VIETNAMESE = _Form(
    stems=("phường", "quận", "huyện", "đường", "phố ", "ngõ", "xã ", "kcn", "khu ", "thôn", "p.", "lô ", "số "),
    street=re.compile(
        r"(?<!\w)(?:phường|quận|huyện|đường|ngõ|ngách|hẻm|xã|kcn|khu (?:công nghiệp|đô thị|phố)|thôn|lô|số|tòa nhà"
        r"|p\.|q\.|tp\.|tỉnh)(?!\w)",
        re.I,
    ),
    label=re.compile(
        r"^[^:\d]{0,25}(?:địa chỉ|trụ sở|văn phòng|vpgd|vpđd|vp|xưởng|nhà máy|chi nhánh|cơ sở|showroom|cửa hàng|đ/c"
        r"|add(?:ress)?)[^:\n]{0,25}:\s*",
        re.I,
    ),
    end=re.compile(r"\s*[-–,|.]?\s*(?:điện thoại|đt\s?:|sđt|tel|hotline|fax|email|mst|\S+@).*$", re.I),
    code=re.compile(r"(?<!\d)(\d{5,6})(?!\d)"),
    countries={"việt nam": "VN", "vietnam": "VN", "viet nam": "VN"},
    prefix=re.compile(r"^(?:tp\.?|thành phố|tỉnh|t\.)\s*", re.I),
    least=3,
)
_OF_COUNTRY = {"IL": _HEBREW, "TH": _THAI, "VN": _VIETNAMESE}
_ARAB = words("EG SA AE JO KW QA BH OM LB IQ MA DZ TN LY PS SY YE SD")
_OF_LANGUAGE = {"ar": _ARABIC, "he": _HEBREW, "iw": _HEBREW, "th": _THAI, "vi": _VIETNAMESE}


def addresses(page: Page, country: str | None) -> Iterator[tuple[re.Match[str], AddressParts]]:
    """Lines of the page that are such an address, and the parts; `country` (ISO) is the page's."""
    form = _OF_LANGUAGE.get(page.lang[:2].lower()) or (_ARABIC if country in _ARAB else _OF_COUNTRY.get(country or ""))
    if form is None or page.text.isascii() or not page.mentions(*form.stems):
        return
    home = country if form is _ARABIC else next(iter(form.countries.values()))
    stems = "|".join(map(re.escape, form.stems))
    for count, match in enumerate(re.finditer(rf"^[^\n]*?(?:{stems})[^\n]*$", page.text, re.M | re.I)):
        if count >= _MAX_LINES:
            return
        if len(match[0]) <= _MAX_LINE and (parts := _read(match[0], form, home)):
            yield match, parts


def _read(line: str, form: _Form, country: str | None) -> AddressParts | None:
    """The parts of one line; None where it is no address."""
    label = form.label.match(line)
    text = form.end.sub("", line[label.end() if label else 0 :].translate(_FIGURES)).strip(" .,،-–|")
    if not form.street.search(text) or "?" in text or not (label or _NUMBER.search(text)):
        return None
    pieces = [piece for piece in _MARKS.split(text) if piece]
    while len(pieces) > 1 and (named := form.countries.get(pieces[-1].lower())):
        country = named
        pieces.pop()
    code = next((found[1] for piece in reversed(pieces[1:] or pieces) if (found := form.code.search(piece))), None)
    pieces = _without_code(pieces, code, form)
    street, city = _thai(pieces, code) if form is _THAI else _street_and_city(pieces, form)
    if not city or not street or (code is None and (form is _ARABIC and not label)) or len(pieces) < form.least:
        return None
    number = _NUMBER.search(street)
    return AddressParts(
        street=street,
        house_number=number[0] if number else None,
        postal_code=code,
        city=form.prefix.sub("", city),
        country_code=country,
    )


def _without_code(pieces: list[str], code: str | None, form: _Form) -> list[str]:
    if code is None:
        return pieces
    found = [form.code.sub("", piece).strip() if code in piece else piece for piece in pieces]
    return [piece for piece in found if piece and not re.fullmatch(r"\d{4}", piece)]


def _street_and_city(pieces: list[str], form: _Form) -> tuple[str, str | None]:
    """The town is the last piece; the first where the line runs from the large to the small; or it ends the street."""
    if len(pieces) == 1:
        found = re.match(r"^(?P<street>.*\d[א-ת]?)\s+(?P<city>[^\d]{2,25})$", pieces[0])
        return (found["street"], found["city"]) if found else (pieces[0], None)
    if form.street.search(pieces[-1]) and not form.prefix.match(pieces[-1]):
        city, rest = pieces[0], pieces[1:]
        if form is _VIETNAMESE:
            return ", ".join(pieces), None
    else:
        city, rest = pieces[-1], pieces[:-1]
    if re.search(r"\d", city) or len(city.split()) > 4 or form.street.match(city):
        return ", ".join(rest), None
    return ("، " if form is _ARABIC else ", ").join(rest), city


def _thai(pieces: list[str], code: str | None) -> tuple[str, str | None]:
    """Blanks part a Thai line: the province is what stands before the code."""
    words = " ".join(pieces).split()
    start = next((index for index, word in enumerate(words) if re.match(r"\d|เลขที่|ชั้น|อาคาร|ห้อง", word)), 0)
    if code is None or len(words) - start < 3:
        return " ".join(words), None
    return " ".join(words[start:-1]), words[-1]
