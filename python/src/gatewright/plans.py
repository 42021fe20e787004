"""Customer plans as the table has them, checked when they were saved, and the periods of their quotas."""

import json
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, Mapping, Optional, Tuple, Union
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import DomainError, PlanInvalid

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DAY_MS = 86_400_000
_MAX_EPOCH_MS = 8_640_000_000_000_000


@dataclass(frozen=True)
class Period:
    """Half open. Its id is its start."""

    start: int
    end: int

    @property
    def id(self) -> str:
        """`2026-11-01T00:00:00.000Z`"""
        return instant_of(self.start)


@dataclass(frozen=True)
class Rule:
    """DAY, WEEK, MONTH, or seconds and the instant of a first period (None: 1970)."""

    length: Union[str, Tuple[int, Optional[int]]]
    zone: str
    day: int
    minutes: int


@dataclass(frozen=True)
class Limit:
    id: str
    level: str
    quota: int
    rule: Rule
    initial_usage: int
    overage: int
    # Percents of the quota, each reported once per period.
    alarms: Tuple[int, ...]
    # Units that other processes may lease; written when a period is opened.
    waste_budget: int


@dataclass(frozen=True)
class Plan:
    id: str
    version: int
    limits: Tuple[Limit, ...]
    costs: Mapping[str, int]
    document: Mapping[str, Any]
    # Some quotas are one customer's own.
    is_own: bool = False

    def cost_of(self, route: Optional[str]) -> int:
        return self.costs.get(route or "*", self.costs.get("*", 1))


def parse_plan(document: Mapping[str, Any]) -> Plan:
    """Raises PlanInvalid for a limit that this library does not enforce."""
    cost = document.get("cost", 1)
    costs = {"*": cost} if isinstance(cost, int) else cost
    limits = tuple(_parse_limit(limit, f"limits[{n}]") for n, limit in enumerate(document["limits"]))
    for n, limit in enumerate(limits):
        if limit.quota + limit.overage < max(1, *costs.values()):
            raise PlanInvalid(f"limits[{n}].quota", "is less than the largest cost, which could never be admitted")
    return Plan(document["id"], document["version"], limits, costs, document)


def plan_of_term(plan: Plan, own: Optional[Mapping[str, int]]) -> Plan:
    """The plan with a customer's own quotas, by limit id."""
    if own is None:
        return plan
    unknown = set(own) - {limit.id for limit in plan.limits}
    if unknown:
        raise DomainError(
            "LIMIT_UNKNOWN", f"plan {plan.id} has no quota {min(unknown)}, for which the customer has its own number"
        )
    limits = [{**limit, "quota": own.get(limit["id"], limit["quota"])} for limit in plan.document["limits"]]
    return replace(parse_plan({**plan.document, "limits": limits}), is_own=True)


def _parse_limit(limit: Mapping[str, Any], path: str) -> Limit:
    for kind in ("rate", "concurrency", "shards"):
        if kind in limit:
            raise PlanInvalid(
                f"{path}.{kind}", "is not enforced by the Python library: charge this plan in the authorizer"
            )
    quota, level, lease = limit["quota"], limit["level"], limit.get("lease")
    rule = _parse_rule(limit, path)
    initial = limit.get("initialUsage", 0)
    if initial > quota:
        raise PlanInvalid(f"{path}.initialUsage", f"must be a whole number from 0 to {quota}")
    is_leased = lease not in (None, False) or limit.get("wasteBudget") is not None
    is_invoiced = level == "tenant" and rule.length == "MONTH" and not is_leased
    is_exact = limit.get("billing", "exact" if is_invoiced else "leased") == "exact"
    share = limit.get("wasteBudget", 0.01)
    return Limit(
        id=limit["id"],
        level=level,
        quota=quota,
        rule=rule,
        initial_usage=initial,
        overage=limit.get("overage", 0),
        alarms=tuple(sorted(limit.get("alarms", ()))),
        waste_budget=0 if is_exact or lease is False else max(1, math.floor(share * quota)),
    )


def _parse_rule(limit: Mapping[str, Any], path: str) -> Rule:
    length, zone, anchor = limit["period"], limit.get("timeZone", "UTC"), limit.get("anchor", {})
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise PlanInvalid(f"{path}.timeZone", f"{zone} is unknown here: install the package tzdata") from None
    hours, minutes = anchor.get("time", "00:00").split(":")
    day = anchor.get("weekday" if length == "WEEK" else "day", 1)
    if isinstance(length, Mapping):
        since = length.get("from")
        first = None if since is None else epoch_ms_of(since)
        return Rule((length["everySeconds"], first), zone, day, 0)
    return Rule(length, zone, day, int(hours) * 60 + int(minutes))


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


def period_at(rule: Rule, stamp: int) -> Period:
    if isinstance(rule.length, tuple):
        length, first = rule.length[0] * 1000, rule.length[1] or 0
        start = (stamp - first) // length * length + first
        return Period(start, start + length)
    zone = ZoneInfo(rule.zone)
    # The local calendar gives a unit that may begin after the stamp; the unit before it always suffices.
    unit, end = _unit_at(rule, zone, stamp) + 1, _MAX_EPOCH_MS
    while True:
        start = _boundary_of(rule, zone, unit)
        if start <= stamp:
            return Period(start, end)
        unit, end = unit - 1, start


def instant_of(epoch_ms: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=epoch_ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{epoch_ms % 1000:03d}Z"


def epoch_ms_of(instant: str) -> int:
    """Of `2026-11-20`, `2026-11-20T06:00:00Z` and of a period's id."""
    text = instant if "T" in instant else f"{instant}T00:00:00Z"
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _unit_at(rule: Rule, zone: tzinfo, epoch_ms: int) -> int:
    """Number of the local day, week or month that contains the instant."""
    local_ms = epoch_ms + _offset_ms(zone, epoch_ms)
    if rule.length == "MONTH":
        local = _EPOCH + timedelta(milliseconds=local_ms)
        return local.year * 12 + local.month - 1
    day = local_ms // _DAY_MS
    # Day numbers count from a Thursday, ISO weekday 4.
    return (day - (rule.day - 4)) // 7 if rule.length == "WEEK" else day


def _boundary_of(rule: Rule, zone: tzinfo, unit: int) -> int:
    minutes_ms = rule.minutes * 60_000
    if rule.length != "MONTH":
        day = unit * 7 + rule.day - 4 if rule.length == "WEEK" else unit
        return _to_instant(zone, day * _DAY_MS + minutes_ms)
    year, month = divmod(unit, 12)
    first = datetime(year, month + 1, 1, tzinfo=timezone.utc)
    following = datetime(year + month // 11, (month + 1) % 12 + 1, 1, tzinfo=timezone.utc)
    day = min(rule.day, (following - first).days)
    return _to_instant(zone, (first - _EPOCH) // timedelta(milliseconds=1) + (day - 1) * _DAY_MS + minutes_ms)


def _to_instant(zone: tzinfo, local_ms: int) -> int:
    """A local time that occurs twice is its first occurrence; one in a gap is moved by the length of the gap."""
    before = local_ms - _offset_ms(zone, local_ms - _DAY_MS)
    after = local_ms - _offset_ms(zone, local_ms + _DAY_MS)
    is_before = before + _offset_ms(zone, before) == local_ms
    is_after = after + _offset_ms(zone, after) == local_ms
    return before if is_before or not is_after else after


def _offset_ms(zone: tzinfo, epoch_ms: int) -> int:
    offset = (_EPOCH + timedelta(milliseconds=epoch_ms)).astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(milliseconds=1)
