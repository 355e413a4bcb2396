"""RFC 8259 and RFC 7493: JSON that has one meaning."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.jose import strict_json
from watchword.jose.errors import InvalidJson

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**30), max_value=10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON_VALUES, st.booleans())
def test_what_json_writes_is_read_back(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)

    assert strict_json.loads(text.encode()) == value


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"b":{"a":1,"a":2}}',
        b'{"a":1,"\\u0061":2}',
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b"[-Infinity]",
        b'{"exp":1e400}',
        b"[-1e400]",
        b"\xff",
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b"",
        b"{",
        b"{} {}",
        b"{'a':1}",
        b'{"a":1,}',
        b'"\x00"',
        b"[" * 100_000,
        b"[" * 17 + b"]" * 17,
        b'{"a":' * 17 + b"1" + b"}" * 17,
        b"9" * 5000,
    ],
)
def test_ambiguous_or_broken_json_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidJson):
        strict_json.loads(data)


def test_sixteen_levels_are_read() -> None:
    nested = strict_json.loads(b"[" * 16 + b"]" * 16)

    assert json.dumps(nested) == "[" * 16 + "]" * 16


def test_brackets_inside_texts_are_not_nesting() -> None:
    brackets = '[{\\"' * 30

    assert strict_json.loads(b'["%s"]' % brackets.encode()) == ['[{"' * 30]


def test_many_flat_lists_are_not_deep() -> None:
    assert strict_json.loads(b"[" + b"[]," * 40 + b"[]]") == [[]] * 41


def test_a_surrogate_pair_is_one_character() -> None:
    assert strict_json.loads(b'"\\ud83d\\ude00"') == "\U0001f600"


@given(st.binary(max_size=60))
def test_whatever_the_bytes_only_our_error_comes_out(data: bytes) -> None:
    try:
        value = strict_json.loads(data)
    except InvalidJson:
        return

    assert json.loads(json.dumps(value)) == value
