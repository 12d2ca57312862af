"""Money between the platform and its organizations: tiers, Stripe's mirror, access, quotas, credits, usage.

An organization without a subscription is not limited in anything: a platform that somebody runs for themselves needs
no billing. Access and quotas are kept by triggers in the database; they raise `psycopg.errors.CheckViolation` with the
constraint `organization_has_access` or `quota_of_<metric>`, a message and a hint.
"""

from leadhouse.billing.credits import (
    CreditEntry,
    InsufficientCreditsError,
    RefundError,
    debit_credits,
    grant_credits,
    grant_due_credits,
    list_entries,
    purchase_credits,
    refund_credits,
)
from leadhouse.billing.mirror import apply_stripe_event, apply_waiting_events
from leadhouse.billing.plans import (
    BillingError,
    Plan,
    Usage,
    find_plan,
    find_profile,
    list_tiers,
    list_usage,
    set_price,
    set_tier,
    start_trial,
)
from leadhouse.billing.signatures import SignatureError, verify_signature
from leadhouse.billing.stripe_events import StripeEventError, read_event
from leadhouse.billing.usage_events import (
    UsageIntake,
    list_usage_by_day,
    record_usage_events,
)

__all__ = [
    "BillingError", "CreditEntry", "InsufficientCreditsError", "Plan", "RefundError", "SignatureError",
    "StripeEventError", "Usage", "UsageIntake", "apply_stripe_event", "apply_waiting_events", "debit_credits",
    "find_plan", "find_profile", "grant_credits",
    "grant_due_credits", "list_entries", "list_tiers", "list_usage", "list_usage_by_day", "purchase_credits",
    "read_event", "record_usage_events", "refund_credits", "set_price", "set_tier", "start_trial", "verify_signature",
]  # fmt: skip
