"""An organization's work: leads, corrections, the projection of facts, and why a value is what it is.

What people do under their own role is in modules of its own: `work` (rate, assign, change, delete, restore, history),
`work_list`, `search`, `lists`, `segments` with `criteria`, `exports`, `interactions`.
"""

from leadhouse.leads.adoption import SearchCriteria, adopt_from_searches
from leadhouse.leads.corrections import CorrectionError, correct, revert_correction
from leadhouse.leads.facts import project_facts
from leadhouse.leads.merges import follow_merges
from leadhouse.leads.provenance import Candidate, LeadExplanation, explain_entity, explain_value

__all__ = [
    "Candidate", "CorrectionError", "LeadExplanation", "SearchCriteria", "adopt_from_searches", "correct",
    "explain_entity", "explain_value", "follow_merges", "project_facts", "revert_correction",
]  # fmt: skip
