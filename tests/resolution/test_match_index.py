"""New records against the rest give the clusters of a run over everything, whatever is new or turns into a hub."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.entity_resolution import BLOCKS
from benchmarks.made_up_people import HEADER, write_people
from leadhouse.resolution.estimating import starting_attribute
from leadhouse.resolution.file_matching import estimate_model
from leadhouse.resolution.match_index import MatchIndex
from leadhouse.resolution.match_model import MatchModel, explain_pair, load_model, save_model

KINDS = {"given_name": "name", "family_name": "name", "birth_date": "date", "city": "place", "postal_code": "code"}
record = st.tuples(
    st.sampled_from(["eva", "ewa", "eva maria", "udo", ""]),
    st.sampled_from(["alt", "ald", "neu", ""]),
    st.sampled_from(["1990-01-02", "1990-02-01", "1991-01-02", ""]),
    st.sampled_from(["ulm", "ulmen", "bonn"]),
    st.sampled_from(["89073", "89074", ""]),
    st.sampled_from(["e.alt@a.example", "e.alt1@a.example", "u@b.example", ""]),
    st.sampled_from(["0731123456", "0731123457", ""]),
)


def model_of() -> MatchModel:
    attributes = [starting_attribute(each, KINDS.get(each, each), weighs_terms=True) for each in HEADER[1:]]
    return MatchModel("test", -9.0, tuple(attributes), BLOCKS)


def matched(model, records, most, cuts):
    """The clusters when the records come in parts."""
    index = MatchIndex(model, most_in_block=most)
    for start, end in zip([0, *cuts], [*cuts, len(records)], strict=True):
        index.append(records[start:end])
        if start:
            index.match_new(start)
        else:
            index.match_all()
    return index.clusters.tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(record, min_size=3, max_size=30), st.integers(2, 6), st.data())
def test_new_records_give_the_clusters_of_a_full_run(records, most, data):
    cuts = sorted(data.draw(st.sets(st.integers(1, len(records) - 1), min_size=1, max_size=3)))
    model = model_of()
    assert matched(model, records, most, cuts) == matched(model, records, most, [])


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Made-up people, and the model of their own weights."""
    file = tmp_path_factory.mktemp("people") / "people.csv"
    write_people(file, 3000)
    rows = [line.split(",") for line in file.read_text().splitlines()[1:]]
    index = MatchIndex(model_of())
    index.append(row[1:] for row in rows)
    return rows, estimate_model(index.model, *index.sample(3000))


def test_twins_stay_apart_and_copies_come_together(people):
    rows, model = people
    clusters = matched(model, [row[1:] for row in rows], 100, [2000])
    person = [row[0].partition("-")[0] for row in rows]
    joined = {(low, high) for high, low in enumerate(clusters) if low != high}
    right = sum(person[low] == person[high] for low, high in joined)
    assert right >= 0.9 * len(joined)
    firsts = {}
    copies = [(firsts.setdefault(each, row), row) for row, each in enumerate(person)]
    found = sum(clusters[first] == clusters[row] for first, row in copies if first != row)
    assert found >= 0.9 * sum(first != row for first, row in copies)


def test_a_version_is_a_file_and_explains_the_weight_it_gave(people, tmp_path):
    rows, model = people
    file = tmp_path / "weights.json"
    save_model(model, file)
    again = load_model(file)
    index = MatchIndex(again)
    index.append(row[1:] for row in rows[:50])
    index.match_all()
    whole = again.prior + sum(each.weight for each in explain_pair(again, index.columns(), 0, 1))
    weight = index.weights_of([0], [1])[0]
    assert whole == pytest.approx(float(weight), abs=0.01)
    assert again.digest() == load_model(file).digest()
