"""The pages, made once for each issuer; the policy allows what stands in them and nothing else."""

import base64
import hashlib
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from watchword.app.asgi import Header


def page(name: str, issuer_name: str) -> tuple[bytes, list[Header]]:
    """The page `name` ("request" or "claim") for an issuer: its HTML, and its headers."""
    style, script = _read("page.css"), _read(f"{name}.js")
    template = Template(_read(f"{name}.html"))
    html = template.substitute(issuer=escape(issuer_name), style=style, script=script)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers: list[Header] = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-store"),
    ]
    return html.encode(), headers


@cache
def _read(name: str) -> str:
    return (files("watchword.app.intake") / name).read_text("utf-8")


def _hash(text: str) -> str:
    """A source expression of the policy (CSP 3, 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
