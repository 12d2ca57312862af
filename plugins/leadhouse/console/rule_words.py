"""Why a value won or lost, in words: the Value page and `leadhouse explain` share them."""

from __future__ import annotations

from leadhouse.console.stage_words import plain_name

# In the order in which candidates are compared (dbt_project/macros/survivorship.sql): the first that differs decides.
WON = {
    "corrected_to_none": "somebody has said that there is none",
    "only_candidate": "nothing else is stated",
    "correction": "somebody has corrected it",
    "imprint": "the imprint states it",
    "agreement_of_sources": "more sources state it",
    "confidence": "it was read with more confidence",
    "mentions": "it is stated more often",
    "recency": "it was seen last",
    "tie_break": "equal in all; the alphabet decides",
    "kept_beside_primary": "there may be several",
}
LOST = {
    "corrected_to_none": "somebody has said that there is none",
    "correction": "somebody has corrected it",
    "imprint": "the imprint states the other",
    "agreement_of_sources": "more sources state the other",
    "confidence": "the other was read with more confidence",
    "mentions": "the other is stated more often",
    "recency": "the other was seen last",
    "tie_break": "equal in all; the alphabet decides",
}


def told_rule(rule_id: str, is_winner: bool) -> str:
    """``won: the imprint states it``, ``kept too: there may be several``, ``lost: more sources state the other``."""
    if not is_winner:
        return f"lost: {LOST.get(rule_id, plain_name(rule_id))}"
    return f"{'kept too' if rule_id == 'kept_beside_primary' else 'won'}: {WON.get(rule_id, plain_name(rule_id))}"
