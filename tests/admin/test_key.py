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
    remove_key,
    rotate_key,
)
from watchword.core.issuer import Issuer
from watchword.core.signing_key import published_at, signing_key_at
from watchword.jose.key import thumbprint


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


def test_a_key_that_leaked_is_taken_out_and_all_its_tokens_with_it(
    estate: Estate, issuer: Issuer
) -> None:
    done = rotate_key(estate, context(), issuer.id, now=True)
    assert done.old is not None
    removed = remove_key(estate, context(NOW + 5), issuer.id, done.old.kid)
    again = remove_key(estate, context(NOW + 9), issuer.id, done.old.kid)
    with estate.store.reading() as reading:
        [entry] = reading.revocations(issuer.id)

    assert removed.state(NOW + 5) == "removed"
    assert again == removed
    # However its tokens are dated: whoever has the key can write any instant.
    assert (entry.kind, entry.subject) == ("key", thumbprint(done.old.public_jwk))
    assert entry.before == entry.until > NOW + 5 + issuer.lifetime
    assert [event.action for event in events(estate)].count("key.remove") == 1


def test_a_key_that_signs_or_will_is_not_taken_out(estate: Estate, issuer: Issuer) -> None:
    done = rotate_key(estate, context(), issuer.id)

    assert done.old is not None
    for key in (done.old, done.new):
        with pytest.raises(NotNow) as refused:
            remove_key(estate, context(), issuer.id, key.kid)
        assert "rotate --now" in refused.value.hint


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
