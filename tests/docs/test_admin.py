"""What the administration's pages tell people to type is typed here, each page by itself."""

from pathlib import Path

import pytest

from tests.docs.session import blocks, run_session
from watchword.app.administration.reference import reference

FOLDER = Path(__file__).parents[2] / "docs" / "admin"
SESSIONS = {
    "README.md": ['"name":"default"', '"code":"invalid_value"', '"name":"Acme Ltd"'],
    "issue-a-key.md": ["ACME01", "batch jobs", "tenant"],
    "sandbox-to-live.md": ["api.acme.example", "ACME01", "orders:write", '"new_secrets":1'],
    "customers-page.md": ["/oauth/token", "orders:write"],
    "self-service.md": ['"state":"active"', '"revoked_at":"2'],
    "requests.md": ["wile@acme.example", "/credentials/claim#", "approved"],
    "why-a-client-fails.md": ["wrong secret"],
    "trail.md": ["client.disable"],
    "leaked.md": ["ACME01 is revoked", "within ten seconds", "is removed"],
}


@pytest.mark.parametrize("name", SESSIONS)
def test_what_the_page_says_works(name: str, tmp_path: Path, bash: str, curl: str) -> None:
    out = run_session(bash, tmp_path, blocks(FOLDER / name, "sh"))

    assert [said for said in SESSIONS[name] if said not in out] == []


def test_the_reference_is_that_of_the_operations() -> None:
    assert (FOLDER / "reference.md").read_text("utf-8") == reference()


def test_every_page_with_commands_is_typed() -> None:
    pages = {page.name for page in FOLDER.glob("*.md") if blocks(page, "sh")}

    assert pages == set(SESSIONS)
