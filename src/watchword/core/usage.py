"""What is counted about the token endpoint: counters, never a row per token."""

from msgspec import Struct

ISSUED = "issued"


class TokenOutcome(Struct, frozen=True, gc=False):
    """One answered token request, as counters and logs see it.

    outcome: "issued", or the refusal's cause. client_ref, secret_id: `Client.id` and `Secret.id`,
    None where unknown, so that guesses at client_ids count under the issuer alone.
    """

    issuer_id: str
    at: int
    outcome: str
    client_ref: str | None = None
    secret_id: str | None = None
    address: str = ""
    user_agent: str = ""
