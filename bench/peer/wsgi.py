"""Serves a WSGI peer by gunicorn's threaded worker: `python -m bench.peer.wsgi MODULE`."""

import sys
from typing import Any

from gunicorn.app.base import BaseApplication


class Peer(BaseApplication):  # type: ignore[misc]
    def __init__(self, module: str) -> None:
        self.module = module
        super().__init__()

    def load_config(self) -> None:
        # One process. Its threads wait for the keep-alive connections; one core serves them all.
        self.cfg.set("bind", "127.0.0.1:0")
        self.cfg.set("workers", 1)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", 4)
        self.cfg.set("keepalive", 30)
        self.cfg.set("loglevel", "error")
        self.cfg.set("when_ready", _say_where)

    def load(self) -> Any:
        module = __import__(self.module, fromlist=["app"])
        return module.app


def _say_where(arbiter: Any) -> None:
    print(f"listens on {arbiter.LISTENERS[0].getsockname()[1]}", flush=True)


Peer(sys.argv[1]).run()
