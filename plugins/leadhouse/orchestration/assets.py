"""What the DAGs hand to one another. An asset only wakes its readers; what there is to do stands in the ledger.

One name and one URI of a scheme of our own each: Airflow makes the second name of a URI inactive and fails its task.
"""

from __future__ import annotations

from airflow.sdk import Asset

SCHEME = "x-leadhouse"


def _asset(path: str, description: str) -> Asset:
    return Asset(name=path.replace("/", "_"), uri=f"{SCHEME}://{path}", group="leadhouse", extra={"holds": description})


RAW_WEB = _asset("raw/web", "pages of web sites have landed")
RAW_IMPORTS = _asset("raw/imports", "rows of files and partners' systems have landed")
RAW_PROVIDER = _asset("raw/provider", "email checks and paid answers have landed")
ENTITIES = _asset("entities", "who is who is up to date with what had landed")
MARTS = _asset("marts", "marts, leads and their facts are up to date with the entities")
ENRICHED = _asset("marts/enriched", "nothing that is wanted is missing: the marts are ready for campaigns")
MESSAGES = _asset("messages", "messages were attempted")

ALL = (RAW_WEB, RAW_IMPORTS, RAW_PROVIDER, ENTITIES, MARTS, ENRICHED, MESSAGES)
