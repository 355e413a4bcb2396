"""What is told where something was ended: what becomes of the tokens that are out already."""

from watchword.cli.desk import Answer
from watchword.cli.session import Session
from watchword.core.duration import format_duration
from watchword.jose.algorithm import ALGORITHMS


def tell_of_tokens(session: Session, client: Answer) -> None:
    """Say, for people, how long tokens that the client has already go on working."""
    if session.out.as_json:
        return
    issuer = session.desk.call("show_issuer", client["issuer"])
    # Under a shared key there is no list of revocations: every guard could write one.
    if issuer["revocation"] == "feed" and not ALGORITHMS[issuer["alg"]].symmetric:
        session.out.text("\nTokens that are out already are refused by guards within ten seconds.")
        return
    longest = max(issuer["lifetime"], client["lifetime"] or 0)
    session.out.text(
        f"\nTokens that are out already go on working until they end, {format_duration(longest)}"
        " at most."
    )
