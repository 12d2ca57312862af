"""Legal forms that close a company's name, told by the last words of a line rather than by a pattern.

After the registers' own lists (ISO 20275 names them by country). Points, blanks and commas inside a form are left out
here: ``S.A. de C.V.`` is ``SAdeCV``, ``sp. z o. o.`` is ``spzoo``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from leadhouse.extraction.patterns.vocabulary import words

FORMS = (
    # Austria, Germany, Switzerland, Liechtenstein
    words(
        "GesmbH mbH FlexCo FlexKapG KEG OEG eGen eGbR eG GmbHiG AG&CoKGaA SE&CoKG SE&CoKGaA Inc&CoKG Ltd&CoKG mbH&CoKG"
    )
    | words("Genossenschaft PartnerschaftsgesellschaftmbB Sàrl SàrL SàrlS Sagl KlG Anstalt Est")
    # France, Luxembourg, Belgium, the Netherlands
    | words("SARLS SCIC SELAS SCM GAEC EARL SCP SELAFA SCA SPRL CommV SCRL GCV VOF CV UA CoöperatieUA")
    # the North
    | words(
        "I/S K/S P/S IVS Amba amba AmbA FmbA FMBA Aktiebolag Handelsbolag "
        "Kommanditbolag AB(publ) ekför Ekonomiskförening"
    )
    | words("NUF BA KS Oy OY Ky Tmi Ay OyAb Osk Osuuskunta ry ehf hf slf sf ohf")
    # Ireland, Great Britain
    | words("DAC CLG ULC Teoranta Teo CIC Cyf Cyfyngedig CommunityInterestCompany DesignatedActivityCompany plc")
    | words("CompanyLimitedbyGuarantee")
    # Italy, Spain, Portugal
    | words(
        "SocCoop Soccoop soccooparl SocCooparl SocietàCooperativa ScaRL "
        "Scarl SCARL ScpA Srlunipersonale SRLunipersonale"
    )
    | words(
        "SrlSocietàBenefit SrlSB SrlSTP Stp STP ASD Ss Onlus SAU SLP SLL SCoop SCOOP SLNE AIE CB SC SAD CRL Limitada"
    )
    # Poland, Czechia, Slovakia, Hungary, Romania
    | words(
        "Spzoo spzoo SpzooSpk spzoospk Spzoospk SPZOO spzooSpk Spj spj Spk spk Spp spp sc PSA spółkazoo SpółkaJawna"
    )
    | words(
        "SpółkaCywilna SpółkaKomandytowa spzoospkomandytowa vos ks zs ops zú "
        "no oz jsa družstvo Kkt EV ev Rt SRLD PFA SNC"
    )
    | words("KorlátoltFelelősségűTársaság BetétiTársaság")
    # the Balkans, Greece, Cyprus
    | words("EAD ООД ЕООД АД ЕАД ЕТ КД СД ДОО доо jdoo dd obrt kd jtd doo DOO sp dno zoo zbo ad od")
    | words("ΑΕ ΕΠΕ ΙΚΕ ΜονοπρόσωπηΙΚΕ ΟΕ ΕΕ ΣΙΑΟΕ ΣΙΑΕΕ &ΣΙΑΟΕ &ΣΙΑΕΕ AE IKE EPE Λτδ ΛΤΔ")
    # the Baltic
    | words("FIE MTÜ UÜ TÜ IK MB IĮ VšĮ UAB")
    # Turkey, Israel, the Gulf
    | words(
        "AS LtdŞti LTDŞTİ LtdSti LTDSTI KollŞti AŞ FZCO FZC DMCC WLL PJSC SAOC SAOG SPC LLCSPC LLC-FZ LLCFZ KSC LLC"
    )
    | words("Establishment ذمم ذمم شمم شمك בעמ ער")
    # America
    | words("PBC LLLP APC PA LP Ltée Ltee LTÉE Limitée Enr enr inc senc SENC")
    | words("SENCRL sencrl Incorporée SAdeCV SAPIdeCV")
    | words(
        "SdeRLdeCV SdeRL AC EIRL SAC SAA SASBIC CíaLtda LTDA LTDAME LTDA-ME LTDAEPP LTDA-EPP LtdaEPP Ltda-EPP LtdaME"
    )
    | words("Ltda-ME EIRELI Eireli EIRELIME EIRELI-ME Eireli-ME S/A S/S S/SLtda")
    # Asia, Africa, Australia
    | words("P/L NPC SDNBHD Berhad PLT OPC JSC JointStockCompany KK GK KabushikiKaisha")
)
_LAST = frozenset(form[at:] for form in FORMS for at in (-2, -1))  # ``sp. z o. o.`` ends with one letter
_SEGMENT = re.compile(  # a comma parts what goes on behind it, none before the form itself (``Jonas, MB``)
    r"\s*[;|–—·•]\s*|\s+-\s+(?!(?:ME|EPP|FZ)\b)|\s*\((?!publ\)|\d{4}\))|,\s+(?=\d|\w\S{0,14}\s+\S)"
)
_NO_SIGN = re.compile(r"[.\s,\"״“”„]+")
_LONGEST = 5  # words


@lru_cache(maxsize=20_000)
def closing_form(line: str) -> tuple[str, str] | None:
    """What stands before a form that closes a part of a line, and the form as written; the longest form wins.

    A form of two letters counts in capitals that are no others' or with its points: ``k.s.``, no ``ks``.
    """
    for segment in _SEGMENT.split(line):
        parts = segment.split()
        if len(parts) < 2 or _NO_SIGN.sub("", parts[-1])[-2:] not in _LAST:
            continue
        for count in range(min(_LONGEST, len(parts) - 1), 0, -1):
            written = " ".join(parts[-count:])
            bare = _NO_SIGN.sub("", written)
            if bare in FORMS and _is_written_so(bare, written):
                return " ".join(parts[:-count]), written.strip(" ,")
    return None


def _is_written_so(bare: str, written: str) -> bool:
    if len(bare) > 3 or "/" in bare or written.count(".") >= 2:
        return True
    return bare in _CLEAR or (bare in _POINTED and written[-1] == ".")


_CLEAR = words(  # short forms that need no points
    "mbH KEG OEG Oy Ky Tmi Ay Osk IVS NUF DAC CLG ULC CIC Cyf SCM SCP SCA GCV SAU SLP SLL SAD CRL PSA PFA "
    "EAD ООД ЕАД ЕТ КД СД АД ДОО ΑΕ ΕΠΕ ΙΚΕ ΟΕ ΕΕ IKE EPE Λτδ ΛΤΔ FIE MTÜ UÜ TÜ IĮ VšĮ AŞ FZC SPC WLL KSC PBC APC "
    "SAC NPC PLT OPC JSC DOO UAB בעמ STP ASD"
)
_POINTED = words("Enr enr inc Kkt Est ehf hf slf sf ohf Teo Rt")
