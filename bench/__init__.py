"""The figures of docs/speed.md: `python -m bench`, or one of its parts by name.

Every figure is a ratio to something measured in the same run, in rounds taken in turn: the machines
this runs on are shared, and identical code costs twice as much from one minute to the next.
"""
