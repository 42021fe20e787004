"""The periods of quotas, with their rules, instants and time zones. Python's dates end with the year 9999."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, Optional, Tuple, Union
from zoneinfo import ZoneInfo, available_timezones

from .errors import DomainError

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DAY_MS = 86_400_000
_MAX_EPOCH_MS = 8_640_000_000_000_000
# Between these times, Python can represent every date and its local time.
_DATES_MS = (-62_000_000_000_000, 253_402_000_000_000)
_INSTANT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?Z)?")
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")
_OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9]))?")
# Names in the time zone database that are not time zones.
_NO_ZONES = {"factory", "localtime", "posixrules"}


@dataclass(frozen=True)
class Period:
    """A period from `start` up to, but not including, `end`. Its start is its id."""

    start: int
    end: int

    @property
    def id(self) -> str:
        """The start of the period, such as `2026-11-01T00:00:00.000Z`."""
        return instant_of(self.start)


@dataclass(frozen=True)
class Rule:
    """
    How periods follow each other. `length` is DAY, WEEK or MONTH, or the number of seconds with the start of the first
    period (None means 1970).
    """

    length: Union[str, Tuple[int, Optional[int]]]
    zone: str
    day: int
    minutes: int


def print_rule(rule: Rule) -> str:
    length: Any = rule.length
    if isinstance(length, tuple):
        seconds, first = length
        length = {"everySeconds": seconds, **({} if first is None else {"fromEpochMs": first})}
    return json.dumps([length, rule.zone, rule.day, rule.minutes], separators=(",", ":"), ensure_ascii=False)


def parse_rule(text: str) -> Rule:
    length, zone, day, minutes = json.loads(text)
    if isinstance(length, dict):
        length = (length["everySeconds"], length.get("fromEpochMs"))
    return Rule(length, zone, day, minutes)


@lru_cache(maxsize=1000)
def zone_of(name: str) -> Optional[tzinfo]:
    """
    Returns a time zone for a name of IANA's database, in upper or lower case, or for an offset such as `+01:00`.
    Returns None if this runtime does not know the zone.
    """
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        sign, hours, minutes = offset.groups()
        length = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(length if sign == "+" else -length)
    if not _ZONE.fullmatch(name) or name.lower() in _NO_ZONES:
        return None
    try:
        return ZoneInfo(name if name[0].isupper() else "")
    except (OSError, ValueError, KeyError):
        known = next((zone for zone in available_timezones() if zone.lower() == name.lower()), None)
        return None if known is None else ZoneInfo(known)


def period_at(rule: Rule, stamp: int) -> Period:
    if isinstance(rule.length, tuple):
        length, first = rule.length[0] * 1000, rule.length[1] or 0
        start = (stamp - first) // length * length + first
        return Period(start, start + length)
    zone = zone_of(rule.zone)
    if zone is None:
        raise DomainError("STORE_UNAVAILABLE", f"the time zone {rule.zone} of a ledger is unknown to this runtime")
    # The unit that the local calendar gives may begin after the stamp. In that case, an earlier unit contains the
    # stamp.
    unit, end = _unit_at(rule, zone, stamp) + 1, _MAX_EPOCH_MS
    while True:
        start = _boundary_of(rule, zone, unit)
        if start <= stamp:
            return Period(start, end)
        unit, end = unit - 1, start


def instant_of(epoch_ms: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=epoch_ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{epoch_ms % 1000:03d}Z"


def epoch_ms_of(instant: str) -> Optional[int]:
    """
    Parses `2026-11-20`, `2026-11-20T06:00:00Z` or the id of a period. Returns None for any other text, and for dates
    that do not exist, such as 31 February.
    """
    parts = _INSTANT.fullmatch(instant)
    if parts is None:
        return None
    year, month, day, hour, minute, second, ms = (int(part or 0) for part in parts.groups())
    if not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month) or hour > 23 or minute > 59 or second > 59:
        return None
    return _day_number(year, month, day) * _DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + ms


def _day_number(year: int, month: int, day: int) -> int:
    """
    Returns the number of days since 1970-01-01, for a date in any year. The calculation lets years begin in March, so
    that a leap day is the last day of a year.
    """
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    leap_days = year // 4 - year // 100 + year // 400
    return year * 365 + leap_days + (month * 153 + 2) // 5 + day - 1 - 719_468


def _month_number(day: int) -> int:
    """
    Returns the number of months from the year 0 to the month of a day. It is the inverse of `_day_number`, and computes
    in eras of 400 years.
    """
    era, day_of_era = divmod(day + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    return (era * 400 + year_of_era) * 12 + 2 + (5 * day_of_year + 2) // 153


def _days_in(year: int, month: int) -> int:
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return _day_number(*following, 1) - _day_number(year, month, 1)


def _unit_at(rule: Rule, zone: tzinfo, epoch_ms: int) -> int:
    """Returns the number of the local day, week or month that contains the instant."""
    local_ms = epoch_ms + _offset_ms(zone, epoch_ms)
    if rule.length == "MONTH":
        return _month_number(local_ms // _DAY_MS)
    day = local_ms // _DAY_MS
    # Day numbers count from a Thursday, ISO weekday 4.
    return (day - (rule.day - 4)) // 7 if rule.length == "WEEK" else day


def _boundary_of(rule: Rule, zone: tzinfo, unit: int) -> int:
    minutes_ms = rule.minutes * 60_000
    if rule.length != "MONTH":
        day = unit * 7 + rule.day - 4 if rule.length == "WEEK" else unit
        return _to_instant(zone, day * _DAY_MS + minutes_ms)
    year, month = divmod(unit, 12)
    day = _day_number(year, month + 1, min(rule.day, _days_in(year, month + 1)))
    return _to_instant(zone, day * _DAY_MS + minutes_ms)


def _to_instant(zone: tzinfo, local_ms: int) -> int:
    """
    Converts a local time to an instant. If the local time occurs twice, the first occurrence is used. If it falls into
    a gap, it is moved by the length of the gap.
    """
    before = local_ms - _offset_ms(zone, local_ms - _DAY_MS)
    after = local_ms - _offset_ms(zone, local_ms + _DAY_MS)
    is_before = before + _offset_ms(zone, before) == local_ms
    is_after = after + _offset_ms(zone, after) == local_ms
    return before if is_before or not is_after else after


def _offset_ms(zone: tzinfo, epoch_ms: int) -> int:
    first, last = _DATES_MS
    moment = _EPOCH + timedelta(milliseconds=max(first, min(last, epoch_ms)))
    offset = moment.astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(milliseconds=1)
