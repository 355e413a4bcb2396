"""What the endpoints need besides the request and the issuer, put together by the application."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from watchword.core.ports import ClientDirectory, Ledger, Revocations
from watchword.core.usage import TokenOutcome
from watchword.dialect.refusal import Refusal
from watchword.dialect.wire import WireRequest
from watchword.oauth.slow_hash import SlowHashes


class Observer(Protocol):
    """Counts, logs and measures. Neither method may raise, wait or keep the request."""

    def answered(
        self, outcome: TokenOutcome, refusal: Refusal | None, request: WireRequest
    ) -> None:
        """Told of each answered request; `refusal` is None where a token was issued."""

    def fault(self, error: Exception, request: WireRequest) -> None:
        """Told of an exception that is nobody's refusal, before it is answered as one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """clock: seconds since the epoch. random: n → n random octets, from the system."""

    directory: ClientDirectory
    observer: Observer
    ledger: Ledger
    revocations: Revocations
    slow_hashes: SlowHashes
    clock: Callable[[], float]
    random: Callable[[int], bytes]
