"""The settings file of a home, ``settings.env``: what `leadhouse up` found out and every process reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from leadhouse.local.locks import exclusive
from leadhouse.local.private_files import write_private
from leadhouse.settings import settings

HEADER = (
    "# Written by `leadhouse up`; values of the environment go before these. Holds passwords: keep it to yourself.\n"
)


def settings_file() -> Path:
    """Where the file of the present home is."""
    return settings().home / "settings.env"


def read_settings() -> dict[str, str]:
    """The file's values by variable name; empty when there is no file."""
    path = settings_file()
    return {name: value for name, value in dotenv_values(path, interpolate=False).items() if value is not None}


def save_settings(values: Mapping[str, str]) -> None:
    """Merge `values` into the file (mode 0600) and make this process read them."""
    _merge(values, {})


def save_missing_settings(values: Mapping[str, str]) -> None:
    """The same for those that the file has not: a key that another process has just made is kept."""
    _merge({}, values)


def _merge(values: Mapping[str, str], defaults: Mapping[str, str]) -> None:
    path = settings_file()
    with exclusive(path.with_suffix(".lock"), "writing the settings"):
        lines = {**defaults, **read_settings(), **values}
        for name, value in lines.items():
            if "\n" in value or "'" in value:
                raise ValueError(
                    f"The value of {name} holds a line break or a quote; set it in the environment instead."
                )
        write_private(path, HEADER + "".join(f"{name}='{value}'\n" for name, value in sorted(lines.items())))
    settings.cache_clear()
