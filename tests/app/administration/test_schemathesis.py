"""Schemathesis against the real server: no 5xx, no undocumented answer, nothing without a token."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    use_after_free,
)

from tests.app.administration.conftest import Api, Site

DOCUMENT = Path(__file__).parents[3] / "docs" / "admin" / "openapi.json"
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
    use_after_free,
)

schema = schemathesis.openapi.from_dict(json.loads(DOCUMENT.read_text()))


@pytest.fixture(scope="module")
def explorer(site: Site) -> Api:
    """An owner of its own, which may do harm."""
    return site.administrator("owner")


def wrong_data_is_refused(context: Any, response: Any, case: Case) -> bool | None:
    """What is too large never gets as far as being judged by its schema."""
    if response.status_code in (413, 431):
        return None
    return negative_data_rejection(context, response, case)


CHECKS = (*CHECKS, wrong_data_is_refused)


def explore(examples: int) -> Any:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def check(case: Case, site: Site, explorer: Api) -> None:
    headers = {"Authorization": f"Bearer {explorer.token()}"}
    case.call_and_validate(base_url=site.base, headers=headers, checks=list(CHECKS))


@schema.parametrize()
@explore(4)
def test_no_answer_is_undocumented(case: Case, site: Site, explorer: Api) -> None:
    check(case, site, explorer)


@pytest.mark.long
@schema.parametrize()
@explore(150)
def test_no_answer_is_undocumented_however_long_one_tries(
    case: Case, site: Site, explorer: Api
) -> None:
    check(case, site, explorer)
