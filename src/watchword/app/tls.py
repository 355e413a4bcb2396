"""TLS of our own, for a listener without a proxy in front (RFC 9325's recommendations)."""

import ssl

from watchword.app.settings import InvalidSettings, ServeSettings


class ServerTls:
    """The certificate that listeners show; `reload` takes a renewed one without a restart."""

    def __init__(self, settings: ServeSettings) -> None:
        """Read certificate and key. Raises InvalidSettings if they do not fit or cannot be read."""
        self._settings = settings
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["http/1.1"])
        self.reload()
        if settings.tls_client_ca is not None:
            # A client without a certificate may still have a secret.
            self.context.verify_mode = ssl.CERT_OPTIONAL
            self.context.load_verify_locations(settings.tls_client_ca)

    def reload(self) -> None:
        """Read certificate and key again; connections that stand keep theirs."""
        certificate, key = self._settings.tls_cert, self._settings.tls_key
        if certificate is None or key is None:
            raise InvalidSettings("--tls-cert and --tls-key belong together")
        try:
            # Tried apart first, so that a bad file leaves the good certificate in use.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
            self.context.load_cert_chain(certificate, key, password="")
        except (OSError, ValueError) as fault:
            raise InvalidSettings(
                f"{certificate} and {key} cannot be used: {fault}",
                "both are PEM files, the key without a password",
            ) from None
