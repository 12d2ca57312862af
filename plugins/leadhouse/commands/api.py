"""`leadhouse api`: the HTTP API without Airflow."""

from __future__ import annotations

from typing import Annotated

import typer

from leadhouse.commands.failures import clear_failures


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; behind a proxy that ends TLS, its own.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8090,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    trusted_proxies: Annotated[
        str, typer.Option(help="Addresses whose X-Forwarded-For and -Proto are believed, comma-separated.")
    ] = "127.0.0.1",
) -> None:
    """Serve the HTTP API at /api/v1 until it is stopped; the specification is at /api/v1/openapi.json."""
    with clear_failures():
        _check()
        import uvicorn

        uvicorn.run(
            "leadhouse.api.serving:served_app", factory=True, host=host, port=port, workers=workers,
            forwarded_allow_ips=trusted_proxies, proxy_headers=True, server_header=False, access_log=False,
            log_level="warning", timeout_graceful_shutdown=20,
        )  # fmt: skip


def _check() -> None:
    """Fail before it listens, where no request could be served."""
    from psycopg_pool import PoolTimeout

    from leadhouse.api.connections import close_pool, pool
    from leadhouse.credentials.master_keys import master_keys
    from leadhouse.database import DatabaseError, connect

    master_keys()
    try:
        with connect("identity"), pool().connection(timeout=10) as connection:
            connection.execute("select 1")
    except PoolTimeout as error:
        raise DatabaseError("The login of LEADHOUSE_API_URL cannot connect. `leadhouse migrate` sets it.") from error
    finally:
        close_pool()  # workers open their own
