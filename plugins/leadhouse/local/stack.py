"""The whole platform on one machine: Postgres, migrations, Airflow and the dispatcher, up and down in one call.

Every part is idempotent: `up` on a running stack changes nothing, and one that was killed half-way is taken up where
it stopped.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from leadhouse.credentials import new_master_key
from leadhouse.database import DatabaseError, admin_to, migrations
from leadhouse.database.provisioning import LOGINS, provision, url_with
from leadhouse.local import airflow_stack
from leadhouse.local.home_settings import read_settings, save_missing_settings, save_settings
from leadhouse.local.postgres_server import PostgresServer
from leadhouse.operations.backups import backup_folder, make_backup
from leadhouse.operations.contents import holds_data
from leadhouse.settings import settings

DATABASE = "leadhouse"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class StackStatus:
    """What runs, and where."""

    postgres_running: bool
    airflow: dict[str, object]


def postgres() -> PostgresServer:
    """The embedded server of the present home (which an external DATABASE_URL replaces)."""
    return PostgresServer(settings().home / "postgres")


def server_admin_url() -> str:
    """The administrator's URL of the server in use, embedded or external."""
    external = settings().server_url
    return external.get_secret_value() if external else postgres().admin_url


def _database_name() -> str:
    external = settings().server_url
    name = unquote(urlsplit(external.get_secret_value()).path.lstrip("/")) if external else ""
    return name or DATABASE


def _saved_passwords() -> dict[str, str]:
    """The logins' passwords as the settings have them, so that a second run leaves sessions and other homes alone."""
    saved = read_settings()
    urls = {login: saved.get(variable) for login, variable in LOGINS.items()}
    return {login: unquote(urlsplit(url).password or "") for login, url in urls.items() if url}


def database_admin_url() -> str:
    """The administrator's URL in the platform's database, whether or not that is made yet."""
    return url_with(server_admin_url(), database=_database_name())


def migrate(on_progress: Progress, *, back_up: bool = True) -> None:
    """Bring the database (made if missing) and its staging views to this checkout's state, and save its settings.

    A database that holds data is dumped first when something is pending, unless `back_up` is false.

    Raises:
        PostgresSetupError: the embedded server does not start.
        DatabaseError, MigrationError: see `leadhouse.database`.
        BackupError: it could not be backed up; nothing was migrated.
    """
    from leadhouse.transform import deploy_staging

    if settings().server_url is None:
        on_progress("Postgres (embedded)")
        postgres().ensure()
    _announce_migrations(on_progress, back_up)
    save_settings(provision(server_admin_url(), _database_name(), _saved_passwords()))
    if settings().signing_key is None:
        save_missing_settings({"LEADHOUSE_SIGNING_KEY": secrets.token_urlsafe(32)})
    if settings().erasure_key is None:
        save_missing_settings({"LEADHOUSE_ERASURE_KEY": secrets.token_urlsafe(32)})
    if settings().master_keys is None:
        save_missing_settings({"LEADHOUSE_MASTER_KEYS": new_master_key()})
    on_progress("staging views")
    deploy_staging()


def _announce_migrations(on_progress: Progress, back_up: bool) -> None:
    """Say what is pending, and dump a database that holds data before it is touched."""
    if not _database_exists():
        on_progress("migrations: a new database")
        return
    url = database_admin_url()
    pending = migrations.list_pending(url)
    on_progress(f"migrations: {len(pending) or 'none'} pending")
    for each in pending:
        on_progress(f"  {each.migration_id}: {each.title}")
    with admin_to(url) as connection:
        has_data = holds_data(connection)
    if pending and back_up and has_data:
        made = make_backup(url, backup_folder(), precedes=pending[0].migration_id)
        on_progress(f"backup: {made.path}")


def _database_exists() -> bool:
    try:
        with admin_to(url_with(server_admin_url(), database="postgres"), autocommit=True) as server:
            name = _database_name()
            return server.execute("select from pg_database where datname = %s", [name]).fetchone() is not None
    except DatabaseError:  # a provider's login that may enter its own database alone
        with admin_to(server_admin_url()):
            return True


def up(on_progress: Progress, extra_settings: Mapping[str, str] | None = None) -> None:
    """Start what does not run yet; returns when Airflow is healthy."""
    settings().home.mkdir(parents=True, exist_ok=True)
    if extra_settings:
        save_settings(extra_settings)
    migrate(on_progress)
    airflow_stack.start(on_progress)


def down(on_progress: Progress) -> None:
    """Stop Airflow, the dispatcher and the embedded Postgres; an external server is left alone."""
    on_progress("Airflow")
    airflow_stack.stop()
    on_progress("Postgres (embedded)")
    postgres().stop()


def status() -> StackStatus:
    """The state now; changes nothing."""
    return StackStatus(postgres().status().running, dict(airflow_stack.health()))
