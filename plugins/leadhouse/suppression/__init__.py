"""Who is never written to again, and the signed links by which people say so."""

from leadhouse.suppression.ledger import SuppressionReason, SuppressionScope, suppress
from leadhouse.suppression.tokens import InvalidTokenError, read_token, sign_token

__all__ = ["InvalidTokenError", "SuppressionReason", "SuppressionScope", "read_token", "sign_token", "suppress"]
