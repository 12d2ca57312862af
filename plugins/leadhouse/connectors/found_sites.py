"""Sites that a source has named and nobody crawls yet: one request for a crawl of all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from leadhouse.database import connect, queries
from leadhouse.jobs import requests
from leadhouse.records import CompanyAttribute, Extraction, Value


def sites_of(statement: Extraction) -> dict[str, str]:
    """Where the sites of the companies that a statement is about begin, by domain."""
    stated = (each.values.get(CompanyAttribute.DOMAIN, ())[:1] for each in statement.companies)
    return {value.value: start_of(value) for values in stated for value in values}


def start_of(domain: Value) -> str:
    """The address that the source states of a domain, without a path; else ``https://<domain>/``.

    A site that is known to speak plain HTTP alone is begun there; what lies under another name is left to the crawl.
    """
    stated = re.match(r"(https?)://([^/?#@:]+)(?:[/?#]|$)", domain.raw or "", re.IGNORECASE)
    if stated and stated[2].lower().removeprefix("www.") == domain.value:
        return f"{stated[1].lower()}://{stated[2].lower()}/"
    return f"https://{domain.value}/"


def request_crawl(row: Mapping[str, Any], sites: Mapping[str, str], run_on: date, run_id: str) -> UUID | None:
    """One job for those of a source's sites (start by domain) that nobody crawls yet; None where there is none.

    A second try of the run finds the same job.
    """
    if not sites:
        return None
    with connect("imports") as connection:
        statement = queries.load("source_runs").select_new_sites
        found = connection.execute(statement, {"domains": sorted(sites)}).fetchall()
    if not found:
        return None
    parameters = {"urls": [sites[each["domain"]] for each in found], "reason": f"found by {row['source_key']}"}
    job_id = uuid5(row["source_id"], run_id)
    return requests.request_job("crawl", parameters, run_on, row["organization_id"], job_id)
