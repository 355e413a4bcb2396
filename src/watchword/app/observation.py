"""What the token endpoint's answers leave behind: counters, last uses and lines in the log.

Refusals are logged at once, each with its reason. Tokens are logged in batches, once a second:
one line for all of them, with each one's request id.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec.structs import replace

from watchword.app.logs import LineLog, log
from watchword.app.tally import Tally
from watchword.core.usage import TokenOutcome
from watchword.dialect import Refusal, WireRequest
from watchword.storage import StoredRefusal

_BATCH = 500


class UsageRecorder(Protocol):
    """Keeps usage counters and last uses."""

    def record(self, outcome: TokenOutcome) -> None:
        """Take note of `outcome`, in memory."""

    def wants_user_agent(self, outcome: TokenOutcome) -> bool:
        """Whether a use of a secret will be kept with who it was."""

    def record_refusal(self, refusal: StoredRefusal) -> None:
        """Keep one refusal for a while, if there are not too many."""


class Observation:
    """What `oauth` tells of each answer (its Observer).

    issuer_names: issuer id → name, kept up to date by who assembles issuers.
    """

    def __init__(
        self,
        tally: Tally,
        usage: UsageRecorder,
        lines: LineLog,
        issuer_names: Mapping[str, str],
    ) -> None:
        self._tally = tally
        self._usage = usage
        self._lines = lines
        self._issuer_names = issuer_names
        self._issued: list[tuple[str, TokenOutcome]] = []

    def answered(
        self, outcome: TokenOutcome, refusal: Refusal | None, request: WireRequest
    ) -> None:
        """Count, note and log one answer."""
        issuer = self._issuer_names.get(outcome.issuer_id, outcome.issuer_id)
        self._tally.count_outcome(issuer, outcome.outcome)
        if refusal is None and self._usage.wants_user_agent(outcome):
            outcome = replace(outcome, user_agent=_user_agent(request))
        self._usage.record(outcome)
        if refusal is not None:
            self._usage.record_refusal(_stored(outcome, refusal, request))
            self._log_refusal(issuer, outcome, refusal, request)
        elif self._lines.wants_info:
            self._issued.append((request.request_id, outcome))
            if len(self._issued) >= _BATCH:
                self.flush()

    def fault(self, error: Exception, request: WireRequest) -> None:
        """Log an exception of ours with its trace, under the client's request id."""
        self._tally.faults += 1
        log.error("token.fault", request_id=request.request_id, error=error)

    def flush(self) -> None:
        """Log the tokens issued since the last time."""
        if not self._issued:
            return
        issued, self._issued = self._issued, []
        tokens = [self._told(request_id, outcome) for request_id, outcome in issued]
        self._lines.info("token.issued", {"count": len(tokens), "tokens": tokens})

    def _told(self, request_id: str, outcome: TokenOutcome) -> dict[str, Any]:
        return {
            "request_id": request_id,
            "issuer": self._issuer_names.get(outcome.issuer_id, outcome.issuer_id),
            "client": outcome.client_ref,
            "secret": outcome.secret_id,
            "peer": outcome.address,
        }

    def _log_refusal(
        self, issuer: str, outcome: TokenOutcome, refusal: Refusal, request: WireRequest
    ) -> None:
        told = {
            "request_id": request.request_id,
            "issuer": issuer,
            "cause": outcome.outcome,
            "reason": refusal.reason,
            "client": outcome.client_ref,
            "secret": outcome.secret_id,
            "peer": outcome.address,
        }
        self._lines.info("token.refused", told)


def _stored(outcome: TokenOutcome, refusal: Refusal, request: WireRequest) -> StoredRefusal:
    return StoredRefusal(
        request_id=request.request_id,
        at=outcome.at,
        issuer_id=outcome.issuer_id,
        client_ref=outcome.client_ref,
        secret_id=outcome.secret_id,
        cause=outcome.outcome,
        reason=refusal.reason,
        address=outcome.address,
        user_agent=_user_agent(request),
    )


def _user_agent(request: WireRequest) -> str:
    found = (value for name, value in request.headers if name == b"user-agent")
    return next(found, b"").decode("utf-8", "replace")
