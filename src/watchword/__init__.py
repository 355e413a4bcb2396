"""Machine-to-machine authentication for API vendors.

`watchword.guard` verifies access tokens inside an API, `watchword.caller` holds a fresh one for a
client. The token server is behind the command `watchword` (extra `server`).
"""

__version__ = "0.1.0"
