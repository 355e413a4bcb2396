"""Forward authentication: a proxy asks, before each request, whether it may pass.

    forward = ForwardAuth(guard, read_rules(text, "rules.toml"))
    answer = await forward.answer(headers, original=original_of(headers))

nginx calls it `auth_request`, Caddy `forward_auth`, Traefik forwardAuth, Envoy `ext_authz`. This is
the guard's side of it without any I/O: who speaks HTTP is elsewhere.
"""

from watchword.guard.forward.forward_auth import ForwardAuth
from watchword.guard.forward.identity import IDENTITY, identity_headers
from watchword.guard.forward.original import AmbiguousTarget, Original, original_of, target_of
from watchword.guard.forward.rules import ANY_TOKEN, InvalidRules, Rule, Rules, read_rules

__all__ = [
    "ANY_TOKEN",
    "IDENTITY",
    "AmbiguousTarget",
    "ForwardAuth",
    "InvalidRules",
    "Original",
    "Rule",
    "Rules",
    "identity_headers",
    "original_of",
    "read_rules",
    "target_of",
]
