"""The page's words: from the issuer and its dialect, escaped, alike in both formats."""

import re
from typing import Any

import pytest
from msgspec.structs import replace

from tests.admin.customer_page.pages import (
    ALL,
    SHIPPED,
    code,
    html_of,
    issuer_of,
    listings,
    page_of,
    rows,
    squeezed,
    visible_text,
)
from watchword.admin.customer_page.page import customer_page
from watchword.admin.customer_page.words import PageWords
from watchword.admin.dialect_of import dialect_of
from watchword.dialect import source

HOSTILE = (
    """</code></pre><script>alert("1")</script> | `code` *star* [link](javascript:1) &amp; _x_"""
)


@pytest.mark.parametrize("name", ALL)
def test_every_dialect_has_a_page_in_both_formats(name: str) -> None:
    markdown, page = page_of(name), html_of(name)

    for heading in re.findall(r"^#+ (.*)$", _without_listings(markdown), re.MULTILINE):
        assert squeezed(heading.replace("\\", "")) in visible_text(page)
    programs = [
        each for language in ("sh", "python", "js") for each in listings(markdown, language)
    ]
    for listing in programs:
        assert squeezed(listing) in visible_text(page)


def _without_listings(page: str) -> str:
    return re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)


def _without_code(page: str) -> str:
    """A page without its listings and code spans, in which nothing has a meaning."""
    return re.sub(r"(?<![`\\])(`+)(?!`).*?(?<!`)\1(?!`)", "", _without_listings(page))


def test_both_formats_have_the_same_cells() -> None:
    markdown, page = page_of("kashimi"), visible_text(html_of("kashimi"))

    for row in rows(markdown, "When you get no token"):
        assert squeezed(code(row[1])) in page


@pytest.mark.parametrize("name", SHIPPED)
def test_the_page_names_the_endpoint_and_its_aliases(name: str) -> None:
    page = page_of(name, aliases=("https://auth.example.net",))
    path = dialect_of(issuer_of(name)).token_path

    assert f"POST https://api.example.com{path}" in page
    assert f"`https://auth.example.net{path}`" in page


def test_an_endpoint_that_was_moved_is_named_where_it_is() -> None:
    page = page_of("kiss", endpoints={"token": "/elsewhere"})

    assert "https://api.example.com/elsewhere" in page
    assert "/auth/token" not in page


def test_the_vendors_words_stand_for_client_id_and_secret() -> None:
    words = PageWords(
        client_id="Customer Code", client_secret="API Key", contact="help@kiss.example"
    )
    page = page_of("kiss", words)

    assert "| Customer Code | `CLIENT_ID` |" in page
    assert "the Customer Code is unknown" in page
    assert "Ask help@kiss.example for a new API Key." in page
    assert "client secret" not in page


def test_scopes_are_told_with_what_they_allow() -> None:
    words = PageWords(scopes={"read": "Reads all of it."})

    assert "| `read` | Reads all of it. |" in page_of("kashimi", words)
    assert "- `write`" in page_of("kashimi")
    assert "Scopes" not in page_of("kashimi", scopes=())


@pytest.mark.parametrize(
    "change",
    [
        {"lifetime": 900},
        {"scopes": ("other",)},
        {"key_prefix": "other"},
        {"alg": "HS256"},
        {"revocation": "expiry"},
        {"self_service": True},
        {"secret_lifetime": 86400},
        {"max_live_secrets": 2},
        {"cors_origins": ("*",)},
        {"url": "https://other.example"},
        {"endpoints": {"requests": "/ask"}},
        {"audiences": ("https://a.example", "https://b.example")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_setting_that_changes_changes_the_page(change: dict[str, Any]) -> None:
    assert page_of("rfc6749", **change) != page_of("rfc6749")


@pytest.mark.parametrize(("old", "new", "shown"), [
    ("Invalid client credentials.", "Wrong key.", "Wrong key."),
    ('path = "/auth/token"', 'path = "/login"', "https://api.example.com/login"),
    ('"form:client_secret"', '"form:api_key"', "api_key=$CLIENT_SECRET"),
    ('values = ["client_credentials"]', 'values = ["api_key"]', "grant_type=api_key"),
    ('"expires_in": "{expires_in}"', '"minutes": "{expires_in|minutes}"', '"minutes": 60'),
    ("status = 400", "status = 422", "| `422` |"),
])  # fmt: skip
def test_a_dialect_that_changes_changes_the_page(old: str, new: str, shown: str) -> None:
    text = source("kiss")
    assert old in text
    changed = replace(issuer_of("kiss"), dialect_text=text.replace(old, new))

    assert shown not in page_of("kiss")
    assert shown in customer_page(changed, PageWords())


def test_lifetime_is_told_by_the_answer_or_by_the_token() -> None:
    assert "What the answer says holds" in page_of("kiss")
    assert "The answer does not say it" in page_of("kamoa")
    assert "exp" in listings(page_of("kamoa"), "python")[0]


def test_a_token_that_cannot_be_stopped_is_said_to_live_its_time() -> None:
    assert "lives its whole time" in page_of("kiss", revocation="expiry")
    assert "can be stopped before its end" in page_of("kashimi")


def test_nothing_of_other_customers_is_told() -> None:
    page = page_of("kiss", cors_origins=("https://customer.example",))

    assert "customer.example" not in page
    assert "origins that were agreed on" in page


def test_hostile_words_stay_words_in_html() -> None:
    page = html_of("kashimi", hostile_words())

    assert "<script" not in page
    assert squeezed(HOSTILE) in visible_text(page)


def test_hostile_words_stay_words_in_markdown() -> None:
    page = page_of("kashimi", hostile_words())

    text = _without_code(page).replace("\\\\", "")
    assert not re.search(r"(?<!\\)(<script|\*star|\[x|&amp|_x_)", text)
    assert all(len(row) == 4 for row in rows(page, "When you get no token"))
    assert all(len(row) == 2 for row in rows(page, "Scopes"))


def hostile_words() -> PageWords:
    return PageWords(
        title=HOSTILE,
        client_id=HOSTILE,
        client_secret=HOSTILE,
        contact=HOSTILE,
        scopes={"read": HOSTILE},
    )


def test_html_has_no_script_and_loads_nothing() -> None:
    page = html_of("kiss")

    assert "default-src 'none'" in page
    assert not re.search(r"<script|<link|<img|@import|url\(|style=", page)
