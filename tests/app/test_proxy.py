"""Who is believed about where a request came from."""

import pytest

from tests.app.asgi_calls import scope_of
from watchword.app.proxy import IN_THE_CLEAR, TrustedProxies

PROXIES = TrustedProxies(["10.0.0.0/8", "127.0.0.1", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", "6.6.6.6, 192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", "192.0.2.7, 10.0.0.2", "192.0.2.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "192.0.2.7:4711", "192.0.2.7"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "rubbish", "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, rubbish", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("fd00::1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("192.0.2.1", "6.6.6.6", "192.0.2.1"),
        ("", "6.6.6.6", ""),
    ],
)
def test_the_client_is_the_rightmost_address_that_no_listed_proxy_has(
    peer: str, forwarded_for: str, client: str
) -> None:
    scope = scope_of(peer=peer, headers={"x-forwarded-for": forwarded_for})

    assert PROXIES.as_seen_by_proxy(scope)["client"][0] == client


def test_repeated_headers_are_one_list() -> None:
    scope = scope_of(peer="10.0.0.1")
    scope["headers"] += [(b"x-forwarded-for", b"6.6.6.6"), (b"x-forwarded-for", b"192.0.2.7")]

    assert PROXIES.as_seen_by_proxy(scope)["client"][0] == "192.0.2.7"


@pytest.mark.parametrize(
    ("peer", "proto", "in_the_clear"),
    [
        ("10.0.0.1", "https", False),
        ("10.0.0.1", "http", True),
        ("10.0.0.1", "HTTP", True),
        ("10.0.0.1", "https, http", True),
        ("10.0.0.1", "http, https", False),
        ("10.0.0.1", None, False),
        ("127.0.0.1", None, False),
        ("192.0.2.1", "https", True),
        ("192.0.2.1", None, True),
    ],
)
def test_credentials_in_the_clear_are_marked(
    peer: str, proto: str | None, in_the_clear: bool
) -> None:
    headers = {"x-forwarded-proto": proto} if proto else {}
    seen = PROXIES.as_seen_by_proxy(scope_of(peer=peer, headers=headers))

    assert seen[IN_THE_CLEAR] is in_the_clear


def test_a_stranger_past_the_proxy_over_tls_is_not_in_the_clear() -> None:
    seen = PROXIES.as_seen_by_proxy(scope_of(peer="192.0.2.1", scheme="https"))

    assert seen[IN_THE_CLEAR] is False


def test_of_several_forwarded_hosts_the_nearest_proxys_counts() -> None:
    scope = scope_of(peer="10.0.0.1", headers={"x-forwarded-host": "evil.test, real.test"})

    assert dict(PROXIES.as_seen_by_proxy(scope)["headers"])[b"host"] == b"real.test"
    assert dict(scope["headers"])[b"host"] == b"a.test"
