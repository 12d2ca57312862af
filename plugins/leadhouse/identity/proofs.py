"""What follows from the proof that an address is somebody's: by a mail's token, which goes to that address alone.

Who signed up with the address need not have been its owner ("Pre-hijacked accounts", USENIX Security 2022). At the
first proof everything made before it ends: sessions and their refresh tokens, API keys, the second factor, linked
accounts. The session by which it is proved goes on: who holds it holds the mailbox, too.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection

from leadhouse.identity.component_work import done


def prove_address(connection: Connection[Any], user_id: UUID, session_id: UUID | None = None) -> bool:
    """Note the proof in the component's transaction; False when the address was proved before."""
    return done(connection, "prove_address", user_id=user_id, session_id=session_id)
