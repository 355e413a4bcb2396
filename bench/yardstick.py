"""The yardstick: what a bare signature costs here and now, by `cryptography` and nothing else."""

import hashlib
import hmac
import os
import time
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from bench.process import cores, on_core

# As long as the signing input of an ordinary access token.
MESSAGE = b"m" * 420

Sign = Callable[[], object]


def signers() -> dict[str, Sign]:
    """A bare signature for each algorithm."""
    p256, p384 = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
    rsa_key, edwards = rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()
    sha256, sha384 = hashes.SHA256(), hashes.SHA384()
    es256, es384 = ec.ECDSA(sha256), ec.ECDSA(sha384)
    pkcs1 = padding.PKCS1v15()
    pss = padding.PSS(padding.MGF1(sha256), padding.PSS.DIGEST_LENGTH)
    octets = os.urandom(32)
    return {
        "ES256": lambda: p256.sign(MESSAGE, es256),
        "RS256": lambda: rsa_key.sign(MESSAGE, pkcs1, sha256),
        "PS256": lambda: rsa_key.sign(MESSAGE, pss, sha256),
        "ES384": lambda: p384.sign(MESSAGE, es384),
        "Ed25519": lambda: edwards.sign(MESSAGE),
        "HS256": lambda: hmac.digest(octets, MESSAGE, hashlib.sha256().name),
    }


def measure(sign: Sign, seconds: float = 0.3) -> float:
    """CPU seconds a signature, on the server's core."""
    with on_core(cores()[0]):
        count, begun = 0, time.process_time()
        while (spent := time.process_time() - begun) < seconds:
            for _ in range(100):
                sign()
            count += 100
    return spent / count
