"""What is counted about the endpoints that clients ask: counters, never a row per token."""

from msgspec import Struct

ISSUED = "issued"
INTROSPECTED = "introspected"
REVOKED = "token_revoked"
SERVED_ITSELF = "self_service"
# All other outcomes are causes of refusals.
DONE = frozenset((ISSUED, INTROSPECTED, REVOKED, SERVED_ITSELF))


class TokenOutcome(Struct, frozen=True, gc=False):
    """One answered request, as counters and logs see it.

    outcome: one of DONE, or the cause of a refusal. client_ref, secret_id: their `id`s,
    None where unknown, so that guesses at client_ids count under the issuer alone.
    """

    issuer_id: str
    at: int
    outcome: str
    client_ref: str | None = None
    secret_id: str | None = None
    address: str = ""
    user_agent: str = ""
