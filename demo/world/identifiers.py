"""Phone numbers and VAT ids that are valid, unique per company and, where a country has such ranges, fictional."""

from __future__ import annotations

from stdnum.at import uid
from stdnum.es import cif
from stdnum.iso7064 import mod_11_10
from stdnum.luhn import calc_check_digit as luhn_digit

SLOTS = 4  # numbers a company owns: switchboard, fax, two direct lines


def phone(prefix: str, digits: int, index: int, slot: int) -> str:
    """E.164 number `slot` (0..3) of company `index` in an area."""
    return prefix + str((index * SLOTS + slot) % 10**digits).zfill(digits)


def _de(base: int) -> str:
    body = str(20000000 + base)
    return f"DE{body}{mod_11_10.calc_check_digit(body)}"


def _at(base: int) -> str:
    body = str(1000000 + base)[-7:]
    return f"ATU{body}{uid.calc_check_digit('U' + body)}"


def _fr(base: int) -> str:
    body = str(40000000 + base)
    siren = body + luhn_digit(body)
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def _es(base: int) -> str:
    body = f"B{base % 10**7:07d}"
    return f"ES{body}{cif.calc_check_digits(body)[0]}"


def _it(base: int) -> str:
    body = f"{3000000 + base:07d}015"
    return f"IT{body}{luhn_digit(body)}"


def _gb(base: int) -> str:
    body = f"{1000000 + base:07d}"
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), body, strict=True))
    return f"GB{body}{97 - total % 97:02d}"


def _il(base: int) -> str:
    body = f"51{base:06d}"
    return f"IL{body}{luhn_digit(body)}"


_MAKERS = {"DE": _de, "AT": _at, "FR": _fr, "ES": _es, "IT": _it, "GB": _gb, "IL": _il}


def vat_id(country: str, seed: int, index: int) -> str:
    """The VAT id of company `index` with country prefix and right check digits; unique for up to 10,000 companies."""
    return _MAKERS[country](seed % 90 * 10000 + index)
