"""Which request needs what, and what a rules file must not say."""

import pytest

from watchword.guard.forward import InvalidRules, Rules, read_rules

FILE = """
[headers]
X-Customer = "customer"

[[rule]]
path = "/healthz"
public = true

[[rule]]
path = "/payments/*"
methods = ["GET"]
scope = "payments:read"

[[rule]]
path = "/payments/*"
methods = ["POST", "PUT"]
scope = "payments:write payments:read"
claims = { plan = "gold" }

[[rule]]
path = "/payments/export"
scope = "export"
"""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return read_rules(FILE, "rules.toml")


def scopes(rules: Rules, method: str, path: str) -> set[str] | None:
    rule = rules.find(method, path)
    return None if rule is None else set(rule.needs.scopes)


@pytest.mark.parametrize("path", ["/payments", "/payments/", "/payments/7", "/payments/7/lines"])
def test_a_star_is_the_path_and_everything_below(path: str, rules: Rules) -> None:
    assert scopes(rules, "GET", path) == {"payments:read"}
    assert scopes(rules, "PUT", path) == {"payments:read", "payments:write"}


@pytest.mark.parametrize("path", ["/", "/payment", "/paymentsx", "/other/payments"])
def test_what_no_rule_is_for_is_refused(path: str, rules: Rules) -> None:
    assert rules.find("GET", path) is None


def test_the_longest_path_decides_alone(rules: Rules) -> None:
    assert scopes(rules, "GET", "/payments/export") == {"export"}
    assert scopes(rules, "DELETE", "/payments/export") == {"export"}
    assert scopes(rules, "GET", "/payments/export/7") == {"payments:read"}


def test_a_method_that_the_longest_path_does_not_list_is_refused(rules: Rules) -> None:
    assert rules.find("DELETE", "/payments/7") is None


def test_get_is_also_head(rules: Rules) -> None:
    assert scopes(rules, "HEAD", "/payments") == {"payments:read"}


def test_public_paths_need_no_token(rules: Rules) -> None:
    rule = rules.find("GET", "/healthz")

    assert rule is not None
    assert rule.public


@pytest.mark.parametrize("path", ["/healthz/", "/healthz//", "/Healthz", "/healthz/x", "/health"])
def test_a_path_without_a_star_is_that_path_letter_for_letter(path: str, rules: Rules) -> None:
    assert rules.find("GET", path) is None
    assert scopes(rules, "GET", "/payments/export/") == {"payments:read"}


def test_with_a_slash_at_its_end_a_path_is_another_one() -> None:
    rules = read_rules(
        '[[rule]]\npath = "/a"\nscope = "a"\n[[rule]]\npath = "/a/"\nscope = "b"', "r"
    )

    assert scopes(rules, "GET", "/a") == {"a"}
    assert scopes(rules, "GET", "/a/") == {"b"}


def test_the_default_may_be_any_good_token() -> None:
    rule = read_rules('default = "token"', "rules.toml").find("GET", "/anything")

    assert rule is not None
    assert not rule.public


def test_a_rule_for_the_root_is_for_everything_that_has_no_longer_one() -> None:
    rules = read_rules('[[rule]]\npath = "/*"\n[[rule]]\npath = "/"\nscope = "a"', "r")

    assert scopes(rules, "GET", "/") == {"a"}
    assert scopes(rules, "GET", "/x/y") == set()


FAULTS = [
    (
        '[[rule]]\npath = "/a"\nscop = "b"',
        "r, line 3: there is no key 'scop'; did you mean 'scope'",
    ),
    ('[[rules]]\npath = "/a"', "r, line 1: there is no key 'rules'; did you mean 'rule'?"),
    ('[[rule]]\nscope = "a"', 'r, line 1: path is a plain path like "/payments"'),
    ('[[rule]]\npath = "/a/*/b"', "r, line 2: path is a plain path"),
    ('[[rule]]\npath = "/a/../b"', "r, line 2: path is a plain path"),
    ('[[rule]]\npath = "/a%20b"', "r, line 2: path is a plain path"),
    (
        '[[rule]]\npath = "/a"\nmethods = ["get"]',
        "r, line 3: methods is a list of words in capitals",
    ),
    ('[[rule]]\npath = "/a"\nmethods = []', "r, line 3: methods is a list"),
    ('[[rule]]\npath = "/a"\nscope = ["a"]', "r, line 3: scope is one text"),
    ('[[rule]]\npath = "/a"\nscope = ""', "r, line 3: scope is one text"),
    ('[[rule]]\npath = "/a"\npublic = true\nscope = "a"', "r, line 3: public is true or false"),
    ('[[rule]]\npath = "/a"\nclaims = { a = [1] }', "r, line 3: claims is a table"),
    ('[[rule]]\npath = "/a"\n[[rule]]\npath = "/a"', "another rule is for all methods at /a"),
    ('default = "allow"', 'r, line 1: default is "deny" or "token"'),
    ('[headers]\nHost = "sub"', "r, line 2: a header of its own"),
    ('[headers]\nX-Client-ID = "sub"', "r, line 2: a header of its own"),
    ("[rule]\npath = 1", "r, line 1: rules are written as tables: [[rule]]"),
    ("[[rule", "r: "),
]


@pytest.mark.parametrize(("text", "told"), FAULTS)
def test_a_fault_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InvalidRules) as refused:
        read_rules(text, "r")

    assert told in str(refused.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidRules) as refused:
        read_rules('defalt = "deny"\n[[rule]]\npath = "a"\nscop = "b"', "r")

    assert len(str(refused.value).splitlines()) == 3
