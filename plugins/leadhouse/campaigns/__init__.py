"""Campaigns: who is written to in a wave, with a decision for every candidate, and the wave's way to the outbox.

A wave is campaign × step × hour. Its audience is every member without a message in the step; each gets a decision, and
decisions sum to the audience. `run_wave` is the whole way: freeze, gate, queue, send, finish.
"""

from leadhouse.campaigns.audience import freeze_audience, stop_members
from leadhouse.campaigns.candidates import CampaignNotReadyError, Candidate
from leadhouse.campaigns.planning import Plan, plan
from leadhouse.campaigns.waves import (
    DueWave,
    GateBlockedError,
    WaveSummary,
    due_campaigns,
    finish_wave,
    queue_messages,
    run_wave,
)

__all__ = [
    "CampaignNotReadyError",
    "Candidate",
    "DueWave",
    "GateBlockedError",
    "Plan",
    "WaveSummary",
    "due_campaigns",
    "finish_wave",
    "freeze_audience",
    "plan",
    "queue_messages",
    "run_wave",
    "stop_members",
]
