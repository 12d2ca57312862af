"""Legal forms of many countries close a name, dotted, spaced or plain; words that only look like them do not."""

from __future__ import annotations

import pytest

from leadhouse.extraction.company.legal_names import legal_name

NAMES = (
    # the Union and the Economic Area
    "Loidl Ges.m.b.H.", "Loidl FlexCo", "Huber AG & Co. KGaA", "Huber GmbH & Co. KG", "Huber eGbR", "Weber S.à r.l.",
    "Weber Sàrl", "Granier SELAS", "Granier EARL", "Damme SPRL", "Damme Comm.V", "Bakker V.O.F.", "Holm I/S",
    "Holm A.m.b.a.", "Ek AB (publ)", "Ek Aktiebolag", "Moe NUF", "Karttunen Oy", "Karttunen Ky",
    "Björn ehf.", "Kelly DAC",
    "Rossi Soc. Coop.", "Rossi S.c.a.r.l.", "Rossi S.r.l. unipersonale", "Garcia S.A.U.", "Garcia S.L.P.",
    "Garcia S. Coop.", "Cabral CRL", "Wrobel sp. z o. o.", "Wrobel Sp. k.", "Wrobel Spółka Jawna", "Horak v.o.s.",
    "Horak k. s.", "Hudak n.o.", "Kiss Kkt.", "Kiss Betéti Társaság", "Pop P.F.A.", "Петров ЕООД", "Horvat j.d.o.o.",
    "Novak s.p.", "Παππάς Α.Ε.", "Παππάς & ΣΙΑ Ο.Ε.", "Παππάς Μονοπρόσωπη ΙΚΕ", "Tamm FIE", "Tamm MTÜ", "MB Jonas",
    "VšĮ Jonas", "IK Ozols", "Borg p.l.c.", "Pappas Λτδ",
    # Switzerland, Great Britain, Turkey, Israel, the Gulf
    "Keller Sagl", "Smith C.I.C.", "Smith Cyf", "Yildiz LTD. ŞTİ.", "Yildiz A.S.", 'לוי בע"מ', "Pearl L.L.C",
    "Pearl FZCO",
    "Pearl W.L.L.", "اللؤلؤ ش.م.م",
    # America, Asia, Africa, Australia
    "Acme PBC", "Lavoie Notaires inc.", "Lavoie Ltée", "Lavoie S.E.N.C.R.L.", "Vida LTDA - ME", "Vida S/A",
    "Vida Eireli",
    "Luz S.A. de C.V.", "Luz S. de R.L. de C.V.", "Luz S.A.C.", "Bluegum P/L", "Bluegum Pty Ltd", "Surya (P) Ltd.",
    "(株)山本", "弁護士法人山本", "TAN SDN. BHD.", "Tan Berhad", "Ubuntu NPC", "ПрАТ Ромашка", "Minh Anh JSC",
)  # fmt: skip
NONE = (
    "Unsere Preise inc. Versand", "Speicher 512 MB", "Los Angeles, CA", "Opening hours 9 a.m.", "Call us as",
    "see p. k",
    "Wir sind im Kreis sc", "the state of the art", "Fax N.A.", "Bring your own od",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_form_closes_or_opens_the_name(name: str) -> None:
    assert (legal_name(name) or "").rstrip(".") == name.rstrip(".")


@pytest.mark.parametrize("line", NONE)
def test_other_words_are_no_form(line: str) -> None:
    assert legal_name(line) is None


def test_name_is_cut_out_of_its_line() -> None:
    assert legal_name("© 2024 Karttunen Oy | Y-tunnus 1572860-0") == "Karttunen Oy"
    assert legal_name("Provozovatel: Horak v.o.s., IČO 25123891") == "Horak v.o.s."
    assert legal_name("Luz S.A. de C.V. - RFC LUZ010203AB1") == "Luz S.A. de C.V."
