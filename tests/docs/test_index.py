"""No page of the documentation is lost: the index leads to each, by links that work."""

from pathlib import Path

from tests.docs.session import links

DOCS = Path(__file__).parents[2] / "docs"


def reached_from(page: Path) -> set[Path]:
    """The pages below docs/ that are reached from `page`, itself too."""
    reached: set[Path] = set()
    waiting = [page.resolve()]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_relative_to(DOCS):
            continue
        reached.add(page)
        waiting += [(page.parent / link).resolve() for link in links(page)]
    return reached


def test_the_index_leads_to_each_page() -> None:
    pages = {page.resolve() for page in DOCS.rglob("*.md")}

    assert {
        str(page.relative_to(DOCS)) for page in pages - reached_from(DOCS / "index.md")
    } == set()


def test_no_link_of_a_page_leads_nowhere() -> None:
    broken = [
        f"{page.relative_to(DOCS)}: {link}"
        for page in DOCS.rglob("*.md")
        for link in links(page)
        if not (page.parent / link).exists()
    ]

    assert broken == []
