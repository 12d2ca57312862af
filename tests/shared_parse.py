"""What dbt parsed for one worker's database, made to fit another worker's: the parse takes 9 s of CPU.

dbt takes up a former parse where connection, variables and files are the same. The workers share server, logins and
files; their databases differ in name alone, and the names are of one length, so that the name and the connection's hash
can be replaced in the bytes.
"""

from __future__ import annotations

import os
import pprint
from pathlib import Path

import yaml

from leadhouse.settings import PROJECT
from leadhouse.transform import dbt_project


def offer(parsed: Path, shared: Path, database: str) -> None:
    """Put a worker's parse where the others look for one; the first that is there stays."""
    if parsed.exists() and not any(shared.glob("*.parse")):
        shared.mkdir(exist_ok=True)
        partial = shared / f"{database}.{os.getpid()}"
        partial.write_bytes(parsed.read_bytes())
        partial.rename(shared / f"{database}.parse")


def take(shared: Path, parsed: Path, database: str) -> None:
    """The parse of another worker as one for `database`; nothing where there is none, or it does not fit."""
    offered = next(iter(sorted(shared.glob("*.parse"))), None)
    if offered is None or len(offered.stem) != len(database):
        return
    content = offered.read_bytes()
    theirs, ours = (_connection_hash(name).encode() for name in (offered.stem, database))
    if content.count(theirs) == 1:
        parsed.write_bytes(content.replace(theirs, ours).replace(offered.stem.encode(), database.encode()))


def _connection_hash(database: str) -> str:
    """As `ManifestLoader.build_manifest_state_check` of dbt makes it of the profile."""
    from dbt.artifacts.resources import FileHash
    from dbt.config.profile import Profile
    from dbt.config.renderer import ProfileRenderer
    from dbt.flags import get_flags
    from dbt_common.context import set_invocation_context

    raw = yaml.safe_load((PROJECT / "dbt_project" / "profiles.yml").read_text())["leadhouse"]
    login = dbt_project._login() | {"LEADHOUSE_DBT_DATABASE": database}
    with dbt_project._environment("prod", login):
        set_invocation_context(os.environ)  # where dbt looks for variables; each call of dbt sets its own, flags too
        vars(get_flags()).setdefault("LOG_CACHE_EVENTS", False)
        profile = Profile.from_raw_profile_info(raw, "leadhouse", ProfileRenderer({}), target_override="prod")
    checksum: str = FileHash.from_contents(pprint.pformat(sorted(profile.credentials.connection_info()))).checksum
    return checksum
