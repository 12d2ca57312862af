"""Addresses, representatives and company names as Japanese, Korean and Chinese pages write them.

Addresses run from the large to the small: prefecture or province, city, district, block and number (Universal Postal
Union, "Postal addressing systems", sheets JPN, KOR, CHN, TWN). Names of people are read only behind a label that says
who represents the company or whom to contact: scripts without capitals show no other sign of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from leadhouse.extraction.markup.page import Mark, Page
from leadhouse.extraction.patterns.windows import around_matches, beyond_ascii
from leadhouse.extraction.person import Person
from leadhouse.records import AddressParts

_HAN = "\u3400-\u9fff々"
_KANA = "ぁ-んァ-ヶー"
_LETTERS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LONG = 500  # characters
_MAX_ADDRESSES = 30
_CELLS = frozenset(("th", "td", "dt"))
_END = (
    r"(?=\s*(?:$|\n|[|｜,、。;；(（]|[Tt][Ee][Ll]|[Ff][Aa][Xx]|℡|☎|電話|電 話|전화|电话|邮编|郵編|MAP|地図|E-?mail"
    r"|대표|이메일))"
)
_JAPANESE = re.compile(
    r"(?:〒\s?(?P<mark>\d{3}[-－‐−–ー]?\d{4})|(?P<code>(?<!\d)\d{3}[-－‐−–]\d{4}))?[\s　]{0,4}"
    rf"(?P<region>北海道|東京都|京都府|大阪府|[{_HAN}]{{2,3}}県)?[\s　]?"
    rf"(?P<city>[{_HAN}{_KANA}]{{1,6}}?郡[{_HAN}{_KANA}]{{1,6}}?[町村]"
    rf"|[{_HAN}{_KANA}]{{1,7}}?市(?:[{_HAN}{_KANA}]{{1,5}}?区)?"
    rf"|[{_HAN}]{{1,4}}?区)[\s　]?"
    rf"(?P<street>[{_HAN}{_KANA}a-zA-Z0-9０-９][^\n|｜,、。;；:：]{{1,60}}?){_END}"
)
_KOREAN = re.compile(
    r"(?:[(（\[]?(?:우\s?[)）]?\s?)?(?P<code>(?<!\d)\d{5})[)）\]]?\s{0,2})?"
    r"(?P<region>(?:서울|부산|대구|인천|광주|대전|울산|세종)(?:특별자치시|특별시|광역시|시)?"
    r"|(?:경기|강원|충청[북남]|전라[북남]|경상[북남]|제주|전북)(?:특별자치)?도|충북|충남|전북|전남|경북|경남"
    r"|경기|강원|제주)\s+"
    r"(?P<city>[가-힣]{1,5}[시군구](?:\s[가-힣]{1,5}구)?)\s+"
    rf"(?P<street>[가-힣0-9][^\n|｜,、;；:：]{{2,50}}?){_END}"
)
_CHINESE = re.compile(
    rf"(?P<region>[{_HAN}]{{2,3}}(?:省|自治区)|内蒙古|广西|新疆)?[\s　]?"
    rf"(?P<city>(?:北京|上海|天津|重庆|[{_HAN}]{{2,4}})市|[{_HAN}]{{2,3}}縣)[\s　]?"
    rf"(?P<street>[{_HAN}][{_HAN}A-Za-z0-9()（）·-]{{1,40}}?\d+[-\d]*(?:号|號|弄|巷)(?:[{_HAN}A-Za-z0-9-]{{0,24}}))"
)
_CHINESE_CODE = re.compile(r"(?:邮编|邮政编码|郵編|郵遞區號)\s*[:：]?\s*(\d{5,6})")
_TAIWANESE_CODE = re.compile(r"(?<!\d)(\d{3}(?:\d{2,3})?)\)?[\s　]?\Z")  # before the town
_BLOCKS = re.compile(  # 3丁目6番1号 is 3-6-1
    r"(\d{1,3})丁目(?:(\d{1,4})番地?(?:の?(\d{1,4})号?)?|(\d{1,4})-?(\d{1,4})?号?)?|(\d{1,5})番地?の?(\d{1,4})号?"
)
_DASH = re.compile(r"(?<=\d)[–—−ー](?=\d)")
_DIGIT = re.compile(r"[0-9０-９]")
_DOOR = re.compile(r"\d(?:号|號|弄|巷)")
_NUMBER = re.compile(r"\d+(?:[-ー−–]\d+)*")

_REPRESENTED = (
    r"代表取締役(?:社長|会長)?|取締役社長|代表者(?:氏?名)?|代表社員|代表理事|代表|理事長|院長|社長|所長|園長"
    r"|校長|店長|塾長|運営責任者"
    r"|販売責任者|担当者?|法定代表人|法人代表|联系人|聯絡人|负责人|負責人|总经理|總經理|董事长|董事長"
    r"|대표(?:이사|원장|자명?|변호사)?|원장|담당자|개인정보\s?(?:보호|관리)?\s?책임자"
)
_LABELLED = re.compile(
    rf"(?:^|(?<=[|｜\n·/]))[\s　■●・◆]*(?P<label>{_REPRESENTED})[\s　]*(?:[:：]|[\s　]|$)(?P<rest>[^|｜\n]{{0,40}})",
    re.M,
)
_LABEL_ALONE = re.compile(rf"[\s　■●・◆]*(?:{_REPRESENTED})[\s　]*[:：]?[\s　]*")
_TITLE = re.compile(
    r"^(?:代表取締役(?:社長|会長|CEO)?|取締役(?:社長)?|代表社員|代表理事|理事長|院長|社長|所長|会長|弁護士"
    r"|税理士|医師|歯科医師|대표이사|대표원장|원장)"
    r"[\s　:：]*"
)
_JAPANESE_NAME = re.compile(
    rf"^(?P<name>[{_HAN}]{{1,4}}[\s　][{_HAN}ぁ-んァ-ヶ]{{1,4}}|[{_HAN}]{{3,5}})(?=$|[\s　(（/／,、])"
)
_KOREAN_NAME = re.compile(
    r"^(?P<name>(?:남궁|황보|선우|독고|제갈"
    r"|[김이박최정강조윤장임한오서신권황안송류홍전고문손양배백허남심노하곽성차주우구나민유진지엄채원천방공현함"
    r"여추도소석선설마길연위표명기반왕금옥육인맹제모])[가-힣]{1,3})(?=$|[\s(,/]|님)"
)
_CHINESE_NAME = re.compile(
    r"^(?P<name>[王李张張刘劉陈陳杨楊黄黃赵趙周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎余潘杜戴夏"
    r"钟鍾汪田任姜范方石姚谭廖邹熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱汤尹黎易常武乔贺赖龚文庞]"
    rf"[{_HAN}]{{1,3}}?)(?=$|[\s　,，(（]|先生|女士|小姐|经理|經理)"
)
_NO_NAME = re.compile(
    r"会社|法人|公司|部|課|室|営業|係|事務|本社|お問|電話|주식|회사|경리|전화|部门|客服|挨拶|紹介|あいさつ|プロフィール"
)

COMPANY = re.compile(
    r"(?:[(（][株有][)）]|[㈱㈲]|(?:税理士|弁護士|司法書士|行政書士|社会保険労務士|公益財団|農事組合|宗教)法人|株式会社|有限会社|合同会社|合資会社|医療法人(?:社団|財団)?|一般社団法人|公益社団法人|一般財団法人"
    r"|学校法人|社会福祉法人|特定非営利活動法人|NPO法人)[ 　]?"
    rf"[{_HAN}{_KANA}A-Za-z0-9＆&・.-]{{1,20}}|[{_HAN}{_KANA}A-Za-z0-9＆&・.-]{{1,20}}(?:株式会社|有限会社|合同会社)"
    r"|(?:\(주\)|（주）|㈜|주식회사|유한회사)[ ]?[가-힣A-Za-z0-9&]{1,20}|[가-힣A-Za-z0-9&]{1,20}[ ]?(?:\(주\)"
    r"|（주）|㈜|주식회사)"
    rf"|[{_HAN}]{{2,20}}(?:[（(][{_HAN}]{{2,6}}[）)])?[{_HAN}]{{0,12}}(?:股份有限公司|有限责任公司|有限公司)"
)


def is_written(text: str) -> bool:
    """Whether a text holds Chinese characters, kana or hangul."""
    return not text.isascii() and _LETTERS.search(beyond_ascii(text) if len(text) > _LONG else text) is not None


def addresses(page: Page, country: str | None) -> Iterator[tuple[re.Match[str], AddressParts]]:
    """Where the page writes an address, and its parts; `country` (ISO) and language tell Japanese from Chinese."""
    if not is_written(page.text):
        return
    language = page.lang[:2].lower()
    if country == "JP" or language == "ja" or "〒" in page.text:
        yield from _found(page, _JAPANESE, _DIGIT, "JP")
    elif country == "KR" or language == "ko":
        yield from _found(page, _KOREAN, _DIGIT, "KR")
    elif country in {"CN", "TW"} or language == "zh":
        yield from _found(page, _CHINESE, _DOOR, country if country in {"CN", "TW"} else "CN")


def _found(
    page: Page, pattern: re.Pattern[str], anchor: re.Pattern[str], country: str
) -> Iterator[tuple[re.Match[str], AddressParts]]:
    for count, match in enumerate(around_matches(page.text, pattern, anchor, 80, 80)):
        if count >= _MAX_ADDRESSES:
            return
        street = _DASH.sub("-", " ".join(unicodedata.normalize("NFKC", match["street"]).split()))
        street = (
            _BLOCKS.sub(lambda found: "-".join(filter(None, found.groups())), street) if country == "JP" else street
        )
        code = _code(page, match, country)
        number = _NUMBER.search(street)
        if not number or len(street) > 80 or not (match["region"] or code or country in {"CN", "TW"}):
            continue
        parts = AddressParts(
            street=street,
            house_number=number[0],
            postal_code=code,
            city=match["city"],
            region=match["region"],
            country_code=country,
        )
        yield match, parts


def _code(page: Page, match: re.Match[str], country: str) -> str | None:
    if country == "JP":
        digits = re.sub(r"\D", "", match["mark"] or match["code"] or "")
        return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 else None
    if country == "KR":
        return match["code"]
    if country == "TW" and (before := _TAIWANESE_CODE.search(page.text, max(0, match.start() - 8), match.start())):
        return before[1]
    found = _CHINESE_CODE.search(page.text, match.start(), match.end() + 30)
    return found[1] if found else None


def representatives(page: Page) -> list[Person]:
    """People behind labels such as ``代表者``, ``대표`` or ``联系人``, on their line or in the cell beside."""
    if not is_written(page.text):
        return []
    found: list[Person] = []
    pattern = _name_pattern(page)
    for index, block in enumerate(page.blocks):
        if len(block.text) > 400 or block.marks & (Mark.NAV | Mark.HIDDEN | Mark.TESTIMONIAL | Mark.PARTNER):
            continue
        if _LABEL_ALONE.fullmatch(block.text) and index + 1 < len(page.blocks):
            is_of_cell = block.tag in _CELLS or block.text[-1] in ":："
            if not is_of_cell and index and pattern.match(page.blocks[index - 1].text):
                continue  # in a list of cards it is the title of the name above
            following = page.blocks[index + 1].text.split("\n")[0]
            found += _named(block.text.strip(" \u3000:：■●・◆"), following, pattern)
            continue
        for match in _LABELLED.finditer(block.text):
            found += _named(match["label"], match["rest"], pattern)
    return found[:10]


def _name_pattern(page: Page) -> re.Pattern[str]:
    """How the page's language writes names: hangul tells Korean, kana Japanese."""
    if page.lang[:2].lower() == "ko" or re.search("[가-힣]{2}", page.text):
        return _KOREAN_NAME
    return _JAPANESE_NAME if page.lang[:2].lower() == "ja" or re.search("[ぁ-んァ-ヶ]{2}", page.text) else _CHINESE_NAME


def _named(label: str, text: str, pattern: re.Pattern[str]) -> list[Person]:
    title = _TITLE.match(text.strip(" \u3000:："))
    bare = text.strip(" \u3000:：")[title.end() if title else 0 :]
    match = pattern.match(bare)
    if match is None or _NO_NAME.search(match["name"]):
        return []
    role = title[0].strip(" \u3000:：") if title else label
    return [Person(" ".join(match["name"].split()), role, confidence=0.75, locator="imprint")]
