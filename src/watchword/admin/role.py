"""Roles of administrators, and what each may do; nobody may do what is not in its line.

owner             everything, and alone: make issuers and administrators, rotate keys
account-manager   customers, clients and secrets of the issuers that it is bound to
support           sees all that an account manager sees, and changes nothing
auditor           sees everything, the trail of administrators included, and changes nothing
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

# The issuer whose clients are the administrators.
BUILT_IN = "administration"

Role = Literal["owner", "account-manager", "support", "auditor"]

_READS: tuple[str, ...] = (
    "issuers:read",
    "customers:read",
    "clients:read",
    "secrets:read",
    "keys:read",
)
_READS += ("usage:read", "events:read", "requests:read")
_MANAGES = ("customers:write", "clients:write", "secrets:write", "requests:write")
PERMISSIONS: tuple[str, ...] = (
    *_READS,
    *_MANAGES,
    "issuers:write",
    "keys:write",
    "administrators:read",
    "administrators:write",
)
ROLES: Mapping[Role, tuple[str, ...]] = MappingProxyType(
    {
        "owner": PERMISSIONS,
        "account-manager": (*_READS, *_MANAGES),
        "support": _READS,
        "auditor": (*_READS, "administrators:read"),
    }
)
