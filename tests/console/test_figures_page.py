"""The Figures page over marts that dbt built: its figures are the marts', and a browser draws and prints them."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from uuid import uuid4

import pytest

from leadhouse.console.plots import Bar, Strip, bars, columns, strips
from tests.console.conftest import SECONDS
from tests.dbt_project.test_populated_marts import night, world

__all__ = ["night", "world"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SVG = re.compile(r"<svg.*?</svg>", re.S)


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def page(site, night):
    return site.get(f"figures?organization={night.north}")


def text_of(picture):
    return " ".join(ET.fromstring(picture).itertext())  # noqa: S314 - made here


def test_before_the_first_night_it_says_so(site, database):
    assert "There is no organization yet" in site.get("figures").text
    with database.owner() as owner:
        owner.execute("insert into identity.organizations (slug, name) values ('north', 'North')")
    assert "The marts are not built yet" in site.get("figures").text


@pytest.mark.slow
def test_it_shows_what_the_marts_say(site, world, page):
    assert page.status_code == 200
    assert site.seconds[next(iter(site.seconds))] < SECONDS
    [leads] = world.rows(
        "select sum(leads)::int as leads, sum(replied)::int as replied from mart_analytics.agg_funnel_weekly"
    )
    pictures = {re.search('aria-label="([^"]+)"', each)[1]: text_of(each) for each in SVG.findall(page.text)}
    assert f"leads {leads['leads']}" in pictures["Leads by how far they came"]
    assert f"replied {leads['replied']}, 100% of leads" in pictures["Leads by how far they came"]
    assert "web/closed.example" in pictures["Outcome of the last fourteen runs of each source"]
    assert "robots.txt" in page.text
    assert "of 2, 90 days" in pictures["Share of fresh values by field"]
    assert "not judged yet" in pictures["Share of right answers by provider"]


@pytest.mark.slow
def test_it_is_one_organizations(site, world, page):
    south = world.organization("south-of-figures")
    other = site.get(f"figures?organization={south}").text
    assert "No lead was made yet" in other
    assert "No provider was asked yet" in other
    assert "web/closed.example" in other  # everybody's source
    assert site.get(f"figures?organization={uuid4()}").status_code == 404


def test_a_plot_is_read_without_its_colours():
    drawn = bars([Bar("a <b>", 1, 4, "25 %", 0.5, 2), Bar("nothing", 0, 0, "none")], "Title & more")
    assert "a <b>" in text_of(drawn)
    assert "25 %" in text_of(drawn)
    assert ET.fromstring(drawn).attrib["aria-label"] == "Title & more"  # noqa: S314
    runs = [
        ("fetched", False, "1: fetched"),
        ("broken", True, "2: broken"),
        ("empty", False, "3"),
        ("fetched", True, "4"),
    ]
    shapes = [each.tag for each in ET.fromstring(strips([Strip("s", runs, "7")], "t"))]  # noqa: S314
    assert shapes == ["text", "rect", "path", "circle", "rect", "path", "text"]
    assert ET.fromstring(columns([], "none")).attrib["role"] == "img"  # noqa: S314


def test_the_widest_bar_stays_in_the_picture():
    drawn = ET.fromstring(columns([("1 Jan", 5, 3, 1), ("8 Jan", 50, 30, 10)], "weeks"))  # noqa: S314
    tops = [float(each.attrib["y"]) for each in drawn if each.tag == "rect"]
    assert min(tops) >= 12
    full = ET.fromstring(bars([Bar("x", 3, 3, "3")], "t"))  # noqa: S314
    widths = {each.attrib["class"]: float(each.attrib["width"]) for each in full if each.tag == "rect"}
    assert widths["now"] == widths["track"]


@pytest.mark.slow
@pytest.mark.browser
def test_a_browser_draws_and_prints_it(site, night, tmp_path):
    """No script, no other host, nothing refused by the page's own rules; on paper it is there as well."""
    if CHROMIUM is None:
        pytest.skip("no chromium is installed (apt-get install chromium)")
    picture, paper = tmp_path / "figures.png", tmp_path / "figures.pdf"
    drawn = None
    for what in (["--dump-dom", f"--screenshot={picture}"], [f"--print-to-pdf={paper}"]):
        command = [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}",
            "--window-size=1280,2200", *what, f"{site.url}/leadhouse/figures?organization={night.north}",
        ]  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        assert "Content Security Policy" not in told.stderr
        drawn = drawn or told.stdout
    assert drawn.count("<svg") == 5
    assert picture.stat().st_size > 20_000
    assert paper.read_bytes().startswith(b"%PDF")
