"""Which functions of the database the tests have called: `pytest --function-calls` fails where one was never called.

The server counts (`track_functions`); a test's database is asked before it is dropped. Triggers count, too. Left out
are procedures (the migrations call them, and nothing else does) and what the server cannot count: SQL functions that
are inlined into the query, and `identity.refuse_change`, which never returns.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

import psycopg
from psycopg.rows import DictRow

FOLDER = "LEADHOUSE_TEST_FUNCTION_CALLS"
END_SESSIONS = """
select pg_terminate_backend(pid, 5000) from pg_stat_activity
 where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""
CALLED = """
select coalesce(array_agg(funcid::regprocedure::text), '{}') as names from pg_stat_user_functions where calls > 0
"""
FUNCTIONS = """
select fn.oid::regprocedure::text as name, coalesce(calls.calls, 0) > 0 as is_called
  from pg_proc as fn left join pg_stat_user_functions as calls on calls.funcid = fn.oid
 where fn.prokind = 'f' and fn.oid <> 'identity.refuse_change'::regproc
   and (fn.prosecdef or fn.proconfig is not null
     or fn.prolang <> (select oid from pg_language where lanname = 'sql'))
   and fn.proowner in (select oid from pg_roles where rolname = 'leadhouse_owner' or rolsuper)
   and fn.pronamespace::regnamespace::text = any (array['identity', 'app', 'billing', 'raw', 'resolution', 'quality',
     'credentials', 'files', 'privacy', 'operations'])
"""

_NOTED: set[str] = set()  # of this worker


def record_calls(connection: psycopg.Connection[DictRow]) -> None:
    """Note the functions of a database and which were called, if the run asks for it.

    Whoever is still connected is ended first: a session tells the server what it called by the second, or when it ends.
    A database that called none but noted ones has nothing to tell. Names are compared, not numbers: the same number is
    another function in a database that was migrated by itself. A call that raised an error is none: its entry says 0.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    with contextlib.suppress(psycopg.Error):  # a test may have left a database without its schema
        connection.execute(END_SESSIONS)
        called = set((connection.execute(CALLED).fetchone() or {})["names"])
        if called <= _NOTED:
            return
        rows = connection.execute(FUNCTIONS).fetchall()
        lines = "".join(f"{int(row['is_called'])} {row['name']}\n" for row in rows)
        Path(folder, secrets.token_hex(8)).write_text(lines)
        _NOTED.update(called)


def read_calls() -> tuple[set[str], set[str]]:
    """All functions, and those that were called."""
    noted = [
        line.split(" ", 1) for file in Path(os.environ[FOLDER]).iterdir() for line in file.read_text().splitlines()
    ]
    return {name for _, name in noted}, {name for flag, name in noted if flag == "1"}
