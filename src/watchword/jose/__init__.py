"""JOSE on the two hot paths, signing and verifying (RFC 7515, 7517, 7518, 7638, 8037, 9864).

`algorithm.ALGORITHMS` is the one table of algorithms, `key` makes and publishes keys, `jws` signs
and verifies with keys that were prepared once. Whatever else JOSE can do is not done here.
"""
