"""Several candidates measured in turn, round after round, and the medians of it."""

import base64
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench import load, yardstick
from bench.process import Server, await_quiet, busy_seconds

CheckToken = Callable[[str], None]


class NotAToken(Exception):
    """What a candidate hands out is not what it is timed for."""


@dataclass(kw_only=True)
class Candidate:
    """One way of getting a token. check: raises unless the token is good; None for refusals."""

    name: str
    server: Server
    request: load.Request
    alg: str
    check: CheckToken | None
    token_member: str = "access_token"
    rounds: list["Round"] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round saw. cpu: of the server, seconds a token; p50, p99: seconds.

    others: what everything else on the machine worked meanwhile, in cores.
    """

    others: float
    tokens_per_second: float
    cpu: float
    p50: float
    p99: float


@dataclass(kw_only=True)
class Yardstick:
    """A bare signature, measured once a round. costs: CPU seconds each."""

    alg: str
    costs: list[float] = field(default_factory=list)


def measure(
    candidates: Sequence[Candidate], *, rounds: int, seconds: float, patience: float = 0
) -> list[Yardstick]:
    """Fill each candidate's `rounds`; return the yardsticks of their algorithms.

    patience: seconds for which to wait for a quiet moment before each measurement.
    """
    for candidate in candidates:
        _check_tokens(candidate, [load.once(candidate.request) for _ in range(2)])
        load.run(candidate.request, seconds=min(1.0, seconds))
    signers = yardstick.signers()
    sticks = {c.alg: Yardstick(alg=c.alg) for c in candidates} | {"ES256": Yardstick(alg="ES256")}
    for _ in range(rounds):
        for stick in sticks.values():
            await_quiet(patience)
            stick.costs.append(yardstick.measure(signers[stick.alg]))
        for candidate in candidates:
            await_quiet(patience)
            candidate.rounds.append(_round(candidate, seconds))
    return list(sticks.values())


def _round(candidate: Candidate, seconds: float) -> Round:
    before, busy, own = candidate.server.cpu_seconds(), busy_seconds(), time.process_time()
    seen = load.run(candidate.request, seconds=seconds)
    spent = candidate.server.cpu_seconds() - before
    others = busy_seconds() - busy - spent - (time.process_time() - own)
    _check_tokens(candidate, seen.samples)
    return Round(
        others=max(others, 0) / seen.seconds,
        tokens_per_second=seen.answers / seen.seconds,
        cpu=spent / seen.answers,
        p50=seen.percentile(0.5),
        p99=seen.percentile(0.99),
    )


def _check_tokens(candidate: Candidate, answers: Iterable[bytes]) -> None:
    if candidate.check is None:
        return
    tokens = [_token(candidate, answer) for answer in answers]
    if len(set(tokens)) != len(tokens):
        raise NotAToken(f"{candidate.name} gave out one token twice")
    for token in tokens:
        header = json.loads(_octets(token.partition(".")[0]))
        if header["alg"] != candidate.alg:
            raise NotAToken(f"{candidate.name} signed with {header['alg']}")
        candidate.check(token)


def _token(candidate: Candidate, answer: bytes) -> str:
    token = json.loads(load.body_of(answer)).get(candidate.token_member)
    if not isinstance(token, str) or token.count(".") != 2:
        raise NotAToken(f"{candidate.name} answered without a JWT")
    return token


def _octets(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def figures(candidate: Candidate, sticks: Sequence[Yardstick]) -> dict[str, Any]:
    """Medians of a candidate as JSON: microseconds, and ratios of the same round.

    signatures: its CPU a token in bare signatures of its own algorithm; es256: in ES256 ones.
    """
    own = next(stick for stick in sticks if stick.alg == candidate.alg)
    es256 = next(stick for stick in sticks if stick.alg == "ES256")
    return {
        "name": candidate.name,
        "alg": candidate.alg,
        "tokens_per_second": round(median(r.tokens_per_second for r in candidate.rounds)),
        "p50_us": _us(median(r.p50 for r in candidate.rounds)),
        "p99_us": _us(median(r.p99 for r in candidate.rounds)),
        "cpu_us": _us(median(r.cpu for r in candidate.rounds)),
        "others_cores": round(median(r.others for r in candidate.rounds), 2),
        "cpu_us_rounds": [_us(r.cpu) for r in candidate.rounds],
        "signature_us": _us(median(own.costs)),
        "signatures": _ratio(candidate.rounds, own.costs),
        "es256": _ratio(candidate.rounds, es256.costs),
    }


def _ratio(rounds: Sequence[Round], costs: Sequence[float]) -> float:
    return round(median(r.cpu / cost for r, cost in zip(rounds, costs, strict=True)), 2)


def _us(seconds: float) -> float:
    return round(seconds * 1e6, 1)
