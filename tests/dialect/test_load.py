"""Faults of files are told as a person would tell them; nothing of a file is executed."""

import pytest

from tests.dialect.own import OWN, text
from tests.support.cost import cost_of
from watchword.dialect import DialectError, faults_of, load, names, parse, source

PLAIN = source("rfc6749")


def only_fault(text_):
    """The one fault of a text."""
    faults = faults_of(text_, "mine.toml")
    assert len(faults) == 1, faults
    return faults[0]


def changed(old, new, text_=PLAIN):
    """The plain file with one change."""
    assert old in text_
    return text_.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text_", "told"),
    [
        ('name = "a"\nx = [', "line 2: not TOML: Invalid value"),
        ("name", "line 1: not TOML: Expected '='"),
        ("{}", "line 1: not TOML: Invalid statement"),
        ("a = " + "9" * 5000, "line 1: a number of thousands of digits"),
    ],
)
def test_what_is_not_toml_is_told_with_the_line_where_it_stops_being_that(text_, told):
    assert str(only_fault(text_)).startswith(told)


def test_shipped_dialects_are_listed_and_load():
    assert names() == ("connectivity", "kamoa", "kashimi", "kiss", "rfc6749")
    assert [load(name).name for name in names()] == list(names())


@pytest.mark.parametrize("name", OWN)
def test_our_own_dialects_have_no_fault(name):
    assert faults_of(text(name)) == ()


def test_an_unknown_name_is_told_the_nearest():
    with pytest.raises(DialectError, match="did you mean 'kashimi'"):
        load("kashmi")


@pytest.mark.parametrize("name", ["../kiss", "kiss.toml", "", "a" * 10_000, "/etc/passwd"])
def test_a_name_is_no_path(name):
    with pytest.raises(DialectError):
        load(name)


