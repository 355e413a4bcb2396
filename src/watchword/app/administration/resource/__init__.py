"""The operations, one module a thing. OPERATIONS is the API."""

from watchword.app.administration.operation import Operation
from watchword.app.administration.resource import (
    administrators,
    clients,
    customers,
    diagnosis,
    events,
    files,
    imports,
    issuers,
    keys,
    requests,
    rolls,
    secrets,
    takeover,
    trail,
    usage,
)

OPERATIONS: tuple[Operation, ...] = (
    *issuers.OPERATIONS,
    *keys.OPERATIONS,
    *customers.OPERATIONS,
    *clients.OPERATIONS,
    *secrets.OPERATIONS,
    *rolls.OPERATIONS,
    *files.OPERATIONS,
    *imports.OPERATIONS,
    *takeover.OPERATIONS,
    *requests.OPERATIONS,
    *usage.OPERATIONS,
    *diagnosis.OPERATIONS,
    *events.OPERATIONS,
    *trail.OPERATIONS,
    *administrators.OPERATIONS,
)
