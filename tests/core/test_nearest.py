"""Which word was meant."""

import pytest

from watchword.core.nearest import nearest


@pytest.mark.parametrize(
    ("typed", "known", "meant"),
    [
        ("lst", ["list", "show"], "list"),
        ("acme01", ["BELLA7", "ACME01"], "ACME01"),
        ("ACME02", ["BELLA7", "ACME01"], "ACME01"),
        ("zebra", ["list", "show"], None),
        ("any", [], None),
    ],
)
def test_the_word_that_is_most_alike_is_meant_whatever_its_case(
    typed: str, known: list[str], meant: str | None
) -> None:
    assert nearest(typed, known) == meant
