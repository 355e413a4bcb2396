"""RFC 7518, 8037 and 9864: the one table of signature algorithms.

Nobody else lists algorithms. `ALGORITHMS` is read-only; two names that stand for the same object
are the same algorithm (`Ed25519` is the registered name, `EdDSA` the older one that peers still
say: both are understood, and the key's issuer chooses which one is published).

A row names the family module that knows the key type; `ec`, `okp`, `oct` and `rsa` export the same
functions. Signers and verifiers are closures over a parsed key: nothing is parsed again.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from watchword.jose import ec, oct, okp, rsa
from watchword.jose.errors import UnsupportedAlgorithm

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]


class Algorithm(Struct, frozen=True, kw_only=True, eq=False):
    """One row.

    name: the registered name.
    kty, crv: key type and curve (RFC 7517, 4.1; RFC 7518, 6.2.1.1); crv is None without a curve.
    smallest_key: bits.
    generate: a new key's material.
    signer: material → sign(signing input) → signature as JWS wants it.
    verifier: public JWK, or octets for `oct` → verify(signing input, signature).
    members: material → the public members of its JWK.
    pem: material → its public PEM.
    """

    name: str
    kty: str
    crv: str | None = None
    smallest_key: int
    generate: Callable[[], bytes]
    signer: Callable[[bytes], Sign]
    verifier: Callable[[Mapping[str, object] | bytes], Verify]
    members: Callable[[bytes], dict[str, str]]
    pem: Callable[[bytes], str]

    @property
    def symmetric(self) -> bool:
        """Whether whoever verifies could also sign; such keys are never published."""
        return self.kty == "oct"


def _ec(name: str, curve: ec.Curve) -> Algorithm:
    return Algorithm(
        name=name,
        kty="EC",
        crv=curve.crv,
        smallest_key=curve.octets * 8,
        generate=lambda: ec.generate(curve),
        signer=lambda material: ec.signer(material, curve),
        verifier=lambda key: ec.verifier(key, curve),
        members=lambda material: ec.members(material, curve),
        pem=lambda material: ec.pem(material, curve),
    )


def _rsa(name: str, padding: rsa.Padding) -> Algorithm:
    return Algorithm(
        name=name,
        kty="RSA",
        smallest_key=rsa.SMALLEST_KEY,
        generate=rsa.generate,
        signer=lambda material: rsa.signer(material, padding),
        verifier=lambda key: rsa.verifier(key, padding),
        members=rsa.members,
        pem=rsa.pem,
    )


_HS256 = Algorithm(
    name="HS256",
    kty="oct",
    smallest_key=oct.SMALLEST_KEY,
    generate=oct.generate,
    signer=oct.signer,
    verifier=oct.verifier,
    members=oct.members,
    pem=oct.pem,
)
_ED25519 = Algorithm(
    name="Ed25519",
    kty="OKP",
    crv="Ed25519",
    smallest_key=256,
    generate=okp.generate,
    signer=okp.signer,
    verifier=okp.verifier,
    members=okp.members,
    pem=okp.pem,
)

ALGORITHMS: Mapping[str, Algorithm] = MappingProxyType(
    {
        "ES256": _ec("ES256", ec.P256),
        "ES384": _ec("ES384", ec.P384),
        "RS256": _rsa("RS256", rsa.PKCS1_V15),
        "PS256": _rsa("PS256", rsa.PSS),
        "Ed25519": _ED25519,
        "EdDSA": _ED25519,
        "HS256": _HS256,
    }
)


def named(name: str) -> Algorithm:
    """The row of `name`; `UnsupportedAlgorithm` without one."""
    algorithm = ALGORITHMS.get(name)
    if algorithm is None:
        raise UnsupportedAlgorithm("not an algorithm that is signed or verified with here")
    return algorithm
