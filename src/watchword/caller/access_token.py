"""RFC 6749, 1.4: an access token as a caller holds it."""

import hashlib

from watchword.caller.exchange import Presentation
from watchword.caller.private import Private


class AccessToken(Private, frozen=True, kw_only=True):
    """A token and its life.

    value: what is sent to the API; never shown by `repr`.
    obtained_at, expires_at: seconds of the steady clock (not of the calendar), with fractions.
    presentation: how it stands in a request to the API.
    """

    shown = ("life",)

    value: str
    obtained_at: float
    expires_at: float
    presentation: Presentation = Presentation()

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries it to the API."""
        return {self.presentation.header: self.presentation.value(self.value)}

    @property
    def life(self) -> float:
        """Seconds between getting the token and its end."""
        return self.expires_at - self.obtained_at

    def lives(self, now: float) -> bool:
        """Whether it can still be used."""
        return now < self.expires_at


def digest(value: str) -> str:
    """A short name of a token, which logs and events may hold: it cannot be turned back."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:12]
