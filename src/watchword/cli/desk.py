"""Where commands do their work: on the data folder, or on a remote server, in the same words.

Both desks take operations of the administration API by their names. The local one
(`watchword.cli.local_desk`) runs them on the estate; the remote one (`watchword.cli.remote`) sends
them over HTTP. What a command prints comes from the answer, so that it is the same either way.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

Answer = dict[str, Any]
Keep = Callable[[Answer], None]


class Desk(Protocol):
    """Does operations of the administration API."""

    def call(
        self,
        operation: str,
        *targets: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        keep: Keep | None = None,
        key: str | None = None,
    ) -> Answer:
        """The answer as JSON. targets: what the operation's path names, in order.

        keep: gets the answer first: here before what it tells of is durable, from afar as soon as
        it is there; if it raises, that ends the call. key: an Idempotency-Key, under which a
        server is asked again if its answer is lost. Raises ChangeRefused or Refused.
        """

    def find(self, operation: str, *targets: str) -> Answer | None:
        """The answer of an operation that shows something; None where it is not there."""
