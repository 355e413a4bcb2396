"""What the sample API is told: its issuers, and the HS256 keys that are never published.

The same that an operator does by hand with `watchword key export`.
"""

import json
from pathlib import Path

from watchword.admin.estate import Estate
from watchword.admin.key import export_shared
from watchword.cli.demo.arrange import Site
from watchword.cli.demo.known import Known, write_private
from watchword.core.event import Context
from watchword.core.signing_key import SigningKey
from watchword.jose import base64url

FOLDER = "sample-api"


def equip(estate: Estate, context: Context, site: Site, data: Path, known: Known) -> Path:
    """Write the folder that examples/sample_api.py reads."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    settings: dict[str, dict[str, str]] = {}
    for name, issuer in known.issuers.items():
        settings[name] = {"issuer": issuer.issuer}
        if issuer.jwks_uri is None:
            _hand_over(estate, context, name, folder / f"{name}.jwks.json")
        else:
            # From inside: the public URL may be a proxy's, whose certificate only clients trust.
            settings[name]["jwks_uri"] = f"{site.inside}/{name}/.well-known/jwks.json"
    write_private(folder / "issuers.json", json.dumps(settings, indent=2).encode())
    return folder


def _hand_over(estate: Estate, context: Context, name: str, path: Path) -> None:
    """Export the issuer's keys, unless the file has just these already: each export is an event."""
    with estate.store.reading() as reading:
        issuer = reading.issuer_named(name)
        keys = reading.keys(issuer.id) if issuer else []
    live = [key for key in keys if key.state(context.now) != "removed"]
    if path.exists() and _kids(path) == {key.kid for key in live}:
        return
    jwks = {"keys": [_jwk(estate, context, key) for key in live]}
    write_private(path, json.dumps(jwks).encode())


def _kids(path: Path) -> set[str]:
    return {jwk["kid"] for jwk in json.loads(path.read_text())["keys"]}


def _jwk(estate: Estate, context: Context, key: SigningKey) -> dict[str, str]:
    octets = export_shared(estate, context, key.issuer_id, key.kid)
    return {"kty": "oct", "k": base64url.encode(octets), "alg": key.alg, "kid": key.kid}
