"""The rules at the top of renewal.py, one after the other. The clock is a number."""

import itertools

import pytest

from watchword.caller.access_token import AccessToken
from watchword.caller.errors import (
    BreakerOpen,
    InvalidClient,
    MistypedSecret,
    ServerFailed,
    refused,
    unavailable,
)
from watchword.caller.renewal import (
    BREAKER_FAILURES,
    Await,
    Pause,
    Renewal,
    Serve,
    advisory_window,
    back_off,
    mandatory_window,
)

NO_JITTER, MOST_JITTER = 0.0, 0.999999


def a_token(value: str = "one", *, at: float = 0, life: float = 3600) -> AccessToken:
    return AccessToken(value=value, obtained_at=at, expires_at=at + life)


def holding(token: AccessToken, *, random: float = NO_JITTER) -> Renewal:
    renewal = Renewal()
    renewal.renewed(token, token.obtained_at, random)
    return renewal


def failing(renewal: Renewal, times: int, *, at: float = 0, random: float = NO_JITTER) -> float:
    failure = unavailable(ServerFailed, "no luck")
    return [renewal.failed(failure, at, random) for _ in range(times)][-1]


def test_the_first_who_asks_starts_a_renewal_and_everybody_else_waits_for_it() -> None:
    renewal = Renewal()

    assert renewal.ask(0) == Await(renew=True)
    assert [renewal.ask(0) for _ in range(3)] == [Await(renew=False)] * 3


@pytest.mark.parametrize(
    ("life", "advisory", "mandatory"),
    [(3600, 300, 10), (1800, 300, 10), (600, 120, 10), (60, 12, 6), (20, 4, 2)],
)
def test_the_windows_are_parts_of_a_short_life_and_constants_of_a_long_one(
    life: float, advisory: float, mandatory: float
) -> None:
    assert (advisory_window(life), mandatory_window(life)) == (advisory, mandatory)


def test_a_young_token_is_served_as_it_is() -> None:
    renewal = holding(a_token())

    assert renewal.ask(3299) == Serve(a_token(), renew=False)


def test_in_the_advisory_window_one_renewal_starts_and_the_old_token_is_served() -> None:
    renewal = holding(a_token())

    assert renewal.ask(3300) == Serve(a_token(), renew=True)
    assert renewal.ask(3300) == Serve(a_token(), renew=False)


def test_jitter_opens_the_advisory_window_up_to_a_quarter_later() -> None:
    renewal = holding(a_token(), random=MOST_JITTER)

    assert renewal.ask(3374) == Serve(a_token(), renew=False)
    assert renewal.ask(3375) == Serve(a_token(), renew=True)


def test_in_the_mandatory_window_callers_wait() -> None:
    renewal = holding(a_token())

    assert renewal.ask(3590) == Await(renew=True)
    assert renewal.ask(3590) == Await(renew=False)


def test_after_a_failed_renewal_the_old_token_is_served_to_its_last_second() -> None:
    renewal = holding(a_token())
    renewal.ask(3590)
    failing(renewal, 1, at=3590, random=MOST_JITTER)

    assert renewal.ask(3590.5) == Serve(a_token(), renew=False)
    assert renewal.living(3599.9) is not None
    assert renewal.living(3600) is None


def test_back_off_is_a_random_part_of_a_doubling_time_up_to_a_minute() -> None:
    most = [round(back_off(failures, MOST_JITTER)) for failures in range(1, 10)]

    assert most == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert back_off(4, 0.5) == 4
    assert back_off(4, NO_JITTER) == 0.1
    assert back_off(100_000, MOST_JITTER) <= 60


def test_without_a_token_callers_are_told_how_long_the_back_off_is() -> None:
    renewal = Renewal()
    renewal.ask(0)
    failing(renewal, 1, random=0.5)

    step = renewal.ask(0.1)

    assert isinstance(step, Pause)
    assert (step.until, step.is_final) == (0.5, False)
    assert renewal.ask(0.5) == Await(renew=True)


def test_retry_after_is_obeyed_and_believed_up_to_ten_minutes() -> None:
    patient, absurd = Renewal(), Renewal()

    asked = patient.failed(unavailable(ServerFailed, "busy", retry_after=40), 0, 0.25)
    refused_for_years = absurd.failed(unavailable(ServerFailed, "busy", retry_after=1e9), 0, 0)

    assert (asked, refused_for_years) == (40.25, 600)


