"""Splink as its own tutorial uses it; run by an interpreter that has splink and duckdb.

    PYTHON -m benchmarks.plain_splink FILE.csv CLUSTERS.csv [people|staff]

The file is one of `made_up_people` (the usual) or of `made_up_staff`. Not imported by anything: Splink is no dependency
of the product.
"""

from __future__ import annotations

import csv
import sys
from typing import Any

BLOCKS = {
    "people": (
        ("family_name", "birth_date"),
        ("given_name", "birth_date"),
        ("email",),
        ("phone",),
        ("family_name", "given_name", "postal_code"),
    ),
    "staff": (
        ("email",),
        ("family_name", "domain"),
        ("given_name", "domain"),
        ("family_name", "company"),
        ("family_name", "given_name", "phone"),
    ),
}
TRAINED_ON = {"people": (("family_name", "birth_date"), ("email",)), "staff": (("family_name", "domain"), ("email",))}


def comparisons(kind: str) -> list[Any]:
    """What is compared, with term frequencies where values are of unequal rarity."""
    import splink.comparison_library as cl

    names: list[Any] = [
        cl.JaroWinklerAtThresholds(each, [0.92, 0.8]).configure(term_frequency_adjustments=True)
        for each in ("given_name", "family_name")
    ]
    reached: list[Any] = [
        cl.DamerauLevenshteinAtThresholds("email", [2]),
        cl.DamerauLevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=kind == "staff"),
    ]
    if kind == "staff":
        at_work = [
            cl.JaroWinklerAtThresholds("company", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("domain").configure(term_frequency_adjustments=True),
        ]
        return [*names, *reached, *at_work]
    at_home = [
        cl.DamerauLevenshteinAtThresholds("birth_date", [1, 2]),
        cl.JaroWinklerAtThresholds("city", [0.85]).configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postal_code", [1]),
    ]
    return [*names, *at_home, *reached]


def main(source: str, target: str, kind: str = "people") -> None:
    """Estimate, predict and cluster; write id and cluster."""
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute(
        "create table people as select * from read_csv(?, header = true, all_varchar = true, nullstr = '')", [source]
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[block_on(*each) for each in BLOCKS[kind]],
        comparisons=comparisons(kind),
    )
    api = DuckDBAPI(connection=connection)
    try:
        linker = Linker("people", settings, api)
    except (TypeError, ValueError, AttributeError):
        linker = Linker(api.register("people"), settings)
    first, second = (block_on(*each) for each in TRAINED_ON[kind])
    linker.training.estimate_probability_two_random_records_match([second, first], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(first)
    linker.training.estimate_parameters_using_expectation_maximisation(second)
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.5)
    rows = connection.execute(f"select id, cluster_id from {clustered.physical_name}").fetchall()  # noqa: S608  own name
    with open(target, "w", newline="") as file:  # noqa: PTH123  runs outside the project
        csv.writer(file).writerows([("id", "cluster"), *rows])


if __name__ == "__main__":
    main(*sys.argv[1:4])
