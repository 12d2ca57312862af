"""OpenStreetMap by criteria (Overpass API, wiki.openstreetmap.org): businesses of a kind in a place, and their sites.

The data are under the ODbL: what is made of them in public names OpenStreetMap. A public server asks for few queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from leadhouse.connectors.api_connector import Address, Answer, ApiConnector, Call, Page, Parameters, Statements
from leadhouse.connectors.api_statements import state_items
from leadhouse.connectors.json_records import ItemMap, RecordMap, as_object
from leadhouse.connectors.source_errors import SourceError
from leadhouse.settings import settings

# words of OpenStreetMap's tags and names of places: nothing that could end a quoted string of the query language
Word = Annotated[str, StringConstraints(pattern=r'^[^"\\\[\];\n\r]{1,100}$')]
SERVER_SECONDS = 25

BUSINESS = ItemMap(
    key=("osm",),
    company=RecordMap(
        values={
            "name": ("tags.name",),
            "domain": ("tags.website", "tags.'contact:website'", "tags.url"),
            "email": ("tags.email", "tags.'contact:email'"),
            "phone_e164": ("tags.phone", "tags.'contact:phone'"),
            "fax_e164": ("tags.fax", "tags.'contact:fax'"),
            "social_url": ("tags.'contact:facebook'", "tags.'contact:instagram'", "tags.'contact:linkedin'"),
            "vat_id": ("tags.'ref:vatin'",),
            "country_code": ("tags.'addr:country'", "country"),
        },
        address={
            "street": "tags.'addr:street'",
            "house_number": "tags.'addr:housenumber'",
            "postal_code": "tags.'addr:postcode'",
            "city": "tags.'addr:city'",
            "country_code": "country",
        },
        custom={"osm_id": "osm", "kind": "kind", "opening_hours": "tags.opening_hours"},
    ),
)


class OverpassParameters(Parameters):
    """Which businesses: any of `tags` (such as ``craft=carpenter``), in `place` (a name as on the map), `country_code`.

    `has_website`: only those that name one. `crawl`: their sites are crawled after the run.
    """

    base_url: Address = "https://overpass-api.de/api"
    tags: Annotated[list[Word], Field(min_length=1, max_length=50)]
    place: Word | None = None
    country_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    has_website: bool = True
    crawl: bool = True
    requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 0.2
    max_records: Annotated[int, Field(ge=1, le=100_000)] = 2_000

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if not (self.place or self.country_code):
            raise ValueError("name a place or a country_code: the whole map is no search")
        if wrong := [each for each in self.tags if not all(each.partition("=")[::2])]:
            raise ValueError(f"a tag is key=value, or key=*: {', '.join(wrong)}")
        return self


class OverpassConnector(ApiConnector):
    """One query for each tag, so that a large one ends no other."""

    extractor = "overpass"
    parameters: OverpassParameters

    @property
    def base_url(self) -> str:
        """The public server, where the parameters name no other."""
        return self.parameters.base_url

    @property
    def is_operators(self) -> bool:
        """The server of the settings."""
        return self.base_url == settings().overpass_url

    @property
    def discovers(self) -> bool:
        """As the parameters say."""
        return self.parameters.crawl

    def check(self) -> str:
        """An empty query, which the server answers when it takes any."""
        self._elements(self.send(self._call("[out:json][timeout:5];out count;")))
        return "The server answers queries."

    def pages(self) -> Iterator[Page]:
        """One page a tag."""
        for tag in self.parameters.tags:
            answer = self.ask(self._call(self.query(tag)))
            yield Page(answer, self.read(answer))

    def read(self, answer: Answer) -> Statements:
        """A business an element."""
        items = [
            {**each, "osm": f"{each.get('type')}/{each.get('id')}", "kind": self._kind(each), "country": self._country}
            for each in self._elements(answer)
            if isinstance(each, dict) and as_object(each.get("tags"))
        ]
        return state_items(self, answer, items, BUSINESS, "osm:", confidence=0.8)

    def query(self, tag: str) -> str:
        """The query of one tag in Overpass QL; areas are found by name or by ISO 3166-1."""
        given = self.parameters
        key, _, value = tag.partition("=")
        areas = []
        if given.country_code:
            areas.append(f'area["ISO3166-1"="{given.country_code}"]["admin_level"="2"]->.country;')
        if given.place:
            inside = "(area.country)" if given.country_code else ""
            found = f'rel["name"="{given.place}"]["boundary"="administrative"]{inside}'
            areas.append(f"{found};map_to_area->.place;")
        wanted = f'["{key}"]' if value == "*" else f'["{key}"="{value}"]'
        website = '[~"^(contact:)?website$"~"."]' if given.has_website else ""
        where = "(area.place)" if given.place else "(area.country)"
        head = f"[out:json][timeout:{SERVER_SECONDS}];"
        return f'{head}{"".join(areas)}nwr{wanted}["name"]{website}{where};out tags center {given.max_records};'

    @property
    def _country(self) -> str | None:
        return self.parameters.country_code

    def _kind(self, element: dict[str, Any]) -> str:
        stated = element["tags"]
        keys = [each.partition("=")[0] for each in self.parameters.tags]
        return ", ".join(f"{key}={stated[key]}" for key in dict.fromkeys(keys) if key in stated)

    def _call(self, query: str) -> Call:
        return Call("/interpreter", "/interpreter", "POST", form={"data": query}, is_repeatable=True)

    def _elements(self, answer: Answer) -> list[Any]:
        """The elements. Raises SourceError; a query that ran out of time says so in a remark and is not whole."""
        payload = answer.object()
        elements, remark = payload.get("elements"), str(payload.get("remark") or "")
        if "error" in remark.lower():
            raise SourceError("provider_failed", f"{self.base_url}/interpreter gave up: {remark[:200]}")
        if not isinstance(elements, list):
            raise SourceError("malformed", f"{self.base_url}/interpreter answered no `elements`")
        return elements
