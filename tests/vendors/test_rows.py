"""Each row of the vendors' tables has a test that names it."""

import pytest

from tests.vendors import (  # noqa: F401 - imported for the rows they name
    test_behind_nginx,
    test_connectivity,
    test_kamoa,
    test_kashimi,
    test_kiss,
)
from tests.vendors.page import covered, rows


@pytest.mark.parametrize("vendor", ["kamoa", "kiss", "connectivity", "kashimi"])
def test_each_row_of_the_page_has_a_test_named_after_it(vendor: str) -> None:
    assert set(rows(vendor)) - covered(vendor) == set()
