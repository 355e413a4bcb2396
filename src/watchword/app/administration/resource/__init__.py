"""The operations, one module a thing. OPERATIONS is the API."""

from watchword.app.administration.operation import Operation
from watchword.app.administration.resource import (
    administrators,
    clients,
    customers,
    events,
    issuers,
    keys,
    secrets,
    usage,
)

OPERATIONS: tuple[Operation, ...] = (
    *issuers.OPERATIONS,
    *keys.OPERATIONS,
    *customers.OPERATIONS,
    *clients.OPERATIONS,
    *secrets.OPERATIONS,
    *usage.OPERATIONS,
    *events.OPERATIONS,
    *administrators.OPERATIONS,
)
