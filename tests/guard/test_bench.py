"""The benchmark times valid tokens, and says when a promise is broken."""

import json

import pytest

from bench import guard as bench


def test_every_candidate_verifies_what_it_is_timed_with(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "TOKENS", 5)

    bench.main(["--rounds", "1", "--json"])

    printed = json.loads(capsys.readouterr().out)["items"]
    timed = {(item["alg"], item["name"]) for item in printed}
    assert ("ES256", "PyJWT") in timed
    assert {alg for alg, name in timed if name == "watchword, new token"} == set(bench.ALGORITHMS)


def test_a_candidate_that_takes_forged_tokens_is_not_timed() -> None:
    scene = bench.Scene("HS256")
    careless = bench.Candidate(name="careless", make=lambda: lambda token: None)

    with pytest.raises(SystemExit, match="careless takes a forged HS256 token"):
        bench.prove(scene, careless)


def test_a_missed_promise_is_named() -> None:
    def line(name: str, microseconds: float, ratio: float) -> bench.Line:
        return bench.Line(alg="ES256", name=name, microseconds=microseconds, ratio=ratio)

    kept = [line("watchword, new token", 90, 1.4), line("watchword, seen before", 4, 0.1)]
    broken = [line("watchword, new token", 90, 1.6), line("watchword, seen before", 6, 0.1)]
    assert bench.missed(kept) == []
    assert len(bench.missed(broken)) == 2