def test_after_five_failures_the_breaker_is_open_and_says_so() -> None:
    renewal = Renewal()
    failing(renewal, BREAKER_FAILURES)

    step = renewal.ask(1)

    assert isinstance(step, Pause)
    assert step.is_final
    assert isinstance(step.failure, BreakerOpen)
    assert "5 token requests in a row failed" in str(step.failure)
    assert "no luck" in str(step.failure)


def test_an_open_breaker_lets_one_request_through_every_thirty_seconds() -> None:
    renewal = Renewal()
    failing(renewal, BREAKER_FAILURES)

    assert renewal.ask(30) == Await(renew=True)
    failing(renewal, 1, at=30)
    assert isinstance(renewal.ask(59), Pause)
    assert renewal.ask(60) == Await(renew=True)


def test_one_success_closes_the_breaker() -> None:
    renewal = Renewal()
    failing(renewal, BREAKER_FAILURES)
    renewal.ask(30)
    renewal.renewed(a_token(at=30), 30, 0)

    assert renewal.ask(31) == Serve(a_token(at=30), renew=False)
    assert renewal.failures == 0


def test_a_refusal_is_answered_at_once_without_a_request_and_stays_a_refusal() -> None:
    renewal = Renewal()
    for _ in range(BREAKER_FAILURES + 1):
        renewal.failed(refused("invalid_client", "no such client", 401), 0, 0.5)

    step = renewal.ask(1)

    assert isinstance(step, Pause)
    assert step.is_final
    assert isinstance(step.failure, InvalidClient)


def test_nobody_waits_for_a_mistyped_secret_that_was_found_with_the_issuers_documents() -> None:
    renewal = Renewal()
    renewal.failed(MistypedSecret("one of its characters is wrong"), 0, 0.5)

    step = renewal.ask(0.1)

    assert isinstance(step, Pause)
    assert step.is_final
    assert isinstance(step.failure, MistypedSecret)


def test_requests_a_minute_are_bounded_whatever_fails() -> None:
    renewal, now, requests = Renewal(), 0.0, 0
    for now in itertools.takewhile(lambda t: t < 60, itertools.count(0, 0.01)):
        if renewal.ask(now) == Await(renew=True):
            requests += 1
            failing(renewal, 1, at=now, random=NO_JITTER)

    assert requests == BREAKER_FAILURES + 1


def test_a_rejected_token_is_dropped() -> None:
    renewal = holding(a_token("one"))

    assert renewal.rejected("one", 100) is True
    assert renewal.ask(100) == Await(renew=True)


def test_a_token_that_was_renewed_meanwhile_is_not_dropped() -> None:
    renewal = holding(a_token("two"))

    assert renewal.rejected("one", 100) is True
    assert renewal.ask(100) == Serve(a_token("two"), renew=False)


def test_an_api_that_rejects_every_token_does_not_cause_a_request_for_each_call() -> None:
    renewal, requests = holding(a_token("0")), 0
    for second in range(100, 160):
        step = renewal.ask(second)
        if step == Await(renew=True):
            requests += 1
            renewal.renewed(a_token(str(second), at=second), second, 0)
        assert renewal.token is not None
        renewal.rejected(renewal.token.value, second)

    assert requests <= 3


def test_the_replacement_of_a_rejected_token_stays_for_thirty_seconds_even_if_rejected() -> None:
    renewal = holding(a_token("one"))
    renewal.rejected("one", 100)
    renewal.ask(100)
    renewal.renewed(a_token("two", at=100), 100, 0)

    assert renewal.rejected("two", 129) is False
    assert renewal.rejected("two", 131) is True


def test_rejected_tokens_are_remembered_so_that_no_cache_brings_them_back() -> None:
    renewal = holding(a_token("one"))
    renewal.rejected("one", 100)

    assert renewal.was_rejected("one")
    assert not renewal.was_rejected("two")


def test_the_memory_of_rejected_tokens_is_bounded() -> None:
    renewal = Renewal()
    for number in range(100):
        renewal.rejected(str(number), 0)

    assert sum(renewal.was_rejected(str(number)) for number in range(100)) == 16


def test_tokens_with_hardly_any_life_are_not_asked_for_without_end() -> None:
    renewal, requests = Renewal(), 0
    for tick in range(1000):
        now = tick / 100
        if renewal.ask(now) in (Await(renew=True), Serve(a_token(), renew=True)):
            requests += 1
            renewal.renewed(a_token(at=now, life=0.4), now, 0)

    assert requests <= 100


def test_a_new_token_replaces_what_it_knows_of_the_old_one() -> None:
    renewal = holding(a_token("one"))
    renewal.ask(3300)
    renewal.renewed(a_token("two", at=3300), 3300, 0)

    assert renewal.ask(3600) == Serve(a_token("two", at=3300), renew=False)
