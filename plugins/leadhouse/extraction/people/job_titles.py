"""What reads as a job title or role, in many languages: single words, endings of compounds, stems of other scripts."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import combining, normalize

from leadhouse.extraction.attribution.hosts import fold
from leadhouse.extraction.patterns.guarded import guarded, in_one_case
from leadhouse.extraction.people.job_title_words import DEPARTMENTS, TITLE_ENDINGS, TITLE_WORDS

_OTHER_SCRIPTS = guarded(
    r"директор|руководител|менеджер|бухгалтер|основател|президент|заместител|инженер|юрист|адвокат|врач|специалист"
    r"|начальник|секретарь|консультант|председател|владелец|власник|керівник|управител|собственик|администратор"
    r"|διευθυντ|ιδρυτ|πρόεδρ|λογιστ|λογίστ|δικηγόρ|γιατρ|ιατρ(?!ε[ίι])|ορθοδοντ|οδοντίατρ|χειρουργ|ψυχίατρ|παιδίατρ"
    r"|κτηνίατρ|φυσικοθεραπ|ψυχολόγ|συνέταιρ|συνεργάτ|υπεύθυν|ιδιοκτήτ|διευθύν|γραμματ|μηχανικ|σύμβουλ"
    r"|经理|總經理|总监|總監|总裁|總裁|主管|董事|主任|创始人|創辦人|工程师|律师|医生|会计|社長|代表|取締役|部長"
    r"|課長|店長"
    r"|担当|院長|医師|대표|이사|팀장|부장|과장|원장|사장|변호사|מנכ|מנהל|יועצ|מייסד|סמנכ|עור[ךכ]|רופא|מדיר"
    r"|弁護士|税理士|司法書士|行政書士|社労士|会計士|建築士|獣医師|歯科|看護師|薬剤師|衛生士|講師|専務|常務"
    r"|監査役|会長|理事|所長|主任|係長"
    r"|전문의|실장|간호사|상담사|연구원|본부장|차장|대리|회계사|세무사|디자이너|顾问|專員|专员|合伙人|医师|醫師"
    r"|主席|负责人"
    r"|אדריכל|מהנדס|שותפ|רואה חשבון|מזכיר|מתכנ|מעצב|פסיכולוג|استشاري|أخصائي|شريك|منسق|فني|ممرض|صيدلي"
    r"|бухгалтер|мастер|тренер|психолог|архитектор|дизайнер|лікар|головний|технолог|педагог|τεχνικ|πωλητ|μάγειρ"
    r"|αρχιτέκτ"
    r"|ประธาน|กรรมการ|หัวหน้า|เลขานุการ|ทันตแพทย์|校長|園長|局長|顧問|校长|院长|秘书长|会长|理事|教练|讲师"
    r"|مدير|رئيس|مؤسس|مهندس|محام|طبيب|محاسب|مستشار|प्रबंधक|निदेशक|अध्यक्ष|संस्थापक|ผู้จัดการ|ผู้อำนวยการ"
)
_PHRASES = guarded(
    r"\b(?:head of|head(?=, | - )|head (?:chef|waiter|waitress|coach|teacher|gardener)|team lead|in charge|board member"
    r"|member of the board|daglig leder|building practitioner|chargée? de|contact person|person of contact"
    r"|kontaktperson|contactpersoon|persona de contacto|personne de contact|referente|sage-femme|giám đốc|chủ tịch"
    r"|trưởng phòng|kế toán|bác sĩ|nhân viên|public relations|fundraising)\b|(?<=\w )head$",
    re.I,
)
_SENTENCE_START = re.compile(
    r"(?:i|we|our|you|your|they|he|she|it|this|these|if|when|click|call|read|see|wir|ich|unsere?|sie|nous|notre|vous|je"
    r"|noi|il nostro|nosotros|wij|ons|vi|vores|contact us|ask)\b",
    re.I,
)
# Bodies of several people and calls to the reader hold such words, and are no one's title.
_NO_TITLE = guarded(
    r"^(?:the |our )?(?:board of (?:directors|trustees|advisors)|directors|partners|our \w+|managers|founders|vorstand"
    r"|rechtsanwälte|geschäftsführung|leitung)$|\b(?:us|we|you|your|our team|wir|uns|sie|nous|vous)\b|^(?:to"
    r"|for|by|from|meet|introducing|how|become|find|join|zum|zur|für)\b",
    re.I,
)
_DEPARTMENT_ENDINGS = ("verwaltung", "buchhaltung", "betreuung", "abteilung", "sekretariat")
_FIGURES = re.compile(r"\d+[-/]\d+[-/]\d|\d{5}")  # of a house, a date, a telephone
_HINT = 1 << 16
# Of these every phrase above holds one.
_HINTS = (
    "head", "lead", "charg", "member", "leder", "practitioner", "perso", "referente", "femme", "relations",
    "fundraising", "đốc", "tịch", "phòng", "toán", "sĩ", "viên",
)  # fmt: skip
BEYOND_LATIN = re.compile(r"[^\x00-\u024f\u2000-\u2070\u20a0-\u20ff\u2190-\u2bff]")  # letters of other scripts
_JOINT = re.compile(r"[-./]")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")


_BARE = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "æ": "a", "þ": "th", "ə": "a"})


def spellings(word: str) -> tuple[str, ...]:
    """A word folded as German writes umlauts out, and as Turks, Swedes and Hungarians drop the marks."""
    folded = fold(word)
    if word.isascii():
        return (folded,)
    bare = fold("".join(char for char in normalize("NFKD", word.translate(_BARE)) if not combining(char)))
    return (folded,) if bare == folded else (folded, bare)


@lru_cache(maxsize=20_000)
def is_title_word(word: str) -> bool:
    """Whether one word names a role, alone or as the end of a compound (``Vertriebsleiter``)."""
    for folded in spellings(word):
        if folded in TITLE_WORDS or (len(folded) > 6 and folded.endswith(TITLE_ENDINGS)):
            return True
    if word.isalnum():
        return False
    return any(fold(part) in TITLE_WORDS for part in _JOINT.split(word)[:-1]) or (
        "-" in word and fold(word.rsplit("-", 1)[-1]) in TITLE_WORDS
    )


@lru_cache(maxsize=50_000)
def _titles_in(token: str) -> int:
    """How many words of a text without spaces name a role; `_HINT` more where a phrase that does may hold it.

    Remembered, as a page's words repeat.
    """
    count = len(list(filter(is_title_word, _WORD.findall(token))))
    lowered = in_one_case(token)
    is_hint = any(hint in lowered for hint in _HINTS) or (not token.isascii() and BEYOND_LATIN.search(token))
    return count + _HINT if is_hint else count


@lru_cache(maxsize=50_000)
def title_words(text: str) -> int:
    """How many words of a text name a role; one for a phrase that does."""
    count = sum(map(_titles_in, text.split()))
    if count < _HINT:
        return count
    count %= _HINT
    if count == 0 and (_PHRASES.search(text) or (not text.isascii() and _OTHER_SCRIPTS.search(text.lower()))):
        return 1
    return count


@lru_cache(maxsize=50_000)
def is_title(text: str) -> bool:
    """Whether a short text is a job title."""
    if not 2 <= len(text) <= 110 or text[-1] in "?!" or text[0] in "★☆“„«" or "@" in text or "http" in text:
        return False
    if title_words(text) == 0 or _NO_TITLE.search(text) or (not text.isalpha() and _FIGURES.search(text)):
        return False
    count = len(text.split())
    return count <= 14 and not (count > 7 and text[-1] == ".") and not (count > 2 and _SENTENCE_START.match(text))


@lru_cache(maxsize=20_000)
def is_department(text: str) -> bool:
    """Whether a short text names departments alone (``Buchhaltung``, ``Sales & Marketing``)."""
    found = [fold(word) for word in _WORD.findall(text)]
    return 0 < len(found) <= 5 and len(text) <= 45 and any(map(_is_department_word, found))


def _is_department_word(folded: str) -> bool:
    return folded in DEPARTMENTS or (len(folded) > 10 and folded.endswith(_DEPARTMENT_ENDINGS))


@lru_cache(maxsize=20_000)
def is_role_line(text: str) -> bool:
    """Whether a short line could be a role when a list of staff has it next to a name, whatever its words."""
    return (
        2 <= len(text) <= 60
        and len(text.split()) <= 6
        and not re.search(r"[\d@!?:★☆]|\.$|^\W*$|^[\"“„«]|https?|www\.", text)
        and not _SENTENCE_START.match(text)
        and (text[0].isupper() or title_words(text) > 0)
    )
