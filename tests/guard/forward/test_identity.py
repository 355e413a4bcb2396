"""The client's identity in headers that no claim can break out of."""

from typing import Any
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from watchword.guard.claims import read_claims
from watchword.guard.forward import identity_headers

TEXT = st.text(max_size=20)


@given(TEXT, TEXT, st.one_of(TEXT, st.integers(), st.booleans(), st.lists(TEXT, max_size=3)))
def test_whatever_the_claims_a_value_is_printable_and_can_be_read_back(
    subject: str, client_id: str, customer: Any
) -> None:
    said = {"iss": "https://a", "aud": "b", "exp": 1, "sub": subject, "client_id": client_id}
    claims = read_claims({**said, "customer": customer})
    headers = dict(identity_headers(claims, {"X-Customer": "customer"}))

    assert all(all(" " <= sign <= "~" for sign in value) for value in headers.values())
    assert unquote(headers["X-Client-Id"]) == client_id.encode(errors="replace").decode()
    assert unquote(headers["X-Subject"]) == subject.encode(errors="replace").decode()
    if isinstance(customer, str):
        assert unquote(headers["X-Customer"]) == customer.encode(errors="replace").decode()