@pytest.mark.parametrize(
    ("old", "new", "path", "line", "words"),
    [
        ('scope = "form', 'scpoe = "form', "request.scpoe", 8, "did you mean 'scope'"),
        ("[answer]", "[anwser]", "anwser", 22, "did you mean 'answer'"),
        ("[refusals.default]", "[refusals.defualt]", "refusals.defualt", 32, "'default'"),
        ("{access_token}", "{acces_token}", "answer.body", 25, "did you mean 'access_token'"),
        ("{access_token}", "{client_secret}", "answer.body", 25, "never will be"),
        ("{access_token}", "{error}", "answer.body", 25, "cannot stand in an answer"),
        ("{expires_in}", "{expires_in|milis}", "answer.body", 27, "no filter 'milis'"),
        ("{expires_in}", "{expires_in|iso8601}", "answer.body", 27, "not duration"),
        ("{expires_in}", "{expires_in|ms:3}", "answer.body", 27, "takes no argument"),
        ("{expires_in}", "{expires_at|zone:Mars/Base|iso8601}", "answer.body", 27, "no such zone"),
        ("{expires_in}", "{expires_at|zone:UTC}", "answer.body", 27, "must be followed"),
        ("{expires_in}", "{expires_at|strftime:%E}", "answer.body", 27, "%E is not taken"),
        ("{expires_in}", "{expires_in", "answer.body", 23, "a lone '{'"),
        ("{expires_in}", "{random:999}", "answer.body", 27, "1 to 256"),
        ("{expires_in}", "{field:x}", "answer", 22, "no field 'x'"),
        ('"{expires_in}"', "{expires_in}", "answer.body", 23, "not valid JSON"),
        ("form:scope", "from:scope", "request.scope", 8, "did you mean 'form'"),
        ("form:scope", "header:a b c", "request.scope", 8, "names no header"),
        ("form:scope", "json:a..b", "request.scope", 8, "an empty name"),
        ('"raw", "form"', '"raw", "from"', "request.credentials[0].basic[1]", 12, "mean 'form'"),
        ("form:scope", "jsn:scope", "request.scope", 8, "mean 'json'?; for example 'form:client_"),
        ('"/oauth/token"', "5", "request.path", 7, "between quotes"),
        ('"/oauth/token"', '"/a?b"', "request.path", 7, "'/a?b' cannot be begins with /"),
        ("[request.grant]", '[request.fields."a b"]\nplace="form:x"\n[request.grant]',
         "request.fields.a b", 18, "letters a to z"),
        ("[refusals.default]", '[refusals.malformed]\nstatus = "405"\n[refusals.default]',
         "refusals.malformed.status", 33, "is a text, not a whole number"),
        ("[refusals.default]", "[refusals.malformed]\nstatus = 999\n[refusals.default]",
         "refusals.malformed.status", 33, "999 is out of range 200 to 599"),
        ("[refusals.default]", "[refusals.malformed]\nstatus = 1e400\n[refusals.default]",
         "refusals.malformed.status", 33, "a number with a point, not a whole number"),
        ("[refusals.default]", "[refusals.malformed]\nstatus = 2026-11-21\n[refusals.default]",
         "refusals.malformed.status", 33, "is a date, not a whole number"),
        ("[refusals.default]", "[refusals.default]\ncode = 1.5", "refusals.default.code", 33,
         "is a number with a point, not a whole number or a text"),
        ("[refusals.default]", "[refusals.default]\nheaders = {X = 5}",
         "refusals.default.headers.X", 33, "is a number, not a text"),
        ("rfc6749 = true", 'rfc6749 = "yes"', "rfc6749", 4, "is a text, not true or false"),
        ("rfc6749 = true", "rfc6749 = true\npresentation = 3", "presentation", 5, "not a table"),
        ('path = "/oauth/token"', "methods = []", "request.methods", 7, "is empty"),
        ('path = "/oauth/token"', 'scope_separator = ", "', "request.scope_separator", 7,
         "too long at most 1 "),
        ("[refusals.default]", "[refusals.invalid_client]\nstatus = 401\n[refusals.default]\n"
         'description = "{"', "refusals.default.description", 35, "a lone '{'"),
        ("[answer]", '[answer]\ncontent_type = "a\\r\\nSet-Cookie: a"', "answer.content_type", 23,
         "is no content type"),
        ("rfc6749 = true", "rfc6749 = yes", "", 4, "not TOML: Invalid value"),
        ('path = "/oauth/token"', 'path = "/oauth', "", 7, "between ''' and"),
        ('path = "/oauth/token"', "path = " + "9" * 5000, "", 7, "thousands of digits"),
        ('path = "/oauth/token"', "path = " + "[" * 10_000, "", 7, "nested too deeply"),
        ('path = "/oauth/token"', 'path = "/\ud800"', "", 7, "no character"),
        ('name = "rfc6749"', "", "name", 0, "is missing"),
        ('name = "rfc6749"', 'name = "A B"', "name", 2, "letters"),
        ("[answer]", "[answer]\nstatus = 204", "answer.status", 23, "carries no answer"),
        ("[refusals.default]", "[refusals.default]\nstatus = 500", "refusals.default.status", 33,
         "client's fault"),
        ("[refusals.default]", "[refusals.default]\nstatus = 302", "refusals.default.status", 33,
         "carries no answer"),
        ("[refusals.default]", "[refusals.wrong_secret]\nstatus=400\n[refusals.default]",
         "refusals.wrong_secret", 32, "reveal = ['wrong_secret']"),
        ("[answer]", '[answer]\nheaders = {"Set-Cookie" = "a"}', "answer.headers.Set-Cookie", 23,
         "server's own"),
        ("[answer]", '[answer]\nheaders = {"a b" = "a"}', "answer.headers.a b", 23,
         "no header name"),
        ("[answer]", '[answer]\nheaders = {X = "a\\r\\nSet-Cookie: x"}', "answer.headers.X", 23,
         "printable ASCII"),
        ("[answer]", '[answer]\nheaders = {X = "ä€"}', "answer.headers.X", 23, "printable ASCII"),
        ("[answer]", '[answer]\nheaders = {X-A = "1", x-a = "2"}', "answer.headers.x-a", 23,
         "there twice"),
        ('"{expires_in}"', '"\\ud800"', "answer.body", 27, "no character"),
        ('"expires_in"', '"{client_id}"', "answer.body", 27, "is a constant"),
        ("[answer]", '[answer]\ncontent_type = "application/json; charset=utf-16"',
         "answer.content_type", 23, "bodies are UTF-8, not utf-16"),
        ("[answer]", '[presentation]\nscheme = "a b"\n[answer]', "presentation.scheme", 23,
         "one word"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_key_line_and_what_it_may_be(old, new, path, line, words):
    fault = only_fault(changed(old, new))

    assert (fault.path, fault.line) == (path, line)
    assert words in f"{fault.message} {fault.hint}"


def test_what_is_no_text_gets_no_hint_about_texts():
    assert only_fault(changed("rfc6749 = true", "rfc6749 = yes")).hint == ""


def test_a_byte_order_mark_is_passed_over():
    assert faults_of("\ufeff" + PLAIN) == ()


def test_several_wrong_values_are_told_at_once():
    faults = faults_of(
        changed("[answer]", '[answer]\nstatus = "200"\ncontent_type = 1\ncolour = 1')
    )

    assert [fault.line for fault in faults] == [23, 24, 25]


def test_several_unknown_keys_are_told_at_once():
    faults = faults_of(changed("[request]", "[request]\ncolour = 1\nshape = 2"))

    assert [fault.path for fault in faults] == ["request.colour", "request.shape"]


def test_an_error_names_file_line_and_key():
    with pytest.raises(DialectError) as error:
        parse(changed('scope = "form', 'scpoe = "form'), "vendor.toml")

    expected = "vendor.toml: line 8: request.scpoe: there is no key 'scpoe'"
    assert str(error.value).startswith(expected)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{access_token}", "token", "nowhere in the answer"),
        ('basic = ["raw", "form"]', 'basic = ["raw"]\nclient_id = "form:x"', "stands alone"),
        ('client_secret = "form:client_secret"', "", "client_secret is missing"),
        ("[request.grant]", '[[request.credentials]]\nclient_id = "json:a"\n'
         'client_secret = "json:a.b"\n[request.grant]', "stands inside"),
        ('path = "/oauth/token"', 'path = "/t"\nbody = []', "no body is a form"),
        ('path = "/oauth/token"', 'path = "/t"\nmethods = ["GET"]', "has no body"),
        ('path = "/oauth/token"', 'path = "/t?x"', "path"),
        ("[request.grant]", '[[request.credentials]]\nbasic = ["raw"]\n[request.grant]', "twice"),
        ("[request.grant]", '[[request.credentials]]\nclient_secret = "form:client_secret"\n'
         "[request.grant]", "same place"),
        ("[request.grant]", '[[request.credentials]]\n'
         'client_secret = "header:Authorization Basic"\n[request.grant]', "Basic is decoded"),
        ('client_secret = "form:client_secret"', 'client_secret = "form:client_id"',
         "client_id stands in the same place as request.credentials[1].client_secret"),
        ("[request.grant]", '[[request.credentials]]\nclient_id = "json:a.b"\n'
         'client_secret = "json:/a/b"\n[request.grant]', "client_id stands in the same place"),
        ("form:scope", "form:grant_type", "stands in the same place as request.grant.place"),
        ("[request.grant]", '[request.fields.x]\nplace = "form:client_secret"\n[request.grant]',
         "request.fields.x.place stands in the same place as request.credentials[1].client_secret"),
        ("[request.grant]", '[request.fields.x]\nplace = "header:Authorization"\n[request.grant]',
         "request.fields.x.place stands in the same place as the secret of Basic"),
        ('place = "form:grant_type"', 'place = "form:grant"', "asks for a grant_type"),
        ('"scope?": "{scope}"', '"scope?": "{scope}", "scope": 1', "there twice"),
        ('"{scope}"', '"' + "{scope}" * 70 + '"', "more than 64"),
        ('"{scope}"', '"{scope' + "|upper" * 7 + '}"', "more than 6 filters"),
        ("[refusals.default]\nb", "[refusals.invalid_client]\nb", "refusals.default.body"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(old, new, words):
    faults = faults_of(changed(old, new))

    assert any(words in f"{fault.path} {fault.message}" for fault in faults), faults


HOSTILE = {
    "one MiB": "#" * 2**20,
    "one MiB of keys": "\n".join(f"key{n} = 1" for n in range(90_000)),
    "lists in lists": "a = " + "[" * 30_000,
    "tables in tables": "a = " + "{a = " * 6_000,
    "a key of many parts": ".".join("a" * 15_000) + " = 1",
    "a table of many parts": "[" + ".".join("a" * 15_000) + "]",
    "parts and equals": "a = {" + ", ".join(f"a{n}.b.c.d.e = 1" for n in range(1500)) + "}",
    "many tables": "\n".join(f"[a.b.c.d.e{n}]" for n in range(1800)),
    "many array tables": "[[a]]\n" * 5_000,
    "a huge number": "name = " + "9" * 30_000,
    "a huge float": "name = 1e999999999",
    "a huge hexadecimal number": "name = 0x" + "f" * 30_000,
    "a huge status": PLAIN.replace("[answer]", "[answer]\nstatus = " + "9" * 4000),
    "a status beyond 64 bits": PLAIN.replace("[answer]", f"[answer]\nstatus = {2**64}"),
    "nested JSON": PLAIN.replace('"{scope}"', "[" * 5000 + "]" * 5000),
    "long JSON": PLAIN.replace('"{scope}"', "[" + "1," * 15_000 + "1]"),
    "a huge JSON number": PLAIN.replace('"{scope}"', "9" * 10_000),
    "an infinite JSON number": PLAIN.replace('"{scope}"', "1e999"),
    "braces": PLAIN.replace("{scope}", "{" * 8001),
    "nested braces": PLAIN.replace("{scope}", "{scope{scope}}"),
    "an attribute lookup": PLAIN.replace("{scope}", "{scope.__class__.__mro__}"),
    "an index": PLAIN.replace("{scope}", "{scope[0]}"),
    "a conversion": PLAIN.replace("{scope}", "{scope!r}"),
    "a format": PLAIN.replace("{scope}", "{scope:>9999999999}"),
    "an expression": PLAIN.replace("{scope}", "{__import__('os').system('true')}"),
    "a jinja expression": PLAIN.replace("{scope}", "{{ 7 * 7 }} {% for x in y %}"),
    "a zone that is a path": PLAIN.replace('"{scope}"', '"{now|zone:../../../etc/passwd|iso8601}"'),
    "a zone that is absolute": PLAIN.replace('"{scope}"', '"{now|zone:/etc/passwd|iso8601}"'),
    "spaces": "[" + " " * 30_000,
    "dots": "." * 30_000,
    "quotes": '"' * 30_001,
    "a NUL": PLAIN + "\0",
    "a lone surrogate": PLAIN + "# \ud800",
    "carriage returns in a header": PLAIN.replace(
        "[answer]", '[answer]\ncontent_type = "a\\r\\nSet-Cookie: a"'
    ),
}


@pytest.mark.parametrize("text_", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_file_is_refused_within_100_ms(text_):
    faults = faults_of(text_)

    assert faults or text_ == HOSTILE["a lone surrogate"] or "{{ 7" in text_
    assert cost_of(lambda: faults_of(text_), enough=0.1) <= 0.1
    assert all(len(str(fault)) < 1000 for fault in faults)


def test_doubled_braces_are_braces_and_nothing_else():
    from tests.dialect.wire import SOURCES, answer, post

    dialect = parse(changed("{scope}", "{{ 7 * 7 }}"))

    assert b'"scope":"{ 7 * 7 }"' in dialect.write_token(answer(), post(), SOURCES).body
