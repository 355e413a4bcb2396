"""Which secret is meant: by its key id, by all of its value, or by the client that it is of.

Rules. A client's name stands for a secret only where it can mean but one. What is to be revoked
may be any that works, one that a roll is ending too: guessing there would leave a customer with
the wrong one. What is to be rolled stays for now, so that one that is being ended is not meant.
"""

from collections.abc import Callable

from watchword.cli.desk import Answer
from watchword.cli.failure import Refused
from watchword.cli.naming import client_ref
from watchword.cli.output import from_now
from watchword.cli.session import Session
from watchword.core.secret_format import key_id_of

LIVE = ("active", "expiring")


def secret_to_revoke(session: Session, name: str, issuer: str | None) -> Answer:
    """The secret that was named; with a client's name the only one that works. Raises Refused."""
    return _named(session, name, issuer, "revoke", _works)


def secret_to_roll(session: Session, name: str, issuer: str | None) -> Answer:
    """The secret that was named; with a client's name the only one that stays. Raises Refused."""
    return _named(session, name, issuer, "roll", _stays)


def _works(secret: Answer) -> bool:
    return secret["state"] in LIVE


def _stays(secret: Answer) -> bool:
    return _works(secret) and secret["revoked_at"] is None


def _named(
    session: Session, name: str, issuer: str | None, verb: str, fits: Callable[[Answer], bool]
) -> Answer:
    # Whoever finds a secret somewhere has all of it; its value goes no further than here.
    name = key_id_of(name) or name
    by_key_id = None if issuer else session.desk.find("show_secret", name)
    if by_key_id is not None:
        return by_key_id
    meant = [each for each in _secrets_of(session, name, issuer) if fits(each)]
    if len(meant) != 1:
        raise _ambiguous(session, name, verb, meant)
    return meant[0]


def _secrets_of(session: Session, name: str, issuer: str | None) -> list[Answer]:
    """All of the client of that name; Refused if there is none."""
    try:
        ref = client_ref(session, name, issuer)
    except Refused as refused:
        if issuer or refused.failure.code != "unknown_client":
            raise
        raise Refused(
            f"there is no secret and no client {name!r}",
            hint=refused.failure.hint or "a secret is named by its key id, or by its client",
            code="unknown_secret",
        ) from None
    listed: list[Answer] = session.desk.call("list_secrets", ref)["items"]
    return listed


def _ambiguous(session: Session, name: str, verb: str, meant: list[Answer]) -> Refused:
    """What there is to choose from, and what to type; the one that ends first as the example."""
    if not meant:
        return Refused(f"{name} has no live secret", hint="issue one first", code="unknown_secret")
    meant = sorted(meant, key=lambda each: (each["ends_at"] is None, each["ends_at"] or ""))
    typed = session.again(f"watchword secret {verb} {meant[0]['secret_id']}")
    return Refused(
        f"{name} has {len(meant)} live secrets, so that its name does not tell which:"
        + "".join(f"\n  {_line(each, session.now)}" for each in meant),
        hint=f"name the one that is meant, as in `{typed}`",
        code="unknown_secret",
    )


def _line(secret: Answer, now: int) -> str:
    label = f" ({secret['label']})" if secret["label"] else ""
    ends = f", ends {from_now(secret['ends_at'], now)}" if secret["ends_at"] else ""
    used = secret["last_used_at"]
    last = f"last got a token {from_now(used, now)}" if used else "has never got a token"
    return f"{secret['secret_id']}{label}: {secret['state']}{ends}; {last}"
