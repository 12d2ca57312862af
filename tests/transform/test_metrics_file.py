"""The file of the metrics holds together, and a ratio is what its figures come to."""

from __future__ import annotations

import pytest

from leadhouse.database import queries
from leadhouse.settings import PROJECT
from leadhouse.transform.metrics import (
    MetricError,
    expression,
    metrics,
    metrics_page,
    ratio_of,
    read_metrics,
    select_list,
    wilson_interval,
)

GOOD = """
relations:
  days: {grain: day, live: a_b, mart: c_d, sources: [x.y]}
  others: {grain: day, live: a_b, mart: c_d, sources: [x.y]}
figures:
  sent: {title: Sent, over: days, sql: sum(sent), unit: messages, description: d.}
  seen: {title: Seen, over: others, sql: sum(seen), unit: messages, description: d.}
ratios:
"""
WRONG = {
    "unknown_figure": "  r: {title: R, numerator: sent + lost, denominator: sent, description: d.}",
    "two_relations": "  r: {title: R, numerator: sent, denominator: seen, description: d.}",
    "name_taken": "  sent: {title: R, numerator: sent, denominator: sent, description: d.}",
}


def test_every_relation_has_its_queries():
    known = queries.load("analytics")
    for relation in metrics().relations.values():
        assert {relation.live, relation.mart} <= set(known)


def test_every_definition_is_complete():
    known = metrics()
    assert len(known.figures) >= 20
    assert len(known.ratios) >= 11
    for each in (*known.figures.values(), *known.ratios.values()):
        assert each.title
        assert each.description.endswith(".")


@pytest.mark.parametrize("fault", WRONG)
def test_a_file_that_does_not_hold_together_is_refused(fault, tmp_path):
    file = tmp_path / "metrics.yml"
    file.write_text(GOOD + WRONG[fault])
    with pytest.raises(MetricError):
        read_metrics(file)


def test_a_ratio_is_sum_over_sum():
    found = ratio_of("bounce_rate", {"bounced": 3, "rejected": 2, "attempted": 200})
    assert (found.numerator, found.denominator, found.value) == (5, 200, 0.025)
    assert found.low is None


def test_a_ratio_without_a_denominator_has_no_value():
    assert ratio_of("response_rate", {"people_replied": 0, "people_delivered": None}).value is None


def test_a_ratio_of_few_comes_with_its_interval():
    found = ratio_of("response_rate", {"people_replied": 5, "people_delivered": 20})
    # statsmodels.stats.proportion.proportion_confint(5, 20, method="wilson") gives 0.1119, 0.4687
    assert (found.low, found.high) == (pytest.approx(0.1119, abs=1e-4), pytest.approx(0.4687, abs=1e-4))
    assert wilson_interval(0, 10)[0] == 0
    assert wilson_interval(10, 10)[1] == 1


def test_an_average_has_no_interval_of_a_share():
    found = ratio_of("average_rating", {"rating_total": 12, "leads_rated": 3})
    assert (found.value, found.low) == (4.0, None)


def test_the_expressions_are_of_the_figures():
    text = expression("bounce_rate").as_string(None)
    assert text == "((sum(bounced)) + (sum(rejected))) / nullif((sum(attempted)), 0)::numeric"
    assert 'coalesce(count(*), 0)::bigint as "leads"' in select_list("leads").as_string(None)


def test_the_page_is_current_and_names_every_metric():
    page = metrics_page()
    assert page == (PROJECT / "docs" / "metrics.md").read_text(), "run `leadhouse docs`"
    known = metrics()
    for name in (*known.figures, *known.ratios):
        assert f"`{name}`" in page
