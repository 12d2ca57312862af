"""Registers the pages and the endpoints of Leadhouse with Airflow's API server; nothing else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/leadhouse"


@cache
def build_app() -> ASGIApp:
    """The HTTP API, and the pages behind Airflow's sign-in; Airflow's session is one of the API's sign-ins, too."""
    from leadhouse.api.application import create_app
    from leadhouse.console.pages import console_router
    from leadhouse.orchestration.sign_in import airflow_account, editor, operator, viewer

    app = create_app(airflow_account)
    app.include_router(console_router(viewer, operator, editor))
    return app


class DeferredApp:
    """Builds the application at its first request: every Airflow process loads its plugins, one answers requests."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        await build_app()(scope, receive, send)


def _view(name: str) -> dict[str, str]:
    return {
        "name": name,
        "href": f"{PREFIX}/{name.lower()}",
        "destination": "nav",
        "category": "browse",
        "url_route": f"leadhouse-{name.lower()}",
    }


class LeadhousePlugin(AirflowPlugin):
    """The plugin that Airflow finds."""

    name = "leadhouse"
    fastapi_apps: list[Any] = [{"app": DeferredApp(), "url_prefix": PREFIX, "name": "Leadhouse"}]  # noqa: RUF012
    external_views: list[Any] = [  # noqa: RUF012
        _view(name) for name in ("Run", "Figures", "Gate", "Value", "Matches")
    ]
