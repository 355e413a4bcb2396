"""Every example of docs/guard.md runs; those of docs/guard/ do in test_framework_docs.py."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.guard.issuing import API, Clock, SmallIssuer, bearer
from watchword.guard import Guard, errors
from watchword.guard import guard as guard_module

PAGE = (Path(__file__).parents[2] / "docs" / "guard.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ISSUED = SmallIssuer()
TOKEN = bearer(ISSUED.token(plan="gold", roles=["auditor"], level=3))


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the page takes for granted: a request's headers, keys, and an issuer that answers."""
    monkeypatch.setattr(guard_module, "UrllibFetch", lambda: ISSUED.fetch)
    monkeypatch.setattr(guard_module.time, "time", Clock())
    return {
        "__name__": __name__,
        "Guard": Guard,
        "guard": Guard(issuer=ISSUED.url, audience=API),
        "headers": {"authorization": TOKEN},
        "new_key": b"n" * 32,
        "old_key": b"o" * 32,
    }


def run(beginning: str, scene: dict[str, Any]) -> dict[str, Any]:
    """Runs the one example that holds `beginning`."""
    example, *others = [example for example in EXAMPLES if beginning in example]
    assert others == []
    exec(compile(example, "docs/guard.md", "exec"), scene)
    return scene


SPOKEN: list[tuple[str, str]] = [
    ("print(claims.client_id", "ACME01 ['payments:read', 'providers:read']"),
    ('guard.verify("Bearer rubbish")', '401 Bearer error="invalid_token"'),
    ("needs = requirement", "{'plan': 'gold', 'roles': ('auditor',), 'level': 3}"),
    ('mode="report"', "{'CredentialsMissing': 1}"),
    ("resource_metadata.url", f"{API}/.well-known/oauth-protected-resource"),
]


@pytest.mark.parametrize(("beginning", "said"), SPOKEN)
def test_an_example_that_prints(
    beginning: str, said: str, scene: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    run(beginning, scene)

    assert capsys.readouterr().out.startswith(said)


def test_several_issuers_and_shared_keys(scene: dict[str, Any]) -> None:
    assert run("https://other.example", scene)["guard"].verify(TOKEN).subject == "ACME01"
    assert run("shared_keys=", scene)["guard"].counts == {}
    # The page's issuer has no list here, and "required" means it.
    with pytest.raises(errors.KeysUnavailable):
        run('revocations="required"', scene)["strict"].verify(TOKEN)


def test_every_error_of_the_page_exists() -> None:
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", PAGE.split("## The claims")[0]))
    for name in named - {"Guard", "WWW", "GuardError", "Retry"}:
        assert issubclass(getattr(errors, name), errors.GuardError)
