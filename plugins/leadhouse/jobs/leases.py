"""Leases on shards and hosts. The token grows with every holder; landing refuses a former one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries
from leadhouse.jobs.kept_connection import in_transaction

LEASE_SECONDS = 60


class LeaseHeldError(RuntimeError):
    """Another living holder has the shard."""


@dataclass(frozen=True)
class Lease:
    """A shard held with a fencing token."""

    job_id: UUID
    shard_no: int
    token: int


def lease_shard(job_id: UUID, shard_no: int, holder: str, seconds: int = LEASE_SECONDS) -> Lease:
    """Take the shard; the same holder may take it again at once (its former process is then fenced out).

    Raises:
        LeaseHeldError: somebody else holds it, it is completed, or it does not exist.
    """
    values = {"job_id": job_id, "shard_no": shard_no, "holder": holder, "seconds": seconds}
    with connect("jobs") as connection:
        row = connection.execute(_sql().lease_shard, values).fetchone()
        found = connection.execute(_sql().find_shard, values).fetchone()
    if row is not None and row["token"] is not None:
        return Lease(job_id, shard_no, row["token"])
    if found is None:
        raise LeaseHeldError(f"There is no shard {shard_no} of job {job_id}; plan it first.")
    raise LeaseHeldError(
        f"Shard {shard_no} of job {job_id} is {found['status']}, held by {found['leased_by']} until "
        f"{found['leased_until']}: try again after that."
    )


def host_key(host: str) -> str:
    """The name under which a host is leased: ``www.`` in front of it is the same server to be polite to."""
    return host.lower().removeprefix("www.")


def renew(lease: Lease, seconds: int = LEASE_SECONDS, connection: Connection[Any] | None = None) -> bool:
    """Extend the shard's lease and those of all its hosts; False: somebody else has the shard, stop at once.

    `connection` is one of `jobs` that is kept.
    """
    values = {**vars(lease), "seconds": seconds}
    with in_transaction(connection) as asked:
        row = asked.execute(_sql().renew_lease, values).fetchone()
        if row is None or not row["is_held"]:
            return False
        asked.execute(_sql().renew_host_leases, values)
    return True


def lease_hosts(lease: Lease, hosts: Sequence[str], seconds: int = LEASE_SECONDS) -> list[str]:
    """Those of the hosts that the shard holds now; the others are being crawled by another shard."""
    with connect("jobs") as connection:
        found = connection.execute(_sql().lease_hosts, {**vars(lease), "hosts": list(hosts), "seconds": seconds})
        return [row["host"] for row in found]


def lease_host(lease: Lease, host: str, seconds: int = LEASE_SECONDS) -> tuple[bool, datetime | None]:
    """Whether the shard holds one more host now, and when (UTC) that may be asked; None: at once."""
    values = {**vars(lease), "hosts": [host], "seconds": seconds}
    with connect("jobs") as connection:
        connection.execute(_sql().lease_hosts, values)
        held = {row["host"]: row["next_request_at"] for row in connection.execute(_sql().select_host_leases, values)}
    return host in held, held.get(host)


def postpone_host(lease: Lease, host: str, pause_seconds: float) -> None:
    """Nobody asks the host before the pause is over, this run or another."""
    with connect("jobs") as connection:
        connection.execute(_sql().postpone_host, {**vars(lease), "host": host, "pause_seconds": pause_seconds})


def release_some_hosts(connection: Connection[Any], lease: Lease, delays: Mapping[str, float]) -> None:
    """The shard is done with the hosts; each may be asked again after its seconds; `connection` is one of `jobs`."""
    values = {**vars(lease), "hosts": list(delays), "delays": list(delays.values())}
    with connection.transaction():
        connection.execute(_sql().release_some_hosts, values)


def complete(lease: Lease, counts: dict[str, int], delay_seconds: float) -> bool:
    """The shard is done; its hosts may be asked again after the delay. False: the lease was lost."""
    with connect("jobs") as connection:
        done = connection.execute(_sql().finish_shard, {**vars(lease), "counts": Jsonb(counts)}).rowcount
        connection.execute(_sql().release_hosts, {**vars(lease), "delay_seconds": delay_seconds})
    return bool(done)


def give_back(lease: Lease, delay_seconds: float) -> None:
    """After a failure: a retry may take the shard at once."""
    with connect("jobs") as connection:
        connection.execute(_sql().return_shard, vars(lease))
        connection.execute(_sql().release_hosts, {**vars(lease), "delay_seconds": delay_seconds})


def _sql() -> queries.Queries:
    return queries.load("jobs")
