"""What verifying an access token costs: `python -m bench.guard [--rounds N] [--json]`.

The guard, new tokens and such as it has seen before, next to PyJWT and joserfc doing the same work
(signature, issuer, audience, times), all as ratios to the bare signature check by `cryptography`.
Rounds are taken in turn and the medians compared: the machine is shared, and its mood changes.
Before anything is timed, every candidate has to take a good token and to refuse a forged one.
"""

import argparse
import gc
import hmac
import json
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import joserfc.jwk
import joserfc.jwt
import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from msgspec import Struct

from watchword.guard import Guard
from watchword.guard.fetch import Fetched, NotFound
from watchword.jose import ec as our_ec
from watchword.jose import jws, key, material

ISSUER, API = "https://auth.example.com", "https://api.example.com"
ALGORITHMS = ("ES256", "RS256", "Ed25519", "HS256")
TOKENS = 400
# The figures that are promised; a seen token's is in microseconds.
NEW_ES256_RATIO, SEEN_MICROSECONDS = 1.5, 5.0

Verify = Callable[[bytes], object]


class Candidate(Struct, frozen=True, kw_only=True):
    """make: what a round begins with (a fresh memory), and gives the function that is timed."""

    name: str
    make: Callable[[], Verify]


class Line(Struct, frozen=True, kw_only=True):
    """One figure. ratio: to the bare signature check of the same algorithm."""

    alg: str
    name: str
    microseconds: float
    ratio: float


class Scene:
    """One algorithm: its key, its tokens, and whoever verifies them."""

    def __init__(self, alg: str) -> None:
        self.alg = alg
        self.material = key.generate_key(alg)
        self.symmetric = alg == "HS256"
        header = {"alg": alg, "typ": "at+jwt", "kid": "k1"}
        signer = jws.Signer(alg, self.material, header)
        self.tokens = [signer.sign(_claims(n)).encode() for n in range(TOKENS)]
        forger = jws.Signer(alg, key.generate_key(alg), header)
        self.forged = forger.sign(_claims(0)).encode()
        self.jwk = {} if self.symmetric else key.public_jwk(alg, self.material, "k1")

    def guard(self, *, seen: bool) -> Verify:
        """Ours; with `seen`, every token has been verified once before."""

        def fetch(url: str, _timeout: float) -> Fetched:
            if url.endswith("/oauth/revocations"):
                raise NotFound("an issuer without a list")
            return Fetched(body=json.dumps({"keys": [self.jwk]}).encode(), headers={})

        shared = [self.material] if self.symmetric else []
        guard = Guard(ISSUER, API, shared_keys=shared, fetch=fetch)
        guard.warm()
        values = {token: b"Bearer " + token for token in [*self.tokens, self.forged]}
        if seen:
            for token in self.tokens:
                guard.verify(values[token])
        return lambda token: guard.verify(values[token])

    def pyjwt(self) -> Verify:
        """PyJWT with its key parsed beforehand."""
        name = "EdDSA" if self.alg == "Ed25519" else self.alg
        parsed: Any = self.material if self.symmetric else jwt.PyJWK(self.jwk, name).key
        # It has no name of its own for Ed25519 in tokens: it is given the one that it knows.
        decoder = jwt.PyJWT()
        algorithms = [name, self.alg]

        def verify(token: bytes) -> object:
            return decoder.decode(token, parsed, algorithms=algorithms, audience=API, issuer=ISSUER)

        return verify

    def joserfc(self) -> Verify:
        """joserfc with its key parsed beforehand."""
        if self.symmetric:
            parsed: Any = joserfc.jwk.OctKey.import_key(self.material)
        else:
            parsed = joserfc.jwk.import_key(self.jwk)  # type: ignore[arg-type]
        registry = joserfc.jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": API},
            exp={"essential": True},
        )

        def verify(token: bytes) -> object:
            decoded = joserfc.jwt.decode(token, parsed, algorithms=[self.alg])
            registry.validate(decoded.claims)
            return decoded

        return verify

    def bare(self) -> Verify:
        """The signature alone, everything else worked out beforehand."""
        check = self._bare_check()
        parts = {}
        for token in [*self.tokens, self.forged]:
            split = jws.split(token)
            raw = split.signature
            signature = our_ec.der_of_raw(raw, 32) if self.alg == "ES256" else raw
            parts[token] = (signature, split.signing_input)
        return lambda token: check(*parts[token])

    def _bare_check(self) -> Callable[[bytes, bytes], object]:
        if self.symmetric:
            return self._bare_hmac
        public: Any = material.load_private(self.material).public_key()  # type: ignore[union-attr]
        verify, sha256 = public.verify, hashes.SHA256()
        if self.alg == "ES256":
            scheme = ec.ECDSA(sha256)
            return lambda signature, data: verify(signature, data, scheme)
        if self.alg == "RS256":
            pkcs1 = padding.PKCS1v15()
            return lambda signature, data: verify(signature, data, pkcs1, sha256)
        check: Callable[[bytes, bytes], object] = verify
        return check

    def _bare_hmac(self, signature: bytes, data: bytes) -> None:
        if not hmac.compare_digest(hmac.digest(self.material, data, "sha256"), signature):
            raise ValueError("forged")

    def candidates(self) -> list[Candidate]:
        """In the order of the table; the bare check is first."""
        listed = {
            "bare signature": self.bare,
            "watchword, new token": lambda: self.guard(seen=False),
            "watchword, seen before": lambda: self.guard(seen=True),
            "PyJWT": self.pyjwt,
            "joserfc": self.joserfc,
        }
        if self.alg == "Ed25519":
            # PyJWT knows only the older name, and refuses ours.
            del listed["PyJWT"]
        return [Candidate(name=name, make=make) for name, make in listed.items()]


