"""The endpoints of the RFCs as functions: a request and an issuer in, an answer out.

No web framework, no database and no clock: `parts.Parts` brings those.
"""
