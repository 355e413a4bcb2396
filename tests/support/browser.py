"""Debian's Chromium, driven by Playwright: a page of another origin than the API's."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.support.patience import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Page


class _EmptyPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>A customer's page</title>")

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def foreign_page(chromium: str) -> "Iterator[Page]":
    """An empty page of an origin of its own, in which scripts may be run."""
    # Slow to import, so only where a browser is wanted.
    from playwright.sync_api import sync_playwright

    with ThreadingHTTPServer(("127.0.0.1", 0), _EmptyPage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox"], timeout=PATIENCE * 1000
                )
                page = browser.new_page()
                page.set_default_timeout(PATIENCE * 1000)
                page.goto(f"http://127.0.0.1:{server.server_port}/")
                yield page
                browser.close()
        finally:
            server.shutdown()
            thread.join()
