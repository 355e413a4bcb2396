"""The caller's side: a `TokenSource` holds a fresh access token for a client (RFC 6749, 4.4)."""
