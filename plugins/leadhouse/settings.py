"""Every setting, read in one place. Nothing else in the project looks at the environment.

Values come from the environment (``LEADHOUSE_*``; `DATABASE_URL` alone keeps its common name) and then from
``$LEADHOUSE_HOME/settings.env``, which `leadhouse up` writes for the embedded default (mode 0600).
"""

from __future__ import annotations

import os
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT = Path(__file__).resolve().parents[2]


def _home() -> Path:
    return Path(os.environ.get("LEADHOUSE_HOME") or PROJECT / ".leadhouse")


class Settings(BaseSettings):
    """The whole configuration of one process."""

    model_config = SettingsConfigDict(env_prefix="LEADHOUSE_", extra="ignore", frozen=True, populate_by_name=True)

    project: Path = PROJECT
    home: Path = Field(default_factory=_home)

    # database: DATABASE_URL names an administrator of a Postgres >= 15 in place of the embedded server; `leadhouse up`
    # and `leadhouse migrate` make the rest from it: the login `leadhouse_app` (SET ROLE to a component) and the others
    server_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_URL", "LEADHOUSE_SERVER_URL")
    )
    database_url: SecretStr | None = None
    database_admin_url: SecretStr | None = None  # migrations, backups
    dbt_url: SecretStr | None = None  # the login `leadhouse_dbt`, which acts as leadhouse_transform
    analyst_url: SecretStr | None = None  # a login under policies, for people: `leadhouse status` shows it
    api_url: SecretStr | None = None  # the login `leadhouse_api`, the only one whose claims count
    statement_timeout_seconds: int = 900  # one statement of a component, and one transaction left idle
    backup_days: Annotated[int, Field(ge=1)] = 7  # how long a dump is kept; its expiry stands in its name

    # archive and stored files: any fsspec address
    archive_url: str | None = None
    files_url: str | None = None

    # credentials: "id:base64 of 32 bytes", comma-separated; the first wraps data keys, the others still open them
    master_keys: SecretStr | None = None

    # crawling
    crawl_proxy: str | None = None  # HTTP forward proxy, e.g. http://127.0.0.1:8099
    crawl_delay_seconds: float = 1.0  # between two requests to one host, where robots.txt asks for no more
    crawl_page_budget: int = 40  # pages a site and run
    crawl_user_agent: str = "Leadhouse/0.1 (+https://leadhouse.example/bot)"
    # exceptions to "global only": host:port, CIDR. The first list is for what these settings name (a language model, a
    # provider, a mail server), the second for what tenants, pages and redirects lead to: every tenant reaches it
    allowed_addresses: Annotated[tuple[str, ...], NoDecode] = ()
    tenant_addresses: Annotated[tuple[str, ...], NoDecode] = ()
    dns_server: str | None = None  # host:port of a resolver used instead of the system's

    # mail
    clock_offset_days: int = 0  # waves are planned this far ahead of the clock: a demo night stands for a day
    email_url: str | None = None  # page of the email sink, where one runs
    smtp_timeout_seconds: float = 20.0
    # after each answer that puts a message off (4yz); after the last it is rejected
    smtp_retry_seconds: Annotated[tuple[float, ...], NoDecode] = (60, 300, 1800, 7200, 21600, 43200)
    smtp_wait_seconds: float = 0.0  # a sender stays for messages that were put off and fall due within this time
    # server of mails about accounts: smtps://user:password@host:port, smtp+starttls://…, smtp://… for this machine
    mail_server: SecretStr | None = None
    mail_from: str = "Leadhouse <no-reply@leadhouse.example>"
    app_base_url: str | None = None  # a front end with pages /reset-password, /confirm-email, /accept-invitation
    unsubscribe_base_url: str = "http://127.0.0.1:8080/leadhouse"
    signing_key: SecretStr | None = None  # signs unsubscribe tokens

    # privacy: hashes of erased people, which keep them out; never change it, keep it apart from the backups
    erasure_key: SecretStr | None = None

    # enrichment
    provider_url: str | None = None
    provider_key: SecretStr | None = None
    provider_name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")] = "provider"  # its source is provider/<name>
    provider_api: str = "person_email"  # the HTTP interface it speaks, by its name in enrichment/provider_apis.py
    provider_price_eur: Annotated[Decimal, Field(ge=0)] = Decimal("0.10")  # most a call may cost: reserved before
    provider_timeout_seconds: float = 20.0
    email_check_days: int = 30  # how long a check of an address holds
    email_recheck_budget: Annotated[int, Field(ge=0)] = 500  # decayed checks that one run repeats, the worthiest first
    smtp_probe_host: str | None = None  # host:port of an own host that asks mail servers about addresses; unset: off
    smtp_probe_sender: str = ""  # MAIL FROM of a probe; empty: the null sender
    smtp_probe_seconds: Annotated[float, Field(gt=0)] = 15.0
    bounce_model: Path | None = None  # a table made by `leadhouse verification calibrate`, instead of the project's

    # a language model, for questions in plain language: any endpoint that speaks OpenAI's chat completions
    language_model_url: str | None = None  # e.g. https://api.example/v1, without /chat/completions
    language_model_name: str = "default"
    language_model_key: SecretStr | None = None
    language_model_seconds: Annotated[float, Field(gt=0)] = 60.0
    language_model_eur_per_million: Annotated[Decimal, Field(ge=0)] = Decimal(2)  # tokens, asked and answered

    # discovery for lead searches: where a search may look for more
    searxng_url: str | None = None  # an own instance; none: no web search
    overpass_url: str | None = None  # none: the public server's address

    # the HTTP API
    api_base_url: str | None = None  # where callers find it, without /api/v1; as the unsubscribe address, else
    api_origins: Annotated[tuple[str, ...], NoDecode] = ()  # browsers' origins that may read answers (CORS)
    api_requests_a_minute: Annotated[int, Field(ge=1)] = 1200  # of one caller, in one process
    api_open_requests_a_minute: Annotated[int, Field(ge=1)] = 120  # of one address to what needs no sign-in
    api_body_bytes: Annotated[int, Field(ge=1024)] = 2 * 1024**2  # largest body but for files
    api_upload_bytes: Annotated[int, Field(ge=1024)] = 256 * 1024**2  # largest body with files
    api_connections: Annotated[int, Field(ge=1)] = 16  # of one process to the database
    api_key: SecretStr | None = None  # whom `leadhouse mcp` acts as

    # OpenID Connect: who else may vouch for a person; its callback is {api}/api/v1/auth/providers/{name}/callback
    openid_name: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")] = "openid"
    openid_issuer: str | None = None
    openid_client_id: str | None = None
    openid_client_secret: SecretStr | None = None

    # Airflow, as the dispatcher reaches it; `leadhouse up` sets all three for the one-machine stack
    airflow_url: str | None = None  # e.g. http://127.0.0.1:8080
    airflow_username: str = "dispatcher"  # may trigger runs and no more
    airflow_password: SecretStr | None = None
    # a URL that gets failures as JSON {"text": …} (Slack's form); one of your own network is an exception to be allowed
    notification_webhook: SecretStr | None = None

    @field_validator("allowed_addresses", "tenant_addresses", "smtp_retry_seconds", "api_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Comma-separated in the environment."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def archive_root(self) -> str:
        """Where WARC files go: the setting, or a folder of the home."""
        return self.archive_url or str(self.home / "archive")

    @property
    def public_url(self) -> str:
        """Where callers find the API, without /api/v1 and without a slash at the end."""
        return (self.api_base_url or self.unsubscribe_base_url).rstrip("/")

    @property
    def files_root(self) -> str:
        """Where stored files go: the setting, or a folder of the home."""
        return self.files_url or str(self.home / "files")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings, read once. Tests call `settings.cache_clear()` after changing the environment."""
    return Settings(_env_file=_home() / "settings.env")


def inherited_environment() -> dict[str, str]:
    """This process's environment for a child of the one-machine stack, without another Airflow's configuration."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}


def airflow_overrides() -> dict[str, str]:
    """What this process's environment says of Airflow's own configuration (containers: executor, addresses)."""
    return {name: value for name, value in os.environ.items() if name.startswith("AIRFLOW__")}
