"""The page in one call."""

from collections.abc import Callable, Mapping

from watchword.admin.customer_page.block import Block
from watchword.admin.customer_page.document import document
from watchword.admin.customer_page.facts import collect
from watchword.admin.customer_page.html import to_html
from watchword.admin.customer_page.markdown import to_markdown
from watchword.admin.customer_page.words import PageFormat, PageWords
from watchword.core.issuer import Issuer

_RENDERERS: Mapping[PageFormat, Callable[[str, tuple[Block, ...]], str]] = {
    "markdown": to_markdown,
    "html": to_html,
}


def customer_page(issuer: Issuer, words: PageWords, format: PageFormat = "markdown") -> str:
    """The text of the page about `issuer`, in the vendor's own `words` where they are given."""
    facts = collect(issuer, words)
    return _RENDERERS[format](facts.title, document(facts))