def _claims(number: int) -> bytes:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": "ACME01", "client_id": "ACME01", "aud": API, "iat": now}
    claims |= {"exp": now + 3600, "jti": f"{number:038d}", "scope": "payments:read providers:read"}
    return json.dumps(claims, separators=(",", ":")).encode()


def prove(scene: Scene, candidate: Candidate) -> None:
    """Raises `SystemExit` unless the candidate verifies what it is timed with."""
    verify = candidate.make()
    verify(scene.tokens[0])
    try:
        verify(scene.forged)
    except Exception:  # noqa: BLE001 - each library has errors of its own
        return
    raise SystemExit(f"{candidate.name} takes a forged {scene.alg} token: nothing to time")


def timed(verify: Verify, tokens: Sequence[bytes]) -> float:
    """Microseconds of this thread's CPU for one token."""
    gc.collect()
    began = time.thread_time()
    for token in tokens:
        verify(token)
    return (time.thread_time() - began) / len(tokens) * 1e6


def measure(alg: str, rounds: int) -> list[Line]:
    """The figures of one algorithm, medians over rounds taken in turn."""
    scene = Scene(alg)
    candidates = scene.candidates()
    for candidate in candidates:
        prove(scene, candidate)
    costs: dict[str, list[float]] = {candidate.name: [] for candidate in candidates}
    for _ in range(rounds):
        for candidate in candidates:
            costs[candidate.name].append(timed(candidate.make(), scene.tokens))
    bare = median(costs["bare signature"])
    return [
        Line(alg=alg, name=name, microseconds=median(spent), ratio=median(spent) / bare)
        for name, spent in costs.items()
    ]


def missed(lines: Sequence[Line]) -> list[str]:
    """What of the promised figures was not reached."""
    faults = []
    for line in lines:
        if line.name == "watchword, seen before" and line.microseconds > SEEN_MICROSECONDS:
            faults.append(f"{line.alg} seen before: {line.microseconds:.1f} µs, not under 5")
        if (line.alg, line.name) == ("ES256", "watchword, new token") and (
            line.ratio > NEW_ES256_RATIO
        ):
            faults.append(f"ES256 new: {line.ratio:.2f} times the bare check, not 1.5 or less")
    return faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; 1 if a promised figure was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.guard", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lines = [line for alg in ALGORITHMS for line in measure(alg, chosen.rounds)]
    if chosen.json:
        figures = [
            {"alg": line.alg, "name": line.name, "us": line.microseconds, "ratio": line.ratio}
            for line in lines
        ]
        print(json.dumps({"items": figures, "missed": missed(lines)}))
    else:
        print(f"{'':9}{'':26}{'µs CPU':>9}{'of bare':>9}")
        for line in lines:
            print(f"{line.alg:9}{line.name:26}{line.microseconds:9.2f}{line.ratio:9.2f}")
    for fault in missed(lines):
        print(fault, file=sys.stderr)
    return 1 if missed(lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
