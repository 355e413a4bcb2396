"""The HTTP application: the one place where clock, randomness, store and framework meet."""
