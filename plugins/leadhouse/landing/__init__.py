"""Into raw by COPY: one transaction lands fetches, extractions with their records, and what was refused."""

from leadhouse.landing.transaction import Landing, LandingCounts, Quarantined, ShardLease, StaleLeaseError

__all__ = ["Landing", "LandingCounts", "Quarantined", "ShardLease", "StaleLeaseError"]
