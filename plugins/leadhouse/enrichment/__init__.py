"""What is missing: checks of e-mail addresses for everyone, paid answers for what a campaign wants."""

from leadhouse.enrichment.email_checks import check_emails
from leadhouse.enrichment.provider_calls import ProviderUnavailableError, call_provider
from leadhouse.enrichment.wanted import request_wanted

__all__ = ["ProviderUnavailableError", "call_provider", "check_emails", "request_wanted"]
