"""What the sendable members of a campaign's wave must be.

Critical stops the wave, warning is shown beside the verdict. Rules on addresses skip rows without one, so that each
defect is counted under one rule.
"""

from __future__ import annotations

from leadhouse.quality.rules import Rule, Suite

# ASCII dot-atom and host name (RFC 5321 4.1.2, RFC 1035 2.3.4), lower case: what the sender can put into an envelope.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
ADDRESS_PATTERN = (
    rf"^(?=[^@]{{1,64}}@)(?=.{{3,254}}$){_ATOM}(\.{_ATOM})*@"
    r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$"
)

VERIFIED_WITHIN_DAYS = 90
LARGEST_WAVE = 20_000

CAMPAIGN_AUDIENCE = Suite(
    "campaign_audience",
    (
        Rule(
            "audience_has_rows", "expect_table_row_count_to_be_between", {"min_value": 1}, "critical", "at least 1 row",
            "An empty audience means that something upstream gave nothing; a green gate would hide it.",
        ),
        Rule(
            "audience_is_within_cap", "expect_table_row_count_to_be_between", {"max_value": LARGEST_WAVE}, "critical",
            f"at most {LARGEST_WAVE:,} rows", "A wave of this size is a segment gone wrong, and cannot be called back.",
        ),
        Rule(
            "email_is_present", "expect_column_values_to_not_be_null", {"column": "email_normalized"},
            "critical", "0 rows",
            "A row without address has been let through by mistake: those without one are held.",
        ),
        Rule(
            "email_is_well_formed", "expect_column_values_to_match_regex",
            {"column": "email_normalized", "regex": ADDRESS_PATTERN}, "critical", "0 rows",
            "A broken address comes from a broken import; its neighbours come from the same file.",
        ),
        Rule(
            "email_is_not_invalid", "expect_column_values_to_not_be_in_set",
            {"column": "email_status", "value_set": ["invalid"]}, "critical", "0 rows",
            "An address known to be dead bounces; providers count bounces against the sender.",
        ),
        Rule(
            "email_is_no_role_address", "expect_column_values_to_not_be_in_set",
            {"column": "is_role", "value_set": [True]}, "critical", "0 rows",
            "info@ and sales@ are read by many people, none of whom is the named one: the legal basis covers a person, "
            "and shared mailboxes complain most. Critical, because a list with role addresses was bought or guessed.",
        ),
        Rule(
            "email_is_not_disposable", "expect_column_values_to_not_be_in_set",
            {"column": "is_disposable", "value_set": [True]}, "critical", "0 rows",
            "A throw-away address was left to get rid of us, and many of them are spam traps.",
        ),
        Rule(
            "domain_has_mail_exchanger", "expect_column_values_to_not_be_in_set",
            {"column": "has_mx", "value_set": [False]}, "critical", "0 rows",
            "Nothing accepts mail for the domain (RFC 5321 5.1, RFC 7505): a certain bounce.",
        ),
        Rule(
            "mail_exchanger_is_known", "expect_column_values_to_not_be_null", {"column": "has_mx"}, "warning", "0 rows",
            "The resolver gave no answer; the server's own answer will tell. A slow name server must not stop a wave.",
        ),
        Rule(
            "nobody_is_suppressed", "expect_column_values_to_be_in_set",
            {"column": "is_suppressed", "value_set": [False]}, "critical", "0 rows",
            "Somebody who opted out was let through by mistake: suppressed candidates are never sendable.",
        ),
        Rule(
            "person_is_unique", "expect_column_values_to_be_unique", {"column": "person_id"}, "critical", "0 rows",
            "Two leads on one person: the same mail would arrive twice.",
        ),
        Rule(
            "name_and_company_are_unique", "expect_column_values_to_be_unique", {"column": "person_key"},
            "critical", "0 rows",
            "One name at one company under two addresses is one person whom nobody has merged yet.",
        ),
        Rule(
            "address_is_unique", "expect_column_values_to_be_unique", {"column": "email_normalized"},
            "critical", "0 rows",
            "Two leads with one address: one of them is somebody else's.",
        ),
        Rule(
            "full_name_is_present", "expect_column_values_to_not_be_null", {"column": "full_name"},
            "critical", "0 rows",
            "The mail speaks to a person; an address without a name was harvested, not found.",
        ),
        Rule(
            "company_is_present", "expect_column_values_to_not_be_null", {"column": "company_name"},
            "warning", "0 rows",
            "A person without company is still a person; a template that names the company holds the candidate.",
        ),
        Rule(
            "legal_basis_is_set", "expect_column_values_to_not_be_null", {"column": "legal_basis"},
            "critical", "0 rows",
            "Without a recorded basis the mail is unlawful (GDPR article 6), whoever receives it.",
        ),
        Rule(
            "facts_are_fresh", "expect_column_values_to_be_between", {"column": "last_verified_at"}, "critical",
            f"verified within {VERIFIED_WITHIN_DAYS} days",
            "Addresses decay by two to three percent a month; after a quarter a list passes the bounce limit by itself."
            " Stale candidates are held, so a stale row here was let through by mistake.",
            max_age_days=VERIFIED_WITHIN_DAYS,
        ),
    ),
)  # fmt: skip
