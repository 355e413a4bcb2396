"""What names this machine alone, so that nobody on a network can listen (RFC 6761, 6.3)."""

import ipaddress


def is_loopback_name(host: str) -> bool:
    """Whether `host` names this machine by its form: localhost, *.localhost, 127.0.0.0/8, ::1."""
    name = host.lower().rstrip(".")
    # "localhost" and all below it are this machine's by RFC 6761, 6.3.
    return name == "localhost" or name.endswith(".localhost") or is_loopback_address(name)


def is_loopback_address(address: str) -> bool:
    """Whether the IP address `address` is this machine's own."""
    try:
        return ipaddress.ip_address(address.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return False


def resolvable(host: str) -> str:
    """What to look up for `host`: "localhost" for names below it, which many resolvers do not know.

    "Name resolution APIs and libraries SHOULD recognize localhost names as special and SHOULD
    always return the IP loopback address" (RFC 6761, 6.3)
    """
    return "localhost" if host.lower().rstrip(".").endswith(".localhost") else host
