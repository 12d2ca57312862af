"""Queries hold what the operation knows: a misspelled filter that goes unnoticed answers with rows nobody asked for.

Bodies refuse members that they do not know, and so do queries of whoever is signed in. What is open to strangers takes
anything beside its own: links in mails and ways back from a provider get parameters that are none of ours.
"""

from __future__ import annotations

from difflib import get_close_matches

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from leadhouse.api.planned_routes import of_query_alone


@of_query_alone
async def refuse_unknown_query(request: Request) -> None:
    """Raises RequestValidationError (422): each parameter that the operation does not take, and the nearest one."""
    known: tuple[str, ...] = request.scope["route"].query_names
    if unknown := request.query_params.keys() - set(known):
        raise RequestValidationError([_refused(name, known) for name in sorted(unknown)])


def _refused(name: str, known: tuple[str, ...]) -> dict[str, object]:
    plain = {_plain(each): each for each in known}
    near = get_close_matches(_plain(name), plain, n=1)
    if near:
        told = f"There is no such parameter; did you mean {plain[near[0]]}?"
    elif known:
        told = f"There is no such parameter here, but {', '.join(known)}."
    else:
        told = "There is no such parameter: this takes none."
    return {"type": "extra_forbidden", "loc": ("query", name[:100]), "msg": told, "input": None}


def _plain(name: str) -> str:
    """``page_size``, ``PageSize`` and ``page-size`` are one."""
    return "".join(filter(str.isalnum, name[:100])).lower()
