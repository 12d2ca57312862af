"""Splink as its own tutorial uses it, on a file of `made_up_people`; run by an interpreter that has splink and duckdb.

    PYTHON -m benchmarks.plain_splink FILE.csv CLUSTERS.csv

Not imported by anything: Splink is no dependency of the product.
"""

from __future__ import annotations

import csv
import sys


def main(source: str, target: str) -> None:
    """Estimate, predict and cluster; write id and cluster."""
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.execute(
        "create table people as select * from read_csv(?, header = true, all_varchar = true, nullstr = '')", [source]
    )
    blocks = [
        block_on("family_name", "birth_date"),
        block_on("given_name", "birth_date"),
        block_on("email"),
        block_on("phone"),
        block_on("family_name", "given_name", "postal_code"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=blocks,
        comparisons=[
            cl.JaroWinklerAtThresholds("given_name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("family_name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("birth_date", [1, 2]),
            cl.JaroWinklerAtThresholds("city", [0.85]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postal_code", [1]),
            cl.DamerauLevenshteinAtThresholds("email", [2]),
            cl.DamerauLevenshteinAtThresholds("phone", [1]),
        ],
    )
    api = DuckDBAPI(connection=connection)
    try:
        linker = Linker("people", settings, api)
    except (TypeError, ValueError, AttributeError):
        linker = Linker(api.register("people"), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("email"), block_on("family_name", "birth_date")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("family_name", "birth_date"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("email"))
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.5)
    rows = connection.execute(f"select id, cluster_id from {clustered.physical_name}").fetchall()  # noqa: S608  own name
    with open(target, "w", newline="") as file:  # noqa: PTH123  runs outside the project
        csv.writer(file).writerows([("id", "cluster"), *rows])


if __name__ == "__main__":
    main(*sys.argv[1:3])
