"""What docs/quickstart.md tells people to type is typed here, from top to bottom."""

from pathlib import Path

from tests.docs.session import blocks, links, run_session

QUICKSTART = Path(__file__).parents[2] / "docs" / "quickstart.md"


def test_the_quickstart_works_from_top_to_bottom(tmp_path: Path, bash: str, curl: str) -> None:
    out = run_session(bash, tmp_path, blocks(QUICKSTART, "sh"))

    assert '"error":"invalid_scope"' in out
    assert "POST /auth/token" in out


def test_each_link_leads_to_a_file() -> None:
    assert [link for link in links(QUICKSTART) if not (QUICKSTART.parent / link).exists()] == []
