"""Hashes of secrets: every format that is taken over, by hashes that others have made."""

import base64
import hashlib
import json

import argon2 as argon2_cffi
import bcrypt as bcrypt_library
import pytest
from argon2.low_level import Type

from tests.guard import django_project  # noqa: F401 - one process has one Django, configured there
from watchword.core import secret_hash
from watchword.core.secret_hash import argon2id

# After the project, which has configured Django.
from django.contrib.auth import hashers  # isort: skip

SALT = b"sixteen octets!!"
VALUE = "correct horse"
LONG = "x" * 72 + " and what bcrypt never looks at"


def unpadded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def keycloak(algorithm: str, digest: str, rounds: int) -> str:
    derived = hashlib.pbkdf2_hmac(digest, VALUE.encode(), SALT, rounds, 64)
    secret = {"value": base64.b64encode(derived).decode(), "salt": base64.b64encode(SALT).decode()}
    credential = {"hashIterations": rounds, "algorithm": algorithm}
    return json.dumps(
        {
            "type": "password",
            "credentialData": json.dumps(credential),
            "secretData": json.dumps(secret),
        }
    )


def older_keycloak() -> str:
    derived = hashlib.pbkdf2_hmac("sha1", VALUE.encode(), SALT, 20, 64)
    return json.dumps(
        {
            "algorithm": "pbkdf2",
            "hashIterations": 20,
            "hashedSaltedValue": base64.b64encode(derived).decode(),
            "salt": base64.b64encode(SALT).decode(),
        }
    )


def hydra() -> str:
    derived = hashlib.pbkdf2_hmac("sha256", VALUE.encode(), SALT, 25000, 32)
    return f"$pbkdf2-sha256$i=25000,l=32${unpadded(SALT)}${unpadded(derived)}"


def passlib_pbkdf2(name: str, digest: str) -> str:
    derived = hashlib.pbkdf2_hmac(digest, VALUE.encode(), SALT, 290)
    parts = (unpadded(data).replace("+", ".") for data in (SALT, derived))
    return f"${name}$290$" + "$".join(parts)


def werkzeug(method: str, derived: bytes) -> str:
    return f"{method}${SALT.decode()}${derived.hex()}"


def argon2(variant: Type) -> str:
    return argon2_cffi.PasswordHasher(1, 64, 1, type=variant).hash(VALUE)


def bcrypt(prefix: bytes) -> str:
    return bcrypt_library.hashpw(VALUE.encode(), bcrypt_library.gensalt(4, prefix)).decode()


def scrypt(r: int) -> bytes:
    return hashlib.scrypt(VALUE.encode(), salt=SALT, n=16, r=r, p=1)


def django_hash(algorithm: str) -> str:
    return hashers.make_password(VALUE, hasher=algorithm)


def ldap(name: str, salt: bytes) -> str:
    digest = hashlib.new(name, VALUE.encode() + salt).digest()
    prefix = f"{'S' if salt else ''}SHA{name.removeprefix('sha')}"
    return f"{{{prefix}}}{base64.b64encode(digest + salt).decode()}"


