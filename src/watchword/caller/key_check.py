"""A mistyped secret is found before it is sent, where the issuer's secrets are of our format."""

from collections.abc import Iterable

from watchword.caller.errors import MistypedSecret
from watchword.core import secret_format


def require_whole(secrets: Iterable[str], key_prefix: str | None) -> None:
    """Raise `MistypedSecret` for a secret that starts like the issuer's own and is not whole.

    key_prefix: how the issuer's secrets begin, None where that is not known. A secret that begins
    otherwise is taken as it is: customers may bring their own.
    """
    for secret in secrets:
        if key_prefix and secret.startswith(f"{key_prefix}_"):
            _require_right(secret, key_prefix)


def _require_right(secret: str, key_prefix: str) -> None:
    if secret_format.check_is_right(secret):
        return
    whole = len(secret_format.compose_secret(key_prefix, "0" * secret_format.KEY_ID_WIDTH, b""))
    if len(secret) != whole:
        fault = f"it has {len(secret)} characters, and a whole one has {whole}"
    else:
        fault = "one of its characters is wrong"
    raise MistypedSecret(
        f"the secret that begins with {key_prefix}_ was not copied as it was shown: {fault}."
        " No request was sent."
    )
