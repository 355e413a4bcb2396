"""The life of a signing key is a function of its timestamps and the time."""

from watchword.core.signing_key import (
    SigningKey,
    next_change_after,
    published_at,
    signing_key_at,
)


def key(kid: str, activates_at: int, **instants: int | None) -> SigningKey:
    return SigningKey(
        id=kid,
        issuer_id="i",
        kid=kid,
        alg="ES256",
        sealed=b"",
        public_jwk={"kid": kid},
        created_at=0,
        activates_at=activates_at,
        **instants,
    )


OLD = key("old", 0, retires_at=1000, removed_at=5000)
NEW = key("new", 1000)


def test_states_follow_the_instants_to_the_second() -> None:
    states = [OLD.state(now) for now in (-1, 0, 999, 1000, 4999, 5000)]

    assert states == ["upcoming", "active", "active", "retired", "retired", "removed"]


def test_a_rotation_hands_over_in_one_instant() -> None:
    signers = [signing_key_at([OLD, NEW], now) for now in (999, 1000)]

    assert signers == [OLD, NEW]


def test_the_new_key_is_published_before_it_signs_and_the_old_one_after_it_has() -> None:
    shown = {now: [k.kid for k in published_at([OLD, NEW], now)] for now in (500, 1000, 5000)}

    assert shown == {500: ["old", "new"], 1000: ["new", "old"], 5000: ["new"]}


def test_a_shared_key_is_never_published() -> None:
    shared = SigningKey(
        id="s", issuer_id="i", kid="s", alg="HS256", sealed=b"", created_at=0, activates_at=0
    )

    assert signing_key_at([shared], 1) is shared
    assert published_at([shared], 1) == []


def test_the_next_change_is_the_nearest_instant_ahead() -> None:
    changes = [next_change_after([OLD, NEW], now) for now in (0, 999, 1000, 4999, 5000)]

    assert changes == [1000, 1000, 5000, 5000, None]


def test_without_an_active_key_nothing_signs() -> None:
    assert signing_key_at([NEW], 999) is None
