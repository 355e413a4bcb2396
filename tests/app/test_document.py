"""Published documents: kept, revalidated, read only."""

import pytest

from tests.app.asgi_calls import call, scope_of
from watchword.app.document import Document, kept_for

SET = Document(b'{"keys":[]}', cache_control=kept_for(300))


def test_a_document_says_how_long_it_may_be_kept() -> None:
    answer = call(SET, scope_of())

    assert (answer.status, answer.body) == (200, b'{"keys":[]}')
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}'])
def test_who_has_it_already_gets_304(form: str) -> None:
    etag = call(SET, scope_of()).headers["etag"]
    answer = call(SET, scope_of(headers={"if-none-match": form.format(etag)}))

    assert (answer.status, answer.body) == (304, b"")


def test_another_body_has_another_etag() -> None:
    other = Document(b'{"keys":[1]}', cache_control=kept_for(300))
    etag = call(other, scope_of()).headers["etag"]

    assert call(SET, scope_of(headers={"if-none-match": etag})).status == 200


def test_a_document_cannot_be_written() -> None:
    answer = call(SET, scope_of("POST"))

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
