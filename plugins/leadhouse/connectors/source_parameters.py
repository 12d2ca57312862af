"""Parameters of the sources that are read as a whole: sites and files."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from leadhouse.connectors.api_connector import Shape
from leadhouse.extraction.listing import Listing

PageAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^/?#@\s]+(?:[/?#]\S*)?$", max_length=2000)]


class SiteParameters(Shape):
    """A site that is crawled: where it begins and who reads it."""

    start_url: PageAddress
    spider: str = "company_site"
    interval_days: Annotated[int, Field(ge=1, le=365)] = 1
    watch: dict[str, Any] = Field(default_factory=dict)
    listing: Listing | None = None

    @model_validator(mode="after")
    def _directories_say_how(self) -> Self:
        if self.spider == "directory" and self.listing is None:
            raise ValueError("a directory needs `listing`: where its entries stand")
        return self


class FileParameters(Shape):
    """A file: one of the server (`path`, the operator's alone), an uploaded one, or one that was imported by name."""

    path: str | None = None
    file_id: str | None = None
    file: str | None = None
    kind: Literal["company", "person"] | None = None
    interval_days: Annotated[int, Field(ge=1, le=365)] = 1

    @model_validator(mode="after")
    def _names_a_file(self) -> Self:
        if not (self.path or self.file_id or self.file):
            raise ValueError("no file is named: upload one and set file_id")
        return self
