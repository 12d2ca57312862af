"""Where a running stack is reached: for `leadhouse status` and the end of `leadhouse up`."""

from __future__ import annotations

from pydantic import SecretStr

from leadhouse.local import airflow_stack, stack
from leadhouse.settings import settings


def addresses() -> dict[str, object]:
    """Name → address, None for what there is not; `running` says which parts answer now.

    `database_url` is a login under policies that sees one organization's rows, never the application's own.
    """
    found = settings()
    login = airflow_stack.login()
    state = stack.status()
    return {
        "running": {"postgres": state.postgres_running, "airflow": bool(state.airflow.get("healthy"))},
        "database_url": _shown(found.analyst_url),
        "airflow_url": login.url if login else None,
        "airflow_user": login.username if login else None,
        "airflow_password": login.password if login else None,
        "pages_url": f"{login.url.rstrip('/')}/leadhouse/run" if login else None,
        "email_url": found.email_url,
        "home": str(found.home),
    }


def _shown(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
