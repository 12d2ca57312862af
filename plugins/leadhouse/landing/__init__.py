"""Into raw by COPY: one transaction lands fetches, extractions with their records, and what was refused."""

from leadhouse.landing.contract import LandingCounts, Quarantined, ShardLease, StaleLeaseError
from leadhouse.landing.together import commit_together
from leadhouse.landing.transaction import Landing

__all__ = ["Landing", "LandingCounts", "Quarantined", "ShardLease", "StaleLeaseError", "commit_together"]
