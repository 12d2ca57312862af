"""VAT and register numbers as imprints of the European Union's members, Britain, Switzerland and Norway write them.

The numbers are the examples of python-stdnum's documentation or made up where a register has no check digit.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import extract_page

NOW = datetime(2026, 4, 6, tzinfo=UTC)

# domain, language, line, VAT id, register's number (None: the line has none)
LINES = [
    ("at", "de", "UID-Nr.: ATU13585627, Firmenbuchnummer: FN 234567k", "ATU13585627", "FN 234567k"),
    ("be", "nl", "BTW BE 0403.019.261, RPR Brussel", "BE0403019261", None),
    ("be", "fr", "N° d'entreprise : 0403.019.261", "BE0403019261", None),
    ("bg", "bg", "ЕИК 175074752, ИН по ЗДДС: BG175074752", "BG175074752", "ЕИК 175074752"),
    ("com.cy", "en", "VAT No: CY10259033P, Reg. No. HE 123456", "CY10259033P", None),
    ("cz", "cs", "IČO: 25123891, DIČ: CZ25123891", "CZ25123891", "IČO 25123891"),
    ("de", "de", "USt-IdNr.: DE136695976, Amtsgericht Bonn HRB 12345", "DE136695976", "HRB 12345"),
    ("dk", "da", "CVR-nr. 13585628", "DK13585628", "CVR 13585628"),
    ("ee", "et", "Registrikood: 12345678, KMKR: EE100931558", "EE100931558", "Registrikood 12345678"),
    ("es", "es", "CIF: B-58378431", "ESB58378431", None),
    ("fi", "fi", "Y-tunnus 2077474-0", "FI20774740", "Y-tunnus 2077474-0"),
    ("fr", "fr", "SIRET 732 829 320 00074, TVA FR 44 732829320", "FR44732829320", "SIRET 732 829 320 00074"),
    ("co.uk", "en", "VAT registration no. GB 980 7806 84, Company number 09751351", "GB980780684", "09751351"),
    ("gr", "el", "ΑΦΜ: 094259216, ΓΕΜΗ 123456701000", "EL094259216", "ΓΕΜΗ 123456701000"),
    ("hr", "hr", "OIB: 33392005961", "HR33392005961", None),
    ("hu", "hu", "Adószám: 12892312-2-42, Cégjegyzékszám: 01-09-123456", "HU12892312", "Cégjegyzékszám 01-09-123456"),
    ("ie", "en", "VAT: IE6433435F, CRO No. 123456", "IE6433435F", None),
    ("it", "it", "P.IVA 00743110157, REA MI-123456", "IT00743110157", "REA MI-123456"),
    ("lt", "lt", "Įmonės kodas 119511515, PVM kodas LT119511515", "LT119511515", "Įmonės kodas 119511515"),
    ("lu", "fr", "TVA LU15027442, RCS Luxembourg B123456", "LU15027442", "RCS B123456"),
    ("lv", "lv", "Reģ. Nr. 40003521600, PVN LV40003521600", "LV40003521600", "Reģ. Nr 40003521600"),
    ("com.mt", "en", "VAT No. MT11679112, Company Reg. C 12345", "MT11679112", None),
    ("nl", "nl", "KvK 12345678, btw-nummer NL004495445B01", "NL004495445B01", "KvK 12345678"),
    ("pl", "pl", "NIP: 856-734-62-15, REGON 192598184, KRS 0000012345", "PL8567346215", "KRS 0000012345"),
    ("pt", "pt", "NIPC 501 964 843", "PT501964843", None),
    ("pt", "pt", "Contribuinte n.º 501964843", "PT501964843", None),
    ("ro", "ro", "CUI RO18547290, J40/1234/2005", "RO18547290", "J40/1234/2005"),
    ("ro", "ro", "CIF: 18547290, Nr. Reg. Com.: J12/345/2010", "RO18547290", "J12/345/2010"),
    ("se", "sv", "Org.nr 556188-8404, momsreg.nr SE556188840401", "SE556188840401", "Org.nr 556188-8404"),
    ("si", "sl", "ID za DDV: SI50223054, Matična številka: 1234567000", "SI50223054", "Matična številka 1234567000"),
    ("si", "sl", "Davčna številka: 50223054", "SI50223054", None),
    ("sk", "sk", "IČO: 36422991, IČ DPH: SK2022749619", "SK2022749619", "IČO 36422991"),
    ("ch", "de", "CHE-107.787.577 MWST", "CHE107787577", "CHE 107.787.577"),
    ("no", "nb", "Org.nr. 995 525 828 MVA", "NO995525828MVA", "Org.nr. 995 525 828"),
]


def identifiers(domain: str, language: str, line: str) -> tuple[set[str], set[str], set[str]]:
    """VAT ids, register numbers and telephone numbers that a page of contacts with that line states."""
    host = f"www.probe.{domain}"
    html = f"<html lang={language}><body><main><h1>Probe</h1><p>{line}</p></main></body></html>".encode()
    read = extract_page(html, f"https://{host}/contact", "text/html; charset=utf-8", SiteContext(host=host), NOW)
    found = {key.value: {value.value for value in values} for key, values in read.companies[0].values.items()}
    return found.get("vat_id", set()), found.get("register_id", set()), found.get("phone_e164", set())


@pytest.mark.parametrize(("domain", "language", "line", "vat", "register"), LINES, ids=[line[2] for line in LINES])
def test_numbers_of_the_land(domain: str, language: str, line: str, vat: str, register: str | None) -> None:
    assert identifiers(domain, language, line) == ({vat}, {register} if register else set(), set())


@pytest.mark.parametrize(
    ("domain", "language", "line"),
    [
        ("fi", "fi", "Y-tunnus 2077474-1"),  # another check digit
        ("hr", "hr", "OIB: 33392005962"),
        ("dk", "da", "CVR-nr. 13585627"),
        ("gr", "el", "ΑΦΜ: 094259217"),
        ("pt", "pt", "Contribuinte n.º 501964842"),
        ("ch", "de", "CHE-107.787.578 MWST"),
        ("no", "nb", "Org.nr. 995 525 828"),  # a register's number alone says nothing of the tax
    ],
)
def test_no_vat_id_without_its_check_digit(domain: str, language: str, line: str) -> None:
    assert not identifiers(domain, language, line)[0]
