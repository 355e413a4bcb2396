"""`owner.json`: the first administrator's credential, written once and never printed."""

import json
import os
from typing import TYPE_CHECKING

from watchword.cli.session import Session

if TYPE_CHECKING:
    from watchword.app.settings import ServeSettings

OWNER_FILE = "owner.json"


def ensure_owner(session: Session, settings: "ServeSettings") -> None:
    """Make the built-in issuer and its first owner where they are missing, and say so."""
    from watchword.admin.administrator import ensure_built_in
    from watchword.app.administration.operation import PREFIX

    if settings.admin_address is None:
        return
    server = _base_url(settings)
    made = ensure_built_in(session.estate, session.context, server + PREFIX)
    if made is None or made.secret is None:
        return
    credential = {
        "server": server,
        "token_endpoint": f"{server}{PREFIX}/token",
        "client_id": made.client.client_id,
        "client_secret": made.secret.value,
        "expires_at": made.secret.secret.expires_at,
    }
    path = session.settings.data / OWNER_FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(credential, file, indent=2)
    session.out.note(f"made the first administrator's credential {path} (mode 0600)")


def _base_url(settings: "ServeSettings") -> str:
    address = settings.admin_address
    if address is None or address.path is not None:
        return "http://localhost"
    scheme = "https" if settings.tls_cert and not address.is_loopback else "http"
    return f"{scheme}://{address}"
