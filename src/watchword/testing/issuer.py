"""RFC 9068: an issuer in memory, which mints tokens for the tests of a guarded application."""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Unpack

from watchword.guard import Guard
from watchword.guard.claims import Claims
from watchword.guard.fetch import Fetched, NotFound, UrllibFetch
from watchword.guard.options import Options
from watchword.jose import base64url, jws, key

DEFAULT_URL = "https://issuer.watchword.test"


class InMemoryIssuer:
    """Mints tokens with a key of its own; no server, no network.

    url: what tokens say as `iss`. audience: what they say as `aud`; the URL unless given.
    alg, typ: of the tokens. shared_key: the octets that the application's guard has, for HS256.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        audience: str | None = None,
        alg: str = "ES256",
        typ: str = "at+jwt",
        shared_key: bytes | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.url, self.audience = url, audience or url
        self._alg, self._typ, self._clock = alg, typ, clock
        self._key = shared_key or key.generate_key(alg)
        self._kid = "watchword-testing"
        header = {"alg": alg, "typ": typ, "kid": self._kid}
        self._signer = jws.Signer(alg, self._key, header)

    def mint(
        self,
        scopes: str | Iterable[str] = (),
        claims: Mapping[str, object] | None = None,
        *,
        client_id: str = "test-client",
        lifetime: int = 3600,
    ) -> str:
        """An access token.

        scopes: a text or a list. claims: further ones; they beat what would stand there, and a
        claim that is None is left out. lifetime: seconds; below zero for a token that has ended.
        """
        now = int(self._clock())
        scope = scopes if isinstance(scopes, str) else " ".join(scopes)
        stated: dict[str, object] = {
            "iss": self.url,
            "sub": client_id,
            "client_id": client_id,
            "aud": self.audience,
            "iat": min(now, now + lifetime),
            "exp": now + lifetime,
            "jti": base64url.encode(os.urandom(16)),
            "scope": scope or None,
            **(claims or {}),
        }
        payload = {name: value for name, value in stated.items() if value is not None}
        return self._signer.sign(json.dumps(payload).encode())

    def headers(
        self,
        scopes: str | Iterable[str] = (),
        claims: Mapping[str, object] | None = None,
        *,
        client_id: str = "test-client",
        lifetime: int = 3600,
    ) -> dict[str, str]:
        """The header of a request with such a token, as a bearer."""
        token = self.mint(scopes, claims, client_id=client_id, lifetime=lifetime)
        return {"Authorization": f"Bearer {token}"}

    def guard(self, audience: str | None = None, **options: Unpack[Options]) -> Guard[Claims]:
        """A guard that takes this issuer's tokens. `options` are those of `Guard`."""
        options.setdefault("fetch", self.fetch)
        options.setdefault("typ", self._typ)
        if self._alg == "HS256":
            options.setdefault("shared_keys", [self._key])
        return Guard(self.url, audience or self.audience, **options)

    def fetch(self, url: str, timeout: float) -> Fetched:
        """The issuer's documents, as a guard's `fetch` wants them; `NotFound` for any other."""
        if url != f"{self.url.rstrip('/')}/.well-known/jwks.json" or self._alg == "HS256":
            raise NotFound(f"{url} is not one of the in-memory issuer's documents")
        keys = [key.public_jwk(self._alg, self._key, self._kid)]
        return Fetched(body=json.dumps({"keys": keys}).encode(), headers={})

    def answer_for_network(self, patch: Any) -> None:
        """Answer the application's own guards too, which were made with this issuer's URL.

        patch: a `pytest.MonkeyPatch`, which undoes it.
        """
        network = UrllibFetch.__call__
        ours = self.url.rstrip("/") + "/"

        def fetch(this: UrllibFetch, url: str, timeout: float) -> Fetched:
            return self.fetch(url, timeout) if url.startswith(ours) else network(this, url, timeout)

        patch.setattr(UrllibFetch, "__call__", fetch)
