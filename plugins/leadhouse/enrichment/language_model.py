"""One question to a language model, at any endpoint that speaks OpenAI's chat completions; its cost is a ledger row.

The answer is text of a stranger: whoever asks validates it against a schema of his own and does nothing that it says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import requests

from leadhouse.database import connect
from leadhouse.ledger.costs import Cost, record_cost
from leadhouse.network import checked_session
from leadhouse.settings import settings

MOST_BYTES = 1 << 20
MOST_TOKENS = 1_000  # of an answer


class LanguageModelError(RuntimeError):
    """No model is configured, or it gave no answer; the message says what to do and holds no secret."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the model said, and what it cost."""

    text: str
    tokens: int
    amount_eur: Decimal


def ask_model(instructions: str, question: str, organization_id: UUID) -> Answered:
    """Ask once; the charge is written as soon as the answer is there, whatever it is worth.

    Raises:
        LanguageModelError: none is configured, it does not answer, or what it answers is no completion.
    """
    chosen = settings()
    if not chosen.language_model_url:
        raise LanguageModelError("No language model is configured: set LEADHOUSE_LANGUAGE_MODEL_URL, or give criteria.")
    asked = {
        "model": chosen.language_model_name,
        "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": question}],
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
        "response_format": {"type": "json_object"},
    }
    answer = _post(f"{chosen.language_model_url.rstrip('/')}/chat/completions", asked)
    tokens = _tokens(answer)
    amount = (chosen.language_model_eur_per_million * tokens / 1_000_000).quantize(Decimal("0.000001"))
    with connect("enrichment") as connection:
        record_cost(connection, Cost("token", amount, organization_id, provider=chosen.language_model_name))
    try:
        text = answer["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        text = None
    if not isinstance(text, str):
        raise LanguageModelError(
            "The language model's answer holds no message: is the address an OpenAI-compatible one?"
        )
    return Answered(text, tokens, amount)


def _post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    chosen = settings()
    key = chosen.language_model_key
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    try:
        with (
            checked_session("operator") as session,
            session.post(
                url,
                json=body,
                headers=headers,
                timeout=chosen.language_model_seconds,
                stream=True,
                allow_redirects=False,
            ) as response,
        ):
            content = response.raw.read(MOST_BYTES + 1, decode_content=True)
            if response.status_code != 200:
                raise LanguageModelError(
                    f"The language model answers {response.status_code}: look at its address and key."
                )
            if len(content) > MOST_BYTES:
                raise LanguageModelError("The language model's answer is larger than a megabyte.")
            found = json.loads(content)
    except (requests.RequestException, OSError) as error:
        raise LanguageModelError(f"The language model does not answer ({type(error).__name__}): {url}") from error
    except ValueError as error:
        raise LanguageModelError("The language model's answer is no JSON.") from error
    if not isinstance(found, dict):
        raise LanguageModelError("The language model's answer is no JSON object.")
    return found


def _tokens(answer: dict[str, Any]) -> int:
    """As the endpoint counts them; 0 where it says nothing."""
    usage = answer.get("usage")
    found = usage.get("total_tokens") if isinstance(usage, dict) else None
    return found if isinstance(found, int) and 0 <= found < 10_000_000 else 0