class CheapArgon2(hashers.Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 64, 1


class CheapBcrypt(hashers.BCryptPasswordHasher):
    rounds = 4


class CheapBcryptSha256(hashers.BCryptSHA256PasswordHasher):
    rounds = 4


HASHES = {
    "argon2id$m=64,t=1,p=1": argon2(Type.ID),
    "argon2i$m=64,t=1,p=1": argon2(Type.I),
    "argon2d$m=64,t=1,p=1": argon2(Type.D),
    "argon2id$m=64,t=1,p=1 of Django": CheapArgon2().encode(VALUE, "some salt"),
    "bcrypt$4": bcrypt(b"2b"),
    "bcrypt$4 2a, of Hydra": bcrypt(b"2a"),
    "bcrypt$4 2y, of PHP": bcrypt(b"2b").replace("$2b$", "$2y$"),
    "bcrypt$4 of Django": CheapBcrypt().encode(VALUE, CheapBcrypt().salt()),
    "bcrypt-sha256-hex$4 of Django": CheapBcryptSha256().encode(VALUE, CheapBcryptSha256().salt()),
    "pbkdf2-sha256$i=25000,l=32 of Hydra": hydra(),
    "pbkdf2-sha1$i=290,l=20 of passlib": passlib_pbkdf2("pbkdf2", "sha1"),
    "pbkdf2-sha256$i=290,l=32 of passlib": passlib_pbkdf2("pbkdf2-sha256", "sha256"),
    "pbkdf2-sha512$i=290,l=64 of passlib": passlib_pbkdf2("pbkdf2-sha512", "sha512"),
    "pbkdf2-sha256$i=10,l=32 of Django": hashers.PBKDF2PasswordHasher().encode(VALUE, "salt", 10),
    "pbkdf2-sha1$i=10,l=20 of Django": hashers.PBKDF2SHA1PasswordHasher().encode(VALUE, "s", 10),
    "pbkdf2-sha256$i=10,l=32 of Werkzeug": werkzeug(
        "pbkdf2:sha256:10", hashlib.pbkdf2_hmac("sha256", VALUE.encode(), SALT, 10)
    ),
    "pbkdf2-sha256$i=27,l=64 of Keycloak": keycloak("pbkdf2-sha256", "sha256", 27),
    "pbkdf2-sha512$i=30,l=64 of Keycloak": keycloak("pbkdf2-sha512", "sha512", 30),
    "pbkdf2-sha1$i=20,l=64 of an older Keycloak": older_keycloak(),
    "scrypt$ln=4,r=8,p=1 of passlib": "$scrypt$ln=4,r=8,p=1$"
    + unpadded(SALT)
    + "$"
    + unpadded(scrypt(8)),
    "scrypt$ln=14,r=8,p=5 of Django": django_hash("scrypt"),
    "scrypt$ln=4,r=2,p=1 of Werkzeug": werkzeug("scrypt:16:2:1", scrypt(2)),
    "sha256": hashlib.sha256(VALUE.encode()).hexdigest(),
    "sha384": hashlib.sha384(VALUE.encode()).hexdigest().upper(),
    "sha512": hashlib.sha512(VALUE.encode()).hexdigest(),
    "sha256 of Duende": base64.b64encode(hashlib.sha256(VALUE.encode()).digest()).decode(),
    "sha512 of Duende": base64.b64encode(hashlib.sha512(VALUE.encode()).digest()).decode(),
    "sha256 of LDAP": ldap("sha256", b""),
    "sha256 of LDAP, salted": ldap("sha256", b"pinch"),
    "sha384 of LDAP, salted": ldap("sha384", b"pinch"),
    "sha512 of LDAP, salted": ldap("sha512", b"pinch"),
}

# By the C library's crypt(3), and one of passlib's documentation: (value, kind, text).
OF_OTHER_PROGRAMS = [
    (
        "Hello world!",
        "sha256-crypt$5000",
        "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
    ),
    (
        "Hello world!",
        "sha512-crypt$5000",
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBF"
        "dcbYEdFCoEOfaS35inz1",
    ),
    (
        "Hello world!",
        "sha512-crypt$10000",
        "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp"
        "8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
    ),
    (
        "ü" * 40 + "x" * 70,
        "sha256-crypt$1401",
        "$5$rounds=1401$abcd$agT5XmpDJCRQEI14car4DWDfn8rlsuaO.NOj0LAvBOD",
    ),
    (
        "ü" * 40 + "x" * 70,
        "sha512-crypt$1401",
        "$6$rounds=1401$ab$Od/RUd0RE2JKfO0qrehr7SnzROt2GkKaVaKre88/.N5RHnBjfroXo1R9oc6UHqPviYkd"
        "T.DnSxzDlrhc/hYES0",
    ),
    (
        "",
        "sha256-crypt$5000",
        "$5$a$CZ9Csdk0HaS3TQcxgDHTwM2gwOEDCViPn83i6BpFdH.",
    ),
    (
        "password",
        "bcrypt-sha256$12",
        "$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2",
    ),
]


@pytest.mark.parametrize(("name", "text"), HASHES.items(), ids=HASHES)
def test_a_hash_that_another_program_made_is_recognised_and_fits_its_value_alone(
    name: str, text: str
) -> None:
    recognised = secret_hash.recognise(text)

    assert recognised.kind == name.split(" ", maxsplit=1)[0]
    assert secret_hash.verify(recognised.kind, recognised.verifier, VALUE)
    assert not secret_hash.verify(recognised.kind, recognised.verifier, VALUE + " ")


@pytest.mark.parametrize(("value", "kind", "text"), OF_OTHER_PROGRAMS)
def test_published_hashes_fit_their_values(value: str, kind: str, text: str) -> None:
    recognised = secret_hash.recognise(text)

    assert recognised.kind == kind
    assert secret_hash.verify(kind, recognised.verifier, value)
    assert not secret_hash.verify(kind, recognised.verifier, value + "x")


def test_every_scheme_of_the_registry_has_a_hash_in_these_tests() -> None:
    tested = {name.split(" ")[0].partition("$")[0] for name in HASHES}
    tested |= {kind.partition("$")[0] for _, kind, _ in OF_OTHER_PROGRAMS}

    assert tested == set(secret_hash.HASHES)


@pytest.mark.parametrize("text", HASHES.values(), ids=HASHES)
def test_a_stand_in_is_of_the_same_kind_and_fits_nothing(text: str) -> None:
    kind = secret_hash.recognise(text).kind
    stand_in = secret_hash.stand_in(kind)

    assert secret_hash.recognise(stand_in.decode()).kind.replace("bcrypt$", "") in kind
    assert not secret_hash.verify(kind, stand_in, VALUE)


def test_our_own_argon2id_is_of_its_kind() -> None:
    encoded = argon2id.encode(VALUE, SALT)

    assert secret_hash.recognise(encoded.decode()).kind == argon2id.KIND
    assert secret_hash.verify(argon2id.KIND, encoded, VALUE)
    assert not secret_hash.verify(argon2id.KIND, encoded, "correct house")
    assert secret_hash.stand_in(argon2id.KIND).split(b"$")[:4] == encoded.split(b"$")[:4]


def test_bcrypt_looks_at_72_octets_as_the_library_that_made_the_hash_did() -> None:
    text = bcrypt_library.hashpw(LONG.encode()[:72], bcrypt_library.gensalt(4)).decode()
    recognised = secret_hash.recognise(text)

    assert secret_hash.verify(recognised.kind, recognised.verifier, LONG)
    assert not secret_hash.verify(recognised.kind, recognised.verifier, LONG[1:])


def test_bits_that_stand_for_nothing_do_not_spoil_a_bcrypt_hash() -> None:
    text = bcrypt(b"2b")
    salt_end = 28
    stray = {".": "/", "O": "P", "e": "f", "u": "v"}[text[salt_end]]
    recognised = secret_hash.recognise(text[:salt_end] + stray + text[salt_end + 1 :])

    assert secret_hash.verify(recognised.kind, recognised.verifier, VALUE)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("$argon2id$v=19$m=524289,t=1,p=1$c29tZXNhbHQ$" + "A" * 43, "memory"),
        ("$argon2id$v=19$m=65536,t=99,p=1$c29tZXNhbHQ$" + "A" * 43, "iterations"),
        ("$argon2id$v=19$m=8,t=1,p=2$c29tZXNhbHQ$" + "A" * 43, "lane"),
        ("$argon2id$v=19$m=64,t=1,p=1$c2E$" + "A" * 43, "salt"),
        ("$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$" + "A" * 43, "parameter t"),
        ("$argon2id$m", "PHC"),
        ("$2b$16$" + "." * 53, "cost"),
        ("$2b$03$" + "." * 53, "cost"),
        ("$2x$04$" + "." * 53, "2a, 2b or 2y"),
        ("$2b$04$short", "2a, 2b or 2y"),
        ("$pbkdf2-sha256$i=10000001,l=32$c2FsdA$" + "A" * 43, "rounds"),
        ("$pbkdf2-sha256$i=6000000,l=64$c2FsdA$" + "A" * 86, "rounds"),
        ("$pbkdf2-sha256$i=10,l=64$c2FsdA$" + "A" * 43, "length"),
        ("$pbkdf2-sha256$l=32,i=9$c2FsdA$" + "A" * 43, "PBKDF2"),
        ("$pbkdf2-sha256$10$c2FsdA$AAAA", "octets"),
        ("pbkdf2_sha256$0$salt$" + "A" * 43 + "=", "rounds"),
        ("pbkdf2_md5$10$salt$" + "A" * 43 + "=", "PBKDF2"),
        ("$scrypt$ln=20,r=8,p=1$c2FsdA$" + "A" * 43, "memory"),
        ("$scrypt$ln=16,r=8,p=99$c2FsdA$" + "A" * 43, "work"),
        ("$scrypt$ln=9999999999,r=8,p=1$c2FsdA$" + "A" * 43, "logarithm"),
        ("scrypt$1000$salt$8$1$" + "A" * 43 + "=", "power of two"),
        ("scrypt:oops", "scrypt"),
        ("$6$rounds=1000001$salt$" + "." * 86, "rounds"),
        ("$6$salt$" + "." * 43, "SHA-crypt"),
        ("{SSHA256}" + base64.b64encode(bytes(32)).decode(), "length"),
        ("{SHA256}" + base64.b64encode(bytes(31)).decode(), "length"),
        ('{"algorithm": "md5", "hashIterations": 1}', "algorithm"),
        ('{"algorithm": "pbkdf2", "hashIterations": -1}', "hashIterations"),
        ('{"algorithm": ' + "[" * 900, "Keycloak"),
        ('{"credentialData": [1]}', "Keycloak"),
        ("$1$salt$abcdefghijklmnopqrstuv", "md5-crypt"),
        ("{SHA}" + base64.b64encode(bytes(20)).decode(), "SHA-1"),
        ("d41d8cd98f00b204e9800998ecf8427e", "no hash"),
        ("a plain secret", "no hash"),
        ("", "no hash"),
        ("A" * 1025, "1024"),
        ("é", "ASCII"),
        ("$6$a\0b$" + "." * 86, "ASCII"),
    ],
)
def test_a_text_that_is_no_hash_to_be_kept_is_refused_with_its_reason(text: str, word: str) -> None:
    with pytest.raises(secret_hash.HashRefused, match=word):
        secret_hash.recognise(text)


@pytest.mark.parametrize("scheme", secret_hash.HASHES)
def test_rubbish_under_any_scheme_fits_nothing_and_raises_nothing(scheme: str) -> None:
    rubbish = [b"", b"\xff\xfe", b"rubbish", b"$" * 9, b"{SHA256}A", b"$scrypt$ln=9,r=8,p=1$A$A"]

    assert [secret_hash.verify(scheme, text, "x") for text in rubbish] == [False] * len(rubbish)


@pytest.mark.parametrize("text", HASHES.values(), ids=HASHES)
def test_any_value_can_be_compared(text: str) -> None:
    recognised = secret_hash.recognise(text)
    values = ["", "\0", "\ud800", "é" * 2000]

    fits = [secret_hash.verify(recognised.kind, recognised.verifier, value) for value in values]
    assert fits == [False] * len(values)


def test_a_kind_that_is_not_listed_fits_nothing() -> None:
    assert not secret_hash.verify("no-such-scheme", b"rubbish", "x")


def test_a_refusal_does_not_repeat_the_text() -> None:
    with pytest.raises(secret_hash.HashRefused) as refusal:
        secret_hash.recognise("hunter2hunter2")

    assert "hunter2" not in str(refusal.value)
