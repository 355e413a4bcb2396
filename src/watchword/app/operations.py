"""The administration listener: health, metrics, and what is mounted below a path."""

from collections.abc import Mapping

from watchword.app.asgi import Application, Receive, Scope, Send
from watchword.app.health import Health
from watchword.app.metrics import Metrics
from watchword.app.problem import send_problem


class Operations:
    """The application of the administration listener.

    mounts: path prefix ("/admin/v1") → the application that answers everything below it.
    """

    def __init__(
        self, health: Health, metrics: Metrics, mounts: Mapping[str, Application] | None = None
    ) -> None:
        self._exact: Mapping[str, Application] = {
            "/healthz": health.healthz,
            "/readyz": health.readyz,
            "/metrics": metrics,
        }
        self._mounts = dict(mounts or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to what answers its path."""
        path = scope["path"]
        app = self._exact.get(path) or self._mounted(path)
        if app is None:
            await send_problem(send, 404, "There is nothing here.")
        else:
            await app(scope, receive, send)

    def _mounted(self, path: str) -> Application | None:
        for prefix, app in self._mounts.items():
            if path == prefix or path.startswith(prefix + "/"):
                return app
        return None
