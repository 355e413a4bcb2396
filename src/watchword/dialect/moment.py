"""Instants as vendors write them: ISO 8601 (RFC 3339), strftime with a zone, HTTP dates.

Only the directives in DIRECTIVES are taken, so that an answer does not depend on the platform.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

DIRECTIVES = "YmdHMSfzjyIpabAB%"
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})\Z")
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}\Z")
_LAST = 253402300799  # 9999-12-31T23:59:59Z, the last instant that a date can be written for
_HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


def zone(text: str) -> tzinfo:
    """The zone named "UTC", "+02:00" or "Europe/Paris"; ValueError if there is none such."""
    if text in ("UTC", "Z"):
        return UTC
    offset = _OFFSET.match(text)
    if offset:
        sign = -1 if offset[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
    if not _ZONE_NAME.match(text):
        raise ValueError("no such zone")
    try:
        return ZoneInfo(text)
    except Exception as missing:
        raise ValueError("no such zone") from missing


def check_format(text: str) -> None:
    """Raise ValueError for a strftime format with a directive that is not in DIRECTIVES."""
    for directive in re.findall(r"%(.?)", text, re.DOTALL):
        if not directive or directive not in DIRECTIVES:
            raise ValueError(f"%{directive} is not taken")


def local(instant: float, where: tzinfo) -> datetime:
    """An instant in a zone; one beyond the calendar is the calendar's last."""
    return datetime.fromtimestamp(min(max(instant, 0), _LAST - 86400), where)


def iso8601(moment: datetime, precision: str) -> str:
    """RFC 3339 text, in whole seconds or with "ms" or "us"; UTC as Z."""
    timespec = {"ms": "milliseconds", "us": "microseconds"}.get(precision, "seconds")
    text = moment.isoformat(timespec=timespec)
    return text[:-6] + "Z" if text.endswith("+00:00") and moment.tzinfo is UTC else text


def http_date(moment: datetime) -> str:
    """RFC 9110, 5.6.7: IMF-fixdate."""
    return moment.astimezone(UTC).strftime(_HTTP_DATE)


def parse_iso8601(text: str, where: tzinfo) -> float:
    """Epoch seconds of ISO 8601 text; one without an offset is taken to be in the zone."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=where)).timestamp()


def parse_strftime(text: str, pattern: str, where: tzinfo) -> float:
    """Epoch seconds of text in a strftime format; one without an offset is in the zone."""
    moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is given beside the format
    return (moment if moment.tzinfo else moment.replace(tzinfo=where)).timestamp()


def parse_http_date(text: str) -> float:
    """Epoch seconds of an HTTP date."""
    return datetime.strptime(text, _HTTP_DATE).replace(tzinfo=UTC).timestamp()
