"""Argon2id hashes, the decoy, and which passwords are taken."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from leadhouse.identity import password_hashes
from leadhouse.identity.errors import WeakPasswordError
from leadhouse.identity.password_hashes import DECOY, hash_password, needs_rehash, require_strength, verify_password


def test_hash_is_argon2id_with_a_salt_of_its_own():
    one, other = hash_password("a longer password"), hash_password("a longer password")
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != other
    assert verify_password(one, "a longer password")
    assert not verify_password(one, "a longer Password")


def test_forms_of_one_text_are_one_password():
    assert verify_password(hash_password("caf\u00e9 au lait tr\u00e8s"), "cafe\u0301 au lait tre\u0300s")


def test_decoy_costs_what_a_hash_costs_and_never_matches(monkeypatch):
    assert not needs_rehash(DECOY)
    seen = []
    real = password_hashes._hasher

    class Counting:
        def verify(self, stored, text):
            seen.append(stored)
            return real.verify(stored, text)

    monkeypatch.setattr(password_hashes, "_hasher", Counting())
    assert not verify_password(None, "anything at all")
    assert not verify_password(None, "a")  # the decoy's own password
    assert seen == [DECOY, DECOY]


def test_weaker_parameters_are_renewed():
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x"))


@pytest.mark.parametrize("text", ["short", "x" * 257, "aaaaaaaaaaaaaaaa", "ababababababab", "my MariaSmith password"])
def test_weak_passwords_are_refused(text):
    with pytest.raises(WeakPasswordError):
        require_strength(text, "mariasmith@x.example")


def test_long_phrases_are_taken():
    require_strength("correct horse battery staple", "mariasmith@x.example")
    require_strength("hat and ed and tea", "ed@x.example")  # a name of two signs is no hint
