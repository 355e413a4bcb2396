"""Rotating and exporting signing keys."""

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.admin.scene import DAY, NOW, context, events
from watchword.admin.errors import Invalid, NotNow
from watchword.admin.estate import Estate
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.key import (
    export_pem,
    export_public,
    export_shared,
    open_key,
    publication_time,
    rotate_key,
)
from watchword.core.issuer import Issuer
from watchword.core.signing_key import published_at, signing_key_at


def test_a_new_key_signs_only_after_every_guard_can_know_it(estate: Estate, issuer: Issuer) -> None:
    done = rotate_key(estate, context(), issuer.id)
    with estate.store.reading() as reading:
        keys = reading.keys(issuer.id)

    takes_over = NOW + publication_time(issuer)
    assert takes_over > NOW + issuer.jwks_max_age
    assert signing_key_at(keys, takes_over - 1) == done.old
    assert signing_key_at(keys, takes_over) == done.new
    assert {key.kid for key in published_at(keys, NOW)} == {key.kid for key in keys}


def test_the_old_key_stays_until_its_last_token_is_dead(estate: Estate, issuer: Issuer) -> None:
    done = rotate_key(estate, context(), issuer.id)

    assert done.old is not None
    assert done.old.retires_at is not None
    assert done.old.removed_at is not None
    assert done.old.removed_at > done.old.retires_at + issuer.lifetime


def test_a_second_rotation_waits_for_the_first(estate: Estate, issuer: Issuer) -> None:
    rotate_key(estate, context(), issuer.id)

    with pytest.raises(NotNow) as refused:
        rotate_key(estate, context(), issuer.id)

    assert refused.value.code == "rotation_under_way"


def test_now_lets_the_published_key_sign_at_once(estate: Estate, issuer: Issuer) -> None:
    first = rotate_key(estate, context(), issuer.id)
    done = rotate_key(estate, context(NOW + 10), issuer.id, now=True)
    with estate.store.reading() as reading:
        keys = reading.keys(issuer.id)

    assert done.new.kid == first.new.kid
    assert len(keys) == 2
    assert signing_key_at(keys, NOW + 10) == done.new
    assert done.old is not None
    assert done.old.retires_at == NOW + 10


def test_now_without_a_published_key_makes_one(estate: Estate, issuer: Issuer) -> None:
    done = rotate_key(estate, context(NOW + 10), issuer.id, now=True)

    assert done.new.activates_at == NOW + 10
    assert done.new.state(NOW + 10) == "active"


def test_a_wait_below_the_cache_time_is_refused(estate: Estate, issuer: Issuer) -> None:
    with pytest.raises(Invalid):
        rotate_key(estate, context(), issuer.id, wait=issuer.jwks_max_age)

    assert rotate_key(estate, context(), issuer.id, wait=DAY).new.activates_at == NOW + DAY


def test_a_shared_key_waits_for_people_to_hand_it_over(estate: Estate) -> None:
    new = NewIssuer(name="kiss", url="https://kiss.example", dialect="kiss", alg="HS256")
    issuer = create_issuer(estate, context(), new)

    done = rotate_key(estate, context(), issuer.id)

    assert done.new.activates_at == NOW + DAY


def test_a_public_key_is_exported_as_jwk_and_pem(estate: Estate, issuer: Issuer) -> None:
    with estate.store.reading() as reading:
        [key] = reading.keys(issuer.id)
        alg, jwk = export_public(reading, issuer.id, key.kid)
    pem = export_pem(estate, issuer.id, key.kid)

    assert alg == "ES256"
    assert "d" not in jwk
    assert load_pem_public_key(pem.encode())
    with pytest.raises(Invalid):
        export_shared(estate, context(), issuer.id, key.kid)


def test_a_shared_key_is_handed_out_and_the_trail_says_so(estate: Estate) -> None:
    new = NewIssuer(name="kiss", url="https://kiss.example", dialect="kiss", alg="HS256")
    issuer = create_issuer(estate, context(), new)
    with estate.store.reading() as reading:
        [key] = reading.keys(issuer.id)

    octets = export_shared(estate, context(), issuer.id, key.kid)

    assert octets == open_key(estate, key)
    assert len(octets) >= 32
    assert [event.name for event in events(estate, "key.export")] == [key.kid]
    with estate.store.reading() as reading, pytest.raises(Invalid):
        export_public(reading, issuer.id, key.kid)


def test_no_event_holds_a_key(estate: Estate, issuer: Issuer) -> None:
    rotate_key(estate, context(), issuer.id)

    for event in events(estate):
        assert "sealed" not in repr(event)
