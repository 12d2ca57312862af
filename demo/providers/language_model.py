"""A stand-in for a language model, in the form of OpenAI's chat completions: reads a wish by a dozen words it knows.

It does what one call of `leadhouse.leads.search_questions` needs and nothing else: number, country and kind of business
become criteria and places to look. It is no model: the same words always give the same answer.
"""

from __future__ import annotations

import json
import re
from typing import Any

from demo.providers.simulator import Asked, Simulator
from demo.servers.wire import json_answer
from demo.world.model import Answer

COUNTRIES = {
    r"\bital": "IT", r"\bdeutsch|\bgerman": "DE", r"\bfran[zc]|\bfrench": "FR", r"\bspan|\bspain": "ES",
    r"\bengl|\bbrit": "GB", r"\baustria|österreich": "AT",
}  # fmt: skip
BUSINESSES = {
    r"klinik|clinic|praxis|practice": "poliambulatorio", r"restaurant|trattori|gasthaus": "trattoria",
    r"anwalt|kanzlei|law": "avocats rechtsanwälte", r"optik|optic": "optique",
}  # fmt: skip
NUMBERS = {"ein": 1, "one": 1, "zwei": 2, "two": 2, "drei": 3, "three": 3, "fünf": 5, "five": 5, "zehn": 10, "ten": 10}
PEOPLE = re.compile(r"ansprechpartner|people|leute|inhaber|owner", re.IGNORECASE)
LETTERS_A_TOKEN = 4


class LanguageModelSimulator(Simulator):
    """`POST /v1/chat/completions` with a bearer key; counts tokens as one for four letters."""

    def refusal(self, asked: Asked) -> Answer | None:
        """401 without the key."""
        if asked.headers.get("authorization") == f"Bearer {self.key}":
            return None
        return json_answer({"error": {"message": "Incorrect API key provided", "type": "invalid_request_error"}}, 401)

    def answer(self, asked: Asked) -> Answer:
        """One choice, whose content is the proposal."""
        if (asked.method, asked.path) != ("POST", "/v1/chat/completions"):
            return json_answer({"error": {"message": "Unknown request URL", "type": "invalid_request_error"}}, 404)
        messages = (asked.body or {}).get("messages") or []
        content = json.dumps(propose(str(messages[-1]["content"]) if messages else ""), ensure_ascii=False)
        prompt = sum(len(str(each.get("content"))) for each in messages) // LETTERS_A_TOKEN
        said = len(content) // LETTERS_A_TOKEN
        return json_answer({
            "id": "chatcmpl-demo", "object": "chat.completion", "created": 0, "model": str(asked.body["model"]),
            "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said},
        })  # fmt: skip


def propose(wish: str) -> dict[str, Any]:
    """Criteria and places to look, as `leadhouse.leads.search_questions.Proposal` has them."""
    text = wish.lower()
    countries = [code for pattern, code in COUNTRIES.items() if re.search(pattern, text)]
    words = [word for pattern, word in BUSINESSES.items() if re.search(pattern, text)]
    criteria: dict[str, Any] = {"entity_kind": "person" if PEOPLE.search(text) else "company"}
    if countries:
        criteria["country_codes"] = countries
    if (limit := _number(text)) is not None:
        criteria["limit"] = limit
    discovery: dict[str, Any] = {"queries": words}
    if len(countries) == 1:
        discovery |= {"tags": ["office=company"], "country_code": countries[0]}
    return {"criteria": criteria, "discovery": discovery}


def _number(text: str) -> int | None:
    found = re.search(r"\b(\d{1,4})\b", text)
    if found:
        return int(found[1])
    return next((number for word, number in NUMBERS.items() if re.search(rf"\b{word}\b", text)), None)
