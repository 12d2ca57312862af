"""Partitions made ahead and retired, by what the catalog and `operations.retention` say."""

from __future__ import annotations

from datetime import date, timedelta

from psycopg import sql

from leadhouse.database import connect
from leadhouse.database.queries import load

A_MONTH_AHEAD = timedelta(days=31)


def ensure_partitions(day: date) -> dict[str, int]:
    """Call every `ensure_…partitions(date)` of our schemas for the months of `day` and of a month later.

    Returns function → partitions made. A function that leadhouse_maintenance may not call is an error of its migration.
    """
    made: dict[str, int] = {}
    with connect("maintenance") as connection:
        for maker in connection.execute(load("operations").list_partition_makers).fetchall():
            call = sql.SQL("select {}(%s) as made").format(sql.Identifier(*maker["name"].split(".")))
            for each in (day, day + A_MONTH_AHEAD):
                row = connection.execute(call, [each]).fetchone()
                made[maker["name"]] = made.get(maker["name"], 0) + int((row and row["made"]) or 0)
    return made


def retire_partitions(day: date) -> dict[str, int]:
    """Detach and drop the partitions that have expired by `day`, each in a transaction; partition → rows it held.

    What a table's own component retires has no count of rows: -1, under the partition's name or ``table: partitions``.

    Raises:
        psycopg.errors.LockNotAvailable: a long transaction holds the table; those before it are retired.
    """
    retired: dict[str, int] = {}
    queries = load("operations")
    with connect("maintenance") as connection:
        expired = connection.execute(queries.list_expired_partitions, {"day": day}).fetchall()
        own = connection.execute(queries.list_own_retirements, {"day": day}).fetchall()
    for each in expired:
        with connect("maintenance") as connection:
            row = connection.execute(queries.retire_partition, {"partition": each["partition"], "day": day}).fetchone()
            retired[each["partition"]] = row["rows"] if row else 0
    for each in own:
        call = sql.SQL("select gone from {}(%s) as gone").format(sql.Identifier(*each["retired_by"].split(".")))
        with connect("maintenance") as connection:
            gone = [row["gone"] for row in connection.execute(call, [each["before"]])]
        retired |= {f"{each['parent']}: {one}" if isinstance(one, int) else one: -1 for one in gone if one}
    return retired
