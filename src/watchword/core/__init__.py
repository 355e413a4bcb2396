"""What the product means: plain data and pure decisions, no I/O, no clock, no framework.

Instants are whole seconds since the epoch (UTC), durations whole seconds. `now` and random octets
are always arguments.
"""
