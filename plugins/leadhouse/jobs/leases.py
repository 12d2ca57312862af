"""Leases on shards and hosts. The token grows with every holder; landing refuses a former one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.types.json import Jsonb

from leadhouse.database import connect, queries

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


def renew(lease: Lease, hosts: Sequence[str], seconds: int = LEASE_SECONDS) -> bool:
    """Extend the shard's and its hosts' leases; False: somebody else has the shard, stop at once."""
    values = {**vars(lease), "seconds": seconds}
    with connect("jobs") as connection:
        row = connection.execute(_sql().renew_lease, values).fetchone()
        if row is None or not row["is_held"]:
            return False
        if hosts:
            connection.execute(_sql().lease_hosts, {**values, "hosts": list(hosts)})
    return True


def lease_hosts(lease: Lease, hosts: Sequence[str], seconds: int = LEASE_SECONDS) -> list[str]:
    """Those of the hosts that the shard holds now; the others are being crawled by another shard."""
    with connect("jobs") as connection:
        found = connection.execute(_sql().lease_hosts, {**vars(lease), "hosts": list(hosts), "seconds": seconds})
        return [row["host"] for row in found]


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


def return_expired() -> list[tuple[UUID, int]]:
    """Shards whose holder died become pending again; returns (job, shard number) of each."""
    with connect("jobs") as connection:
        return [(row["job_id"], row["shard_no"]) for row in connection.execute(_sql().return_expired_shards)]


def _sql() -> queries.Queries:
    return queries.load("jobs")
