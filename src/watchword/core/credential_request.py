"""A request for credentials: what somebody who wants to use a vendor's API fills in.

States; the arrows are functions of `admin`:

    open ── approve ──▶ approved ── claim ──▶ claimed
      └──── reject ───▶ rejected

An approved request has a client and a one-time code, of which only a hash is kept; the client's
secret is made when the code is claimed, so that nobody has seen it before. A code dies at
`code_expires_at`; approving again makes a new one.
"""

from typing import Literal

from msgspec import Struct

RequestState = Literal["open", "approved", "rejected", "claimed"]


class CredentialRequest(Struct, frozen=True, kw_only=True):
    """One request, and what became of it.

    name, email, company: who asks. use_case, volume, requirements: what for, how many requests
    are expected, what is needed technically; their own words. address: from where.
    decided_at, decided_by, reason: approved or rejected when, by whom and why.
    client_ref: `Client.id` once approved. code_hash: SHA-256 of the one-time code.
    """

    id: str
    issuer_id: str
    state: RequestState = "open"
    name: str
    email: str
    company: str = ""
    use_case: str = ""
    volume: str = ""
    requirements: str = ""
    address: str = ""
    created_at: int
    decided_at: int | None = None
    decided_by: str = ""
    reason: str = ""
    client_ref: str | None = None
    code_hash: bytes | None = None
    code_expires_at: int | None = None
    claimed_at: int | None = None
    version: int = 1
