"""What a reply says, read from its words: whether to go on, to wait, to ask somebody else, or never to write again.

A provider or a person who says it is believed before the words (`leadhouse.delivery.received_events`,
`app.interactions.reply_kind`). Words are read by their cost: an opt-out that is missed is a complaint, so that many
wordings count; *positive* is a figure that somebody is paid by, so that few do, and none beside a refusal. Lines that
were quoted are not read: our own footer speaks of unsubscribing.
"""

from __future__ import annotations

import re
from typing import Literal

ReplyKind = Literal["positive", "later", "referral", "declined", "opt_out", "out_of_office", "other"]

_LONGEST = 4000  # characters that are read: what people mean, they say first
_QUOTE_BEGINS = re.compile(
    r"^\s*(>|-{2,}\s*(original|ursprüngliche|message d'origine|mensaje original|messaggio originale)"
    r"|(from|von|de|da|od)\s*:.*@|(on|am|le|el|il)\b.{4,200}\b(wrote|schrieb|a écrit|escribió|ha scritto)\b.{0,60}:\s*$"
    r"|.*/unsubscribe/)",
    re.I,
)


# One wording a line. The first kind that has one wins: who is away says nothing but what he asks of us, who is angry
# says no, and "not now" is no refusal.
_WORDINGS_TEXT: tuple[tuple[ReplyKind, str], ...] = (
    (
        "out_of_office",
        r"""
        out of (the )?office
        \bauto(matic|mated)?[ -]?(reply|response)\b
        \bon (annual|parental|maternity|sick) leave\b
        \babwesenheits(notiz|nachricht|assistent)
        automatische (antwort|nachricht)
        (nicht|nicht mehr) im (büro|haus)\b
        bin (ab|bis|vom|zur zeit|derzeit)\b.{0,40}(urlaub|abwesend|nicht erreichbar)
        réponse automatique
        absent(e)? du bureau
        respuesta automática
        fuera de la oficina
        risposta automatica
        fuori ufficio
        automatisch antwoord
        \bafwezig\b
        frånvaromeddelande
        odpowiedź automatyczna
        """,
    ),
    (
        "opt_out",
        r"""
        \bunsubscribe\b
        \bopt(ing)?[ -]?out\b
        \bremove (me|my|us|our)\b
        \btake (me|us) off\b
        \bstop (e-?mailing|writing|contacting|sending|spamming)
        \b(do not|don['’]?t|never) (e-?mail|contact|write|message|send)\b
        \bno (more|further) (e-?mails?|messages|contact)\b
        \b(this is|reported? (you )?as|stop) spam\b
        \b(ab|aus)(zu)?(melden|tragen)\b
        \baustragung\b
        keine (weiteren? )?(e-?mails?|mails|werbung|nachrichten|zusendung)
        nicht (mehr|länger|weiter) (an)?(schreiben|zuschreiben|kontaktieren|zumailen|belästigen)
        lösch(en|t)? (sie )?(bitte )?(meine|unsere|mich|uns)\b
        aus (ihrem|dem|eurem|deinem) verteiler
        \bwiderspr(eche|uch)\b
        désabonne
        désinscri
        ne (me|nous) (contactez|écrivez) plus
        \bdar(me|nos)? de baja\b
        no (me|nos) (escriban?|contacten?|envíen?)
        \bcancella(mi|teci|temi)\b
        disiscri
        \buitschrijven\b
        \bafmelden\b
        avregistrera
        wypisa
        """,
    ),
    (
        "later",
        r"""
        \bnot (right )?(now|at the moment|at this time|this (month|quarter|year))\b
        \b(bad|wrong) timing\b
        \b(next|later this) (month|quarter|spring|summer|autumn|fall|winter|year)\b
        \b(reach out|get back|come back|try|contact (me|us)|check)( to (me|us))?( again)? (in|after) 
        \b(momentan|derzeit|aktuell|zur ?zeit|im moment) (nicht|kein)
        \bnächste[smnr]? (monat|quartal|jahr|frühjahr|sommer|herbst)
        melden sie sich .{0,30}(wieder|noch ?mal|erneut|später)
        \bspäter (noch ?mal|wieder|im jahr)
        \bplus tard\b
        \bpas (maintenant|pour l'instant)\b
        \bmás adelante\b
        \bpiù avanti\b
        \bnon (adesso|ora)\b
        \bniet nu\b
        """,
    ),
    (
        "referral",
        r"""
        \b(not|n['’]t) the (right|correct|best) (person|contact)\b
        \b(right|correct|better|responsible) (person|contact)\b.{0,30}\bis\b
        \bplease (contact|write to|speak (to|with)|talk to|reach out to|ask) (my|our|mr|mrs|ms|dr)\b
        \bforward(ed|ing) (this|your|it)\b
        \bcopying in\b|\bin cc\b
        \bnicht (mehr )?(der|die) richtige\b
        \bzuständig (ist|sind|für)
        wenden sie sich (bitte )?an\b
        \bansprechpartner(in)? (ist|sind)\b
        weitergeleitet
        leite .{0,30} weiter\b
        adressez-vous à
        \bdiríj[ae]se a\b
        \bsi rivolga a\b
        """,
    ),
    (
        "declined",
        r"""
        \bnot (at all |really )?interested\b
        \bno (interest|need)\b
        \bno,? (thanks|thank you)\b
        \bwe (already have|are all set)\b
        \bkein(en|e)? (interesse|bedarf)\b
        \bnein,? danke\b
        \bnicht (daran )?interessiert\b
        \bpas intéressée?s?\b
        \bno (me|nos) interesa\b
        \bnon (siamo|sono) interessat
        \bgeen interesse\b
        \binte intresserad
        nie jestem zainteresowan
        """,
    ),
    (
        "positive",
        r"""
        \b((i|we)( am|['’]m| are|['’]re)|sounds|looks) (very |really |quite )?(interested|interesting)\b
        \b(happy|glad|keen|love) to (talk|chat|meet|connect|learn more|hear more|discuss)\b
        \blet['’]?s (talk|chat|meet|schedule|set up|have a (call|chat))\b
        \b(please |yes,? )?(call me|give me a (call|ring))\b
        \b(send|share) (me|us|over) .{0,20}(info|information|details|offer|quote|pricing|deck)
        \bbook (a|the) (call|meeting|demo|slot)\b
        \b(when|what time) (are you|would you be|could we|can we)\b
        \byes,? (please|gladly|with pleasure|let|that works|i)\b
        \b(bin|sind|wäre|wären) (sehr |grundsätzlich )?interessiert\b
        \b(habe|haben|hätte|hätten) (großes |durchaus )?interesse\b
        \b(ruf|rufen sie) (mich|uns) .{0,20}\ban\b
        \bwann (hätten|haben|passt|können)\b
        \b(schicken|senden) sie .{0,40}(info|unterlagen|angebot)
        \bgerne?\b.{0,40}(termin|telefon|gespräch|kennenlern)
        \bja,? (gerne?|bitte)\b
        \b(je suis|nous sommes) intéressée?s?\b
        \b(me|nos) interesa\b
        \b(sono|siamo) interessat
        """,
    ),
)
# What counts as an opt-out in an absence note, too: words that speak to us. "I can read no e-mails" does not, nor
# does a newsletter's footer.
_ASKED_WHILE_AWAY = re.compile(
    r"\b(remove|unsubscribe|delete) (me|us|my|our|this address)\b"
    r"|\btake (me|us) off\b"
    r"|\bstop (e-?mailing|writing|contacting|spamming) (to )?(me|us)\b"
    r"|\b(do not|don['’]?t|never) (e-?mail|contact|write|message)( to)? (me|us) (again|any ?more)\b"
    r"|lösch(en|t)? (sie )?(bitte )?(meine|unsere|mich|uns|diese adresse)\b"
    r"|aus (ihrem|eurem|deinem) verteiler"
    r"|nicht (mehr|länger|weiter) (an)?(schreiben|zuschreiben|kontaktieren|zumailen|belästigen)"
    r"|\bwiderspr(eche|uch)\b"
    r"|(désabonnez|désinscrivez|retirez)[- ](moi|nous)"
    r"|ne (me|nous) (contactez|écrivez) plus"
    r"|\bdar(me|nos)? de baja\b"
    r"|\bcancella(mi|teci|temi)\b"
)
_WORDINGS: tuple[tuple[ReplyKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile("|".join(line.strip(" ") for line in text.strip().splitlines()))) for kind, text in _WORDINGS_TEXT
)


def reply_kind(text: str | None, subject: str | None = None) -> ReplyKind:
    """The kind of a reply by what was written new; *other* where no wording says more.

    Args:
        text: the body as plain text; what it quotes of the message before is left out.
        subject: read for the words of automatic answers alone, since it repeats our own.
    """
    away, wordings = _WORDINGS[0][1], _WORDINGS
    said = " ".join(_written_new(text or "").casefold().split())
    if away.search((subject or "").casefold()) or away.search(said):
        return "opt_out" if _ASKED_WHILE_AWAY.search(said) else "out_of_office"
    return next((kind for kind, pattern in wordings if pattern.search(said)), "other")


def is_absence_note(text: str | None, subject: str | None = None) -> bool:
    """Whether a machine answered for who is away, whatever else stands in the note."""
    away = _WORDINGS[0][1]
    return bool(away.search((subject or "").casefold()) or away.search(_written_new(text or "").casefold()))


def _written_new(text: str) -> str:
    lines = []
    for line in text[:_LONGEST].splitlines():
        if _QUOTE_BEGINS.match(line):
            break
        lines.append(line)
    return "\n".join(lines)
