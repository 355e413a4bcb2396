"""How long things are kept is a setting of the server."""

import pytest

from watchword.cli.failure import Refused
from watchword.cli.serve import serve_settings
from watchword.cli.settings import Settings
from watchword.core.retention import Retention

DAY = 86_400


def test_without_a_word_the_documented_times_hold() -> None:
    assert serve_settings(Settings({}, {})).retention == Retention()


def test_each_time_is_a_setting_and_forever_is_one_of_them() -> None:
    chosen = Settings(
        {},
        {
            "WATCHWORD_RETENTION_EVENTS": "3y",
            "WATCHWORD_RETENTION_LEDGER": "forever",
            "WATCHWORD_RETENTION_REFUSALS": "2d",
        },
    )

    retention = serve_settings(chosen).retention

    assert retention.events == 3 * 365 * DAY
    assert retention.ledger is None
    assert retention.refusals == 2 * DAY


def test_what_is_no_duration_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"retention\.refusals"):
        serve_settings(Settings({}, {"WATCHWORD_RETENTION_REFUSALS": "forever"}))
