"""What replies say, in words that people use."""

from __future__ import annotations

import time

import pytest

from leadhouse.delivery.reply_kinds import is_absence_note, reply_kind

SAID = {
    "positive": [
        "Yes, call me on Thursday.", "Sounds interesting, could you send us some details?",
        "Happy to talk. When are you free?",
        "Ja, gerne. Rufen Sie mich morgen an.", "Wir hätten Interesse an einem Termin.", "Nous sommes intéressés.",
    ],
    "later": [
        "Not right now, but we are interested in principle.", "Please get back to me in March.", "Wrong timing, sorry.",
        "Momentan kein Bedarf, melden Sie sich im Herbst wieder.", "Pas maintenant, merci.",
    ],
    "referral": [
        "I'm not the right person for this.", "Please contact my colleague Ms Berg.", "I have forwarded your mail.",
        "Dafür zuständig ist Herr Lind.", "Wenden Sie sich bitte an den Einkauf.",
    ],
    "declined": ["No thanks.", "We are not interested.", "Kein Interesse.", "Nein danke!", "Non siamo interessati."],
    "opt_out": [
        "REMOVE ME from this list NOW!!!", "Stop emailing us.", "Don't write to me again, I am not interested.",
        "unsubscribe",
        "Bitte keine weiteren Mails.", "Ich widerspreche der Nutzung meiner Daten.", "Löschen Sie meine Adresse.",
        "Nehmen Sie mich aus Ihrem Verteiler.", "Ne me contactez plus.",
    ],
    "out_of_office": [
        "I am out of the office until 3 March and will call you back.", "Automatic reply: thank you",
        "Ich bin bis 12. Mai im Urlaub. Keine Weiterleitung.", "Réponse automatique",
    ],
    "other": ["Who are you?", "Ok", "", "Danke für die Nachricht, ich sehe es mir an."],
}  # fmt: skip
QUOTED = {
    "marked": "Interesting, call me.\n> If you want no more, unsubscribe here.",
    "written by": "Interesting, call me.\n\nOn Mon, 3 Mar 2026 at 10:00, Mara <m@x.example> wrote:\nStop sending?",
    "german": "Ja, gerne.\nAm 03.03.2026 um 10:00 schrieb Mara Petersen:\nkeine weiteren Mails? Abmelden",
    "our footer": "Yes, please.\nUnsubscribe: https://firm.example/unsubscribe/abc",
    "outlook": "Yes, please.\n-----Original Message-----\nunsubscribe",
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_what_people_say(kind, text):
    assert reply_kind(text) == kind


@pytest.mark.parametrize(
    "asked",
    [
        "I am out of the office until 3 March. Please remove me from your list.", "On sick leave. Stop emailing me.",
        "Ich bin bis 12. Mai im Urlaub. Bitte schreiben Sie mich nicht mehr an und löschen Sie meine Daten.",
        "Bin derzeit nicht erreichbar. Nehmen Sie mich aus Ihrem Verteiler.",
        "Absent du bureau. Ne me contactez plus.",
    ],
)  # fmt: skip
def test_who_is_away_may_still_ask_to_be_left_alone(asked):
    assert (reply_kind(asked), is_absence_note(asked)) == ("opt_out", True)
    assert reply_kind(asked.partition(".")[2], "Automatic reply: a question") == "opt_out"


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office and can read no emails. Do not write about urgent matters, call us.",
        "Ich bin bis 12. Mai im Urlaub und kann keine E-Mails lesen.",
        "Automatic reply. Our newsletter: unsubscribe at https://firm.example/u",
    ],
)
def test_what_an_absence_note_says_of_itself_is_no_request(text):
    assert reply_kind(text) == "out_of_office"


@pytest.mark.parametrize("how", QUOTED)
def test_what_is_quoted_is_not_said(how):
    assert reply_kind(QUOTED[how]) == "positive"


def test_subject_tells_an_automatic_answer_and_nothing_else():
    assert reply_kind("I will be back on Monday.", "Automatische Antwort: A question") == "out_of_office"
    assert reply_kind("Who are you?", "Re: Yes, call me to unsubscribe") == "other"
    assert reply_kind(None, None) == "other"


def test_a_hostile_text_costs_no_more_than_a_long_one():
    def seconds(text):
        began = time.process_time()
        reply_kind(text)
        return time.process_time() - began

    plain = min(seconds("word and word " * 1400) for _ in range(3))
    for hostile in ("on " * 7000, "leite " * 3500, "rufen sie mich " * 1400, "> " * 10_000, "a" * 20_000):
        assert min(seconds(hostile) for _ in range(3)) < 0.05 + 50 * plain
