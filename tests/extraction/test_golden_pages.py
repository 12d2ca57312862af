"""Pages written for one defect each, against their reviewed golden answer (`pages/<defect>.json`)."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadhouse.extraction.attribution.context import SiteContext
from leadhouse.extraction.company_site import EXTRACTOR, EXTRACTOR_VERSION, extract_page
from leadhouse.records import Extraction

PAGES = Path(__file__).parent / "pages"
URLS = {
    "about_company": "https://www.spedition-walz.de/ueber-uns",
    "blog_post": "https://www.fernhillpottery.co.uk/blog/market-day",
    "imprint_blocks": "https://www.gartenbau-eibe.de/impressum",
    "offices_abroad": "https://www.norrlund-instruments.com/locations",
    "partner_list": "https://www.menuiserie-du-lac.fr/partenaires",
    "privacy_processors": "https://www.fernhillpottery.co.uk/privacy",
    "social_profiles": "https://www.fernhillpottery.co.uk/",
    "email_obfuscations": "https://www.ahornhof-tischlerei.de/kontakt",
    "hidden_language_block": "https://ijssalondekade.nl/",
    "login_wall": "https://portal.harbourlane.co.uk/",
    "parked": "https://ahornhof.com/",
    "people_of_others": "https://harbourlane.co.uk/our-team",
    "phone_forms": "https://www.officinaferro.it/contatti",
    "script_only": "https://app.harbourlane.co.uk/",
    "soft_404": "https://menuiserie-roche.fr/equipe",
    "theme_demo": "https://birchwood-preview.com/",
    "theme_leftovers": "https://birchwoodroofing.com/contact",
    "third_parties_in_imprint": "https://zahnarzt-lenz.de/impressum",
    "company_table_japanese": "https://www.sakura-kikai.co.jp/company/",
    "contact_columns_czech": "https://www.truhlarstvi-novak.cz/kontakty",
    "contact_extensions_british": "https://www.harrowfieldjoinery.co.uk/contact-us",
    "contact_finnish": "https://www.koivulanpuu.fi/yhteystiedot",
    "contact_hungarian": "https://www.tolgyfa-asztalos.hu/kapcsolat",
    "contact_romanian": "https://www.mobilastejar.ro/contact",
    "contact_table_dutch": "https://www.loodgieterdeboer.nl/contact.html",
    "contact_turkish": "https://www.yildizmakina.com.tr/iletisim",
    "imprint_jimdo_german": "https://www.physio-erle.de/impressum/",
    "legal_notice_french": "https://www.menuiserie-carpentier.fr/mentions-legales",
    "team_cards_portuguese": "https://www.contabilidadeserra.pt/equipa",
    "team_elementor_polish": "https://stolarnia-jesion.pl/zespol/",
    "team_squarespace_american": "https://www.lindenorchards.com/our-team",
    "team_squarespace_spanish": "https://clinicadentalolmo.es/equipo",
    "team_webflow_swedish": "https://www.ekbergsbygg.se/om-oss",
    "team_wix_italian": "https://www.studiolegalemonti.it/chi-siamo",
    "access_table_japanese": "https://www.aoba-shika.jp/access/",
    "company_outline_japanese": "https://www.tanaka-seiki.co.jp/outline.html",
    "contact_footer_korean": "https://www.hanbitpack.co.kr/company/contact.php",
    "contact_factory_chinese": "https://www.jinhuavalve.com/contact.html",
    "contact_elementor_arabic": "https://www.alnoor-dental.com/ar/contact",
    "team_lawyers_turkish": "https://www.kayaozdemirhukuk.com/ekibimiz",
    "contact_restaurant_greek": "https://tavernathalassa.gr/epikoinonia",
    "contact_joomla_polish": "https://www.zwikmalopole.pl/kontakt",
    "contact_plain_romanian": "https://www.instalatiidumitru.ro/contact.html",
    "team_table_danish": "https://www.lundrevision.dk/medarbejdere/",
    "team_grid_estonian": "https://koodikoda.ee/meeskond",
    "about_squarespace_canadian": "https://northbeamstudio.com/about",
    "contact_shopify_british": "https://www.wrenandwillow.co.uk/pages/contact",
    "contact_table_italian": "https://www.agriturismolequerce.it/contatti.php",
    "about_list_dutch": "https://www.installatiebedrijf-vanderveen.nl/over-ons",
    "team_clinic_brazilian": "https://clinicavidaplena.com.br/corpo-clinico",
    "company_webflow_dutch": "https://www.parcelpilot.io/company",
    "team_lawyers_japanese": "https://www.midori-law.jp/lawyers",
    "team_clinic_korean": "https://www.seoulbarun.com/doctors",
    "contact_factory_taiwanese": "https://www.hongda-cnc.com.tw/contact",
    "contact_shop_vietnamese": "https://noithatphuonganh.vn/lien-he",
    "contact_factory_russian": "https://www.uralkomplekt.ru/kontakty/",
    "team_clinic_slovak": "https://www.veterinakosice.sk/nas-tim",
    "about_architect_hebrew": "https://www.levi-arch.co.il/about",
}


def extract(name: str) -> Extraction:
    url = URLS[name]
    host = url.split("/")[2]
    return extract_page(
        (PAGES / f"{name}.html").read_bytes(),
        url,
        "text/html",
        SiteContext(host=host),
        datetime(2026, 2, 3, tzinfo=UTC),
    )


def as_golden(extraction: Extraction) -> dict[str, Any]:
    """What a reviewer looks at: values, people, reasons; names at or above the weight that a title alone has."""
    facts: dict[str, list[str]] = {}
    for company in extraction.companies:
        for attribute, values in company.values.items():
            floor = 0.5 if attribute == "name" else 0.0
            facts[attribute.value] = sorted({value.value for value in values if value.confidence >= floor})
    people = [{key.value: values[0].value for key, values in person.values.items()} for person in extraction.persons]
    for person in people:
        person.pop("company_domain")
    return {
        "facts": dict(sorted(facts.items())),
        "people": sorted(people, key=lambda person: person["full_name"]),
        "rejections": sorted({f"{item.attribute} {item.value}: {item.reason}" for item in extraction.rejections}),
        "not_read": list(extraction.not_read),
    }


@pytest.mark.parametrize("name", sorted(URLS))
def test_page_reads_as_reviewed(name: str) -> None:
    extraction = extract(name)
    if os.environ.get("LEADHOUSE_ACCEPT"):  # then review the difference
        golden = json.dumps(as_golden(extraction), ensure_ascii=False, indent=1) + "\n"
        (PAGES / f"{name}.json").write_text(golden, encoding="utf-8")
    assert as_golden(extraction) == json.loads((PAGES / f"{name}.json").read_text())
    assert (extraction.extractor, extraction.extractor_version) == (EXTRACTOR, EXTRACTOR_VERSION)


def test_every_page_has_a_golden_and_a_url() -> None:
    assert {path.stem for path in PAGES.glob("*.html")} == {path.stem for path in PAGES.glob("*.json")} == set(URLS)


def test_same_bytes_make_the_same_statement() -> None:
    assert extract("phone_forms").statement_hash == extract("phone_forms").statement_hash
