"""Rounds: only good tokens are timed, and figures are medians of ratios within a round."""

import base64
import json
from typing import Any, cast

import pytest

from bench import load, page
from bench.process import ROOT, Server
from bench.rounds import Candidate, NotAToken, Round, Yardstick, _check_tokens, figures


def token(number: int, alg: str = "ES256") -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": alg}).encode()).decode().rstrip("=")
    return f"{header}.payload{number}.signature"


def answer(access_token: object) -> bytes:
    body = json.dumps({"access_token": access_token}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def a_candidate(check: Any = lambda _: None) -> Candidate:
    return Candidate(
        name="ours",
        server=cast(Server, None),
        request=load.Request(host="", port=0, octets=b""),
        alg="ES256",
        check=check,
    )


def test_good_tokens_are_handed_to_the_verifier() -> None:
    seen: list[str] = []
    _check_tokens(a_candidate(seen.append), [answer(token(1)), answer(token(2))])

    assert seen == [token(1), token(2)]


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ([answer(token(1)), answer(token(1))], "twice"),
        ([answer("opaque")], "without a JWT"),
        ([answer(None)], "without a JWT"),
        ([answer(token(1, "HS256"))], "HS256"),
    ],
)
def test_anything_else_stops_the_run(answers: list[bytes], word: str) -> None:
    with pytest.raises(NotAToken, match=word):
        _check_tokens(a_candidate(), answers)


def test_figures_are_medians_of_the_ratios_within_rounds() -> None:
    candidate = a_candidate()
    costs = [20e-6, 40e-6, 20e-6]
    for cpu in (80e-6, 120e-6, 100e-6):
        candidate.rounds.append(
            Round(tokens_per_second=9, cpu=cpu, p50=0.001, p99=0.002, others=0.5)
        )
    result = figures(candidate, [Yardstick(alg="ES256", costs=costs)])

    assert (result["signatures"], result["cpu_us"], result["others_cores"]) == (4.0, 100.0, 0.5)


def test_the_page_takes_the_figures_of_a_run_and_keeps_its_words() -> None:
    words = "before\n<!-- figures: stages -->\nold\n<!-- end -->\nafter\n"
    results = {"stages": {"decide": {"us": 0.3, "signatures": 0.01}}}
    filled = page.filled(words, results)

    assert "| decide | 0.3 | 0.01 |" in filled
    assert filled.startswith("before\n")
    assert filled.endswith("<!-- end -->\nafter\n")
    assert "old" not in filled
    assert page.filled(filled, results) == filled


def test_the_pages_figures_are_all_of_a_known_kind() -> None:
    text = (ROOT / "docs" / "speed.md").read_text()

    assert {name for _, name, _ in page._BLOCK.findall(text)} == set(page._BLOCKS)
