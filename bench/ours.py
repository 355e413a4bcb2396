"""Watchword under test: a server in a folder of its own, with the issuers and clients asked for."""

import base64


def basic(client_id: str, secret: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()
