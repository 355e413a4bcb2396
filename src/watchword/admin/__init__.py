"""Administration: one function for a change, each with its event in the same transaction.

Command line, HTTP API, self-service and files call the same functions, so that whatever one of
them can do the others can do alike. A change takes an `Estate` (where), a `core.event.Context`
(who, when) and typed settings; it returns what is stored now, or raises a `ChangeRefused`.
"""
