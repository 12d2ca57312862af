"""The Figures page over marts that dbt built: its figures are the marts', and a browser draws and prints them."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from uuid import uuid4

import pytest

from leadhouse.console.plots import LEGEND, Bar, Run, bar_pairs, bars, columns, marks
from leadhouse.console.rendering import show_euro, show_share, show_words
from tests.console.conftest import SECONDS
from tests.dbt_project.test_populated_marts import night, world

__all__ = ["night", "world"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PLOT = re.compile(r'<table class="plot">.*?</table>', re.S)


@pytest.fixture(scope="module")
def module_database(marts_database):
    return marts_database


@pytest.fixture(scope="module")
def page(site, night):
    return site.get(f"figures?organization={night.north}")


def text_of(picture):
    return " ".join(" ".join(ET.fromstring(picture).itertext()).split())  # noqa: S314 - made here


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
    plots = {re.search("<caption[^>]*>([^<]+)<", each)[1]: text_of(each) for each in PLOT.findall(page.text)}
    assert f"leads {leads['leads']}" in plots["Leads by how far they came"]
    assert f"replied {leads['replied']}, 100 % of leads" in plots["Leads by how far they came"]
    assert "web/closed.example" in page.text
    assert "robots.txt" in page.text
    assert "of 2 in 90 days" in plots["Share of fresh values by field"]
    assert "not judged yet" in plots["Share of right answers by provider"]


@pytest.mark.slow
def test_marks_are_told_as_words_too(site, page):
    [row] = re.findall(r"<tr><th[^>]*>web/closed\.example</th>.*?</tr>", page.text, re.S)
    said = re.search('role="img" aria-label="([^"]+)"', row)[1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d blocked", said)
    assert text_of(row).count("blocked") >= 2  # in words beside the mark as well


@pytest.mark.slow
def test_who_has_written_to_most_is_shown_first(site, world, night, page):
    world.organization("a-first-by-name")
    chosen = re.search(r'<a href="figures\?organization=([0-9a-f-]+)" aria-current', site.get("figures").text)[1]
    assert chosen == str(night.north)


@pytest.mark.slow
def test_what_was_spent_on_no_single_lead_is_said_beside_the_cohorts(site, world, page):
    [spent] = world.rows(
        "select coalesce(sum(amount_eur), 0) as eur from mart_analytics.fct_costs where lead_id is null"
        " and organization_id = (select organization_id from identity.organizations where slug = 'north')"
    )
    said = f"Another {show_euro(spent['eur'])} was spent on no single lead"
    assert (said in page.text) is bool(spent["eur"])


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
    assert text_of(drawn) == "Title & more a <b> 25 % nothing none"
    runs = [
        Run("fetched", False, "1: fetched"),
        Run("broken", True, "2: broken"),
        Run("empty", False, "3"),
        Run("fetched", True, "4"),
    ]
    picture = ET.fromstring(marks(runs, "four & more"))  # noqa: S314
    assert [each.tag for each in picture] == ["rect", "path", "circle", "rect", "path"]
    assert (picture.attrib["role"], picture.attrib["aria-label"]) == ("img", "four & more")
    assert ET.fromstring(marks(runs)).attrib["aria-hidden"] == "true"  # noqa: S314 - an ornament of the words beside it
    assert {run.outcome for run, _ in LEGEND} == {"fetched", "not_modified", "empty", "broken"}
    assert ET.fromstring(columns([], "none")).attrib["role"] == "img"  # noqa: S314


def test_two_runs_stand_below_each_other_with_both_figures():
    drawn = bar_pairs([("crawl", 4.0, 8.0), ("send", 1.0, None)], "s", "Seconds")
    assert text_of(drawn) == "Seconds crawl 4.0 s before 8.0 s send 1.0 s"
    rects = [each.attrib for each in ET.fromstring(drawn).iter("rect")]  # noqa: S314
    assert [(each["class"], each["width"]) for each in rects] == [("now", "50.0"), ("before", "100.0"), ("now", "12.5")]


def test_the_widest_bar_stays_in_the_picture():
    drawn = ET.fromstring(columns([("1 Jan", 5, 3, 1), ("8 Jan", 50, 30, 10)], "weeks"))  # noqa: S314
    tops = [float(each.attrib["y"]) for each in drawn if each.tag == "rect"]
    assert min(tops) >= 12
    right = [float(each.attrib["x"]) + float(each.attrib["width"]) for each in drawn if each.tag == "rect"]
    assert max(right) <= float(drawn.attrib["width"])
    full = ET.fromstring(bars([Bar("x", 3, 3, "3")], "t"))  # noqa: S314
    widths = {each.attrib["class"]: float(each.attrib["width"]) for each in full.iter("rect")}
    assert widths["now"] == widths["track"] == 100


def test_shares_amounts_and_names_are_written_one_way():
    assert (show_share(1, 4), show_share(0), show_share(1, 0), show_share(None, 4)) == ("25 %", "0 %", "–", "–")
    assert [show_euro(each) for each in (0, 0.26, 0.065, 0.00138, 12.344)] == [
        "€ 0.00", "€ 0.26", "€ 0.0650", "€ 0.0014", "€ 12.34",
    ]  # fmt: skip
    assert [show_words(each) for each in ("phone_e164", "vat_id", "not_modified")] == [
        "phone",
        "VAT id",
        "not modified",
    ]


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
    assert drawn.count('<table class="plot">') == 3
    assert drawn.count("<svg") > 20
    assert picture.stat().st_size > 20_000
    assert paper.read_bytes().startswith(b"%PDF")
