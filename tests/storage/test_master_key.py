"""The master key: where it is found, how it is written, what it seals."""

import base64
import os
from pathlib import Path

import pytest

from watchword.storage import InvalidMasterKey, MasterKey, MasterKeyMismatch

ONE, TWO = bytes(range(32)), bytes(range(32, 64))


def test_a_created_key_is_found_again(tmp_path: Path) -> None:
    assert MasterKey.find(tmp_path, {}) is None
    made = MasterKey.create(tmp_path / "master.key", os.urandom)
    found = MasterKey.find(tmp_path, {})

    assert found is not None
    assert found.open(made.seal(b"plain", b"what"), b"what") == b"plain"
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]


def test_a_key_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    first = MasterKey.create(tmp_path / "master.key", bytes)
    second = MasterKey.create(tmp_path / "master.key", os.urandom)

    assert first.number == second.number


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    MasterKey.create(tmp_path / "master.key", os.urandom)
    (tmp_path / "master.key").chmod(0o640)

    with pytest.raises(InvalidMasterKey, match="chmod 600"):
        MasterKey.find(tmp_path, {})


@pytest.mark.parametrize(
    "text",
    [
        ONE.hex(),
        base64.b64encode(ONE).decode(),
        base64.urlsafe_b64encode(ONE).decode().rstrip("="),
        f"# made in May\n\n  {ONE.hex().upper()}  # ours\n",
    ],
)
def test_a_key_is_written_in_base64_or_in_hexadecimal_digits(tmp_path: Path, text: str) -> None:
    key = MasterKey.find(tmp_path, {"WATCHWORD_MASTER_KEY": text})

    assert key is not None
    assert key.number == MasterKey([ONE]).number


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    MasterKey.create(tmp_path / "master.key", os.urandom)
    (tmp_path / "elsewhere").write_text(TWO.hex())
    environ = {"WATCHWORD_MASTER_KEY_FILE": str(tmp_path / "elsewhere")}

    by_path = MasterKey.find(tmp_path, environ)
    by_value = MasterKey.find(tmp_path, {**environ, "WATCHWORD_MASTER_KEY": ONE.hex()})

    assert by_path is not None
    assert by_value is not None
    assert by_path.number == MasterKey([TWO]).number
    assert by_value.number == MasterKey([ONE]).number


def test_several_keys_are_listed_by_value_or_by_path(tmp_path: Path) -> None:
    for name, key in (("a", ONE), ("b", TWO)):
        (tmp_path / name).write_text(key.hex())
    values = {"WATCHWORD_MASTER_KEY": f"{ONE.hex()},{TWO.hex()}"}
    paths = {"WATCHWORD_MASTER_KEY_FILE": f"{tmp_path}/a{os.pathsep}{tmp_path}/b"}
    both = MasterKey([ONE, TWO])

    for environ in (values, paths):
        found = MasterKey.find(tmp_path, environ)
        assert found is not None
        assert found.derive_all("x") == both.derive_all("x")


def test_the_first_key_seals_and_all_of_them_open() -> None:
    old = MasterKey([ONE]).seal(b"plain", b"what")
    both = MasterKey([TWO, ONE])
    new = both.seal(b"plain", b"what")

    assert both.open(old, b"what") == both.open(new, b"what") == b"plain"
    assert (both.seals_newest(old), both.seals_newest(new)) == (False, True)
    assert MasterKey([TWO]).open(new, b"what") == b"plain"


def test_what_is_sealed_opens_only_as_what_it_is_and_unchanged() -> None:
    key = MasterKey([ONE])
    sealed = key.seal(b"plain", b"key:issuer:kid")

    for changed, associated in (
        (sealed, b"key:issuer:other"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"key:issuer:kid"),
        (sealed[:10], b"key:issuer:kid"),
        (b"\x02" + sealed[1:], b"key:issuer:kid"),
        (b"", b"key:issuer:kid"),
    ):
        with pytest.raises(MasterKeyMismatch):
            key.open(changed, associated)
    with pytest.raises(MasterKeyMismatch, match=key.number):
        MasterKey([TWO]).open(sealed, b"key:issuer:kid")


def test_sealing_twice_gives_two_texts() -> None:
    key = MasterKey([ONE])

    assert key.seal(b"plain", b"what") != key.seal(b"plain", b"what")


def test_derived_keys_differ_by_purpose_and_by_key() -> None:
    keys = {MasterKey([key]).derive(purpose) for key in (ONE, TWO) for purpose in ("a", "b")}

    assert {len(key) for key in keys} == {32}
    assert len(keys | {ONE, TWO}) == 6


@pytest.mark.parametrize(
    "text", ["short", ONE.hex()[:-1] + "g", ONE.hex() * 2, "é" * 43, base64.b85encode(ONE).decode()]
)
def test_what_is_no_key_is_refused_without_being_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidMasterKey) as raised:
        MasterKey.find(tmp_path, {"WATCHWORD_MASTER_KEY": text})

    assert text not in str(raised.value)


def test_a_path_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidMasterKey, match="nowhere"):
        MasterKey.find(tmp_path, {"WATCHWORD_MASTER_KEY_FILE": str(tmp_path / "nowhere")})


def test_a_key_shows_nothing_of_itself() -> None:
    assert repr(MasterKey([ONE])) == f"<MasterKey {MasterKey([ONE]).number}>"
    assert MasterKey([ONE]).number not in ONE.hex()
