"""How a site prints an e-mail address or a phone number."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from demo.world.model import Obfuscation

_DOT = {"de": "punkt", "fr": "point", "es": "punto", "it": "punto"}


def _entities(text: str) -> Markup:
    return Markup("".join(f"&#{ord(character)};" for character in text))  # noqa: S704 - numbers only


def email_html(address: str, how: Obfuscation, language: str) -> Markup:
    """The markup of one address."""
    user, _, host = address.partition("@")
    if how is Obfuscation.AT:
        dotted = f" [{_DOT.get(language, 'dot')}] ".join(host.rsplit(".", 1)) if len(user) % 2 else host
        return escape(f"{user} (at) {dotted}")
    if how is Obfuscation.ENTITY:
        return Markup('<a href="{}{}">{}</a>').format(_entities("mailto:"), _entities(address), _entities(address))
    if how is Obfuscation.SPLIT:
        return Markup('<span class="mail-link" data-user="{}" data-domain="{}"></span>').format(user, host)
    return Markup('<a href="mailto:{0}">{0}</a>').format(address)


@lru_cache(maxsize=8192)
def phone_text(e164: str, style: int) -> str:
    """A number as people print it: national, international, or with slashes."""
    import phonenumbers

    number = phonenumbers.parse(e164)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if style % 2 else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    text = phonenumbers.format_number(number, form)
    return text.replace(" ", " / ", 1) if style == 3 and text.startswith("0") else text
