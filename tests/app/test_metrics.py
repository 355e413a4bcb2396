"""The metrics page, read by Prometheus' own parser."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from watchword.app.metrics import Board, page_of
from watchword.app.tally import Tally


def samples(tally: Tally) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page_of(tally).decode())
        for sample in family.samples
    }


def counted() -> Tally:
    tally = Tally()
    tally.count_outcome('a"b\\c', "issued")
    tally.count_outcome('a"b\\c', "issued")
    tally.count_outcome("other", "wrong_secret")
    tally.count_refusal(431)
    tally.durations_of("other").add(0.0003)
    tally.durations_of("other").add(99)
    return tally


def test_the_page_is_what_prometheus_reads() -> None:
    read = samples(counted())

    assert read["watchword_token_requests_total", 'a"b\\c', "issued"] == 2
    assert read["watchword_token_requests_total", "other", "wrong_secret"] == 1
    assert read["watchword_http_refusals_total", "431"] == 1
    assert read["watchword_faults_total",] == 0


def test_durations_are_a_histogram() -> None:
    read = samples(counted())
    name = "watchword_token_request_duration_seconds"

    assert read[f"{name}_bucket", "other", "0.00025"] == 0
    assert read[f"{name}_bucket", "other", "0.0005"] == 1
    assert read[f"{name}_bucket", "other", "10"] == 1
    assert read[f"{name}_bucket", "other", "+Inf"] == read[f"{name}_count", "other"] == 2


def test_tallies_of_workers_add_up_and_those_of_the_dead_stay(tmp_path: Path) -> None:
    Board(counted(), tmp_path).leave()
    (tmp_path / "torn.json").write_text("{")
    next(tmp_path.glob("[0-9]*.json")).rename(tmp_path / "0.json")
    total = Board(counted(), tmp_path).total()

    assert total.outcomes["other"]["wrong_secret"] == 2
    assert sum(total.durations["other"].buckets) == 4
