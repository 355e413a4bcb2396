"""The HTML page in a real browser: it lets in its own style and no other, and fits a phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.admin.customer_page.pages import ALL, html_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser(chromium: str) -> "Iterator[Browser]":
    # Slow to import, so only where a browser is wanted.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield made
        made.close()


def opened(browser: "Browser", file: Path, text: str, **how: object) -> "tuple[Page, list[str]]":
    """The page, and what the browser said against it."""
    file.write_text(text)
    page = browser.new_page(**how)  # type: ignore[arg-type]
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(file.as_uri())
    return page, said


@pytest.mark.parametrize("name", ALL)
def test_a_phone_shows_all_without_scrolling_sideways(
    browser: "Browser", tmp_path: Path, name: str
) -> None:
    phone = {"width": 360, "height": 740}
    page, said = opened(browser, tmp_path / "page.html", html_of(name), viewport=phone)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert said == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_light_and_dark(browser: "Browser", tmp_path: Path, scheme: str) -> None:
    page, said = opened(browser, tmp_path / "page.html", html_of("kiss"), color_scheme=scheme)

    colours = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    bright = [sum(int(part) for part in each[4:-1].split(",")) for each in colours]
    assert (bright[0] > bright[1]) == (scheme == "light")
    assert abs(bright[0] - bright[1]) > 450
    assert said == []
    page.close()


def test_the_policy_lets_in_no_script_and_no_other_style(
    browser: "Browser", tmp_path: Path
) -> None:
    planted = "<style>body { display: none }</style><script>document.title = 'planted'</script>"
    text = html_of("kiss").replace("</main>", f"</main>{planted}")
    page, said = opened(browser, tmp_path / "page.html", text)

    assert page.title() == "Kiss Customer API"
    assert page.evaluate("getComputedStyle(document.body).display") == "block"
    assert len(said) == 2
    page.close()
