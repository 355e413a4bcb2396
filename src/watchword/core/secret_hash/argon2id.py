"""Argon2id (RFC 9106) as we make it ourselves, by the low-memory class of section 4.

`encode` takes its salt as an argument; nothing here is random by itself.
"""

# "If much less memory is available, a uniformly safe option is Argon2id with t=3 iterations,
# p=4 lanes, m=2^(16) (64 MiB of RAM)" (RFC 9106, 4).
TIME_COST = 3
MEMORY_COST = 2**16  # KiB
PARALLELISM = 4
SALT_OCTETS = 16
TAG_OCTETS = 32
DEFAULT_COST = f"m={MEMORY_COST},t={TIME_COST},p={PARALLELISM}"
KIND = f"argon2id${DEFAULT_COST}"


def encode(value: str, salt: bytes) -> bytes:
    """The PHC string under which `value` is stored; `salt` are SALT_OCTETS random octets."""
    from argon2.low_level import Type, hash_secret

    return hash_secret(
        value.encode("utf-8"), salt, TIME_COST, MEMORY_COST, PARALLELISM, TAG_OCTETS, Type.ID
    )
