"""RFC 6750, 3: whether a request may pass a proxy, as an HTTP answer to the proxy.

200 with the client's identity lets it pass. Anything else does not, and is what the client shall
be told: 400 and 401 and 403 with their challenge, 503 with Retry-After where nobody can tell now.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from watchword.guard.answer import Answer, refusal_answer
from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError, KeysUnavailable, PermissionDenied
from watchword.guard.forward.identity import identity_headers
from watchword.guard.forward.original import AmbiguousTarget, Original
from watchword.guard.forward.rules import ANY_TOKEN, Rule, Rules
from watchword.guard.guard import Guard
from watchword.guard.presentation import refuse_token_in_url
from watchword.guard.requirement import NOTHING

# Seconds within which a proxy has its answer, whatever the issuer does.
BUDGET = 1.0


class ForwardAuth:
    """Answers a proxy. rules: what each request needs.

    budget: seconds; what cannot be decided in that time is answered with 503. refuse: looks at the
    claims of a good token and may still raise a `GuardError`.
    """

    def __init__(
        self,
        guard: Guard[Claims],
        rules: Rules = ANY_TOKEN,
        *,
        budget: float = BUDGET,
        refuse: Callable[[Claims], None] = lambda claims: None,
    ) -> None:
        self._guard = guard
        self._rules = rules
        self._budget = budget
        self._refuse = refuse

    async def answer(
        self,
        headers: Sequence[tuple[bytes, bytes]],
        *,
        original: Original | None = None,
        scope: str = "",
    ) -> Answer:
        """The answer to a request with these headers (names in lower case).

        original: what the client asked the proxy for; None is refused where there are rules.
        scope: needed scopes, space-separated, beside those of the rules.
        """
        try:
            claims = await self._claims(headers, original, scope)
        except GuardError as refusal:
            return refusal_answer(refusal)
        identity = [
            (name.lower(), value) for name, value in identity_headers(claims, self._rules.headers)
        ]
        plain = (("content-length", "0"), ("cache-control", "no-store"))
        return Answer(status=200, headers=(*plain, *identity), body=b"")

    def refusal(self, refusal: GuardError) -> Answer:
        """The answer to a request that nobody need look at further."""
        return refusal_answer(self._guard.refusal(refusal))

    async def _claims(
        self, headers: Sequence[tuple[bytes, bytes]], original: Original | None, scope: str
    ) -> Claims | None:
        """The claims of who may pass, None where nobody need show a token."""
        rule = self._rule(original)
        if rule is not None and rule.public and not scope:
            if original is not None:
                refuse_token_in_url(original.query)
            return None
        claims = await self._verified(headers, original, rule, scope)
        # Asked last: who has no token does not learn which paths there are rules for.
        if rule is None:
            raise self._guard.refusal(PermissionDenied("no rule is for this method and path"))
        try:
            self._refuse(claims)
        except GuardError as refusal:
            raise self._guard.refusal(refusal) from None
        return claims

    def _rule(self, original: Original | None) -> Rule | None:
        if original is None:
            if self._rules:
                raise self._guard.refusal(AmbiguousTarget("the proxy tells no method and path"))
            return self._rules.default
        return self._rules.find(original.method, original.path)

    async def _verified(
        self, headers: Any, original: Original | None, rule: Rule | None, scope: str
    ) -> Claims:
        query = b"" if original is None else original.query
        require = NOTHING if rule is None else rule.needs
        try:
            async with asyncio.timeout(self._budget):
                return await self._guard.verify_async(
                    headers, scope=scope, require=require, query=query
                )
        except TimeoutError:
            raise KeysUnavailable("the keys did not come within the time budget") from None
