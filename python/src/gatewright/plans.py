"""
Customer plans as they are stored in the table. They are checked as in the TypeScript library, except for prices, which
only that library reads.
"""

import re
from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional, Sequence, Tuple, Union

from .errors import DomainError, PlanInvalid
from .json_text import MAX_SAFE, number_of
from .periods import Rule, zone_of
from .plan_fields import PlanFields

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_LEVELS = ("tenant", "key", "route")
_LENGTHS = ("DAY", "WEEK", "MONTH")
_KINDS = ("quota", "rate", "concurrency")
_MAX_LIMITS, _MAX_ROUTES = 10, 500
_MAX_PERIOD_SECONDS = 366 * 86_400


@dataclass(frozen=True)
class Limit:
    id: str
    level: str
    quota: int
    rule: Rule
    initial_usage: int
    overage: int
    # Percentages of the quota. Each is reported once per period.
    alarms: Tuple[int, ...]
    # The units that other processes may lease. The number is written when a period is opened.
    waste_budget: int


@dataclass(frozen=True)
class Plan:
    id: str
    version: int
    limits: Tuple[Limit, ...]
    costs: Mapping[str, int]
    document: Mapping[str, Any]
    # True if some quotas are individual quotas of one customer.
    is_own: bool = False

    def cost_of(self, route: Optional[str]) -> int:
        usual = self.costs["*"]
        return usual if route is None else self.costs.get(route, usual)


def parse_plan(document: Any) -> Plan:
    """
    Parses a plan. Raises PlanInvalid with the path of the first faulty field, and for a limit that this library does
    not enforce.
    """
    fields = PlanFields(document, "")
    plan_id, version = fields.id("id"), fields.integer("version", 1, MAX_SAFE)
    costs = _parse_costs(fields)
    largest = max(1, *costs.values())
    listed = fields.list("limits", _MAX_LIMITS)
    limits = tuple(_parse_limit(PlanFields(limit, f"limits[{n}]"), largest) for n, limit in enumerate(listed))
    fields.get("invoice")
    fields.refuse_others()
    if not limits:
        raise PlanInvalid("limits", "must have at least one limit")
    ids = [limit.id for limit in limits]
    twice = next((n for n, limit_id in enumerate(ids) if ids.index(limit_id) < n), None)
    if twice is not None:
        raise PlanInvalid(f"limits[{twice}].id", "is already the id of an earlier limit; choose another id")
    return Plan(plan_id, version, limits, costs, document)


def plan_of_term(plan: Plan, own: Optional[Mapping[str, int]]) -> Plan:
    """Returns the plan with the customer's individual quotas, which `own` contains by limit id."""
    if own is None:
        return plan
    unknown = set(own) - {limit.id for limit in plan.limits}
    if unknown:
        raise DomainError(
            "LIMIT_UNKNOWN",
            f"plan {plan.id} has no quota {min(unknown)}, but the customer has a limit of its own for it",
        )
    limits = [{**limit, "quota": own.get(limit["id"], limit["quota"])} for limit in plan.document["limits"]]
    return replace(parse_plan({**plan.document, "limits": limits}), is_own=True)


def _parse_costs(fields: PlanFields) -> Mapping[str, int]:
    value = fields.get("cost", 1)
    if number_of(value) is not None:
        return {"*": fields.integer("cost", 0, MAX_SAFE, 1)}
    by_route = PlanFields(value, "cost")
    routes = by_route.names()
    if len(routes) > _MAX_ROUTES:
        fields.fail("cost", f"must name at most {_MAX_ROUTES} routes")
    return {"*": 1, **{route: by_route.integer(route, 0, MAX_SAFE) for route in routes}}


def _parse_limit(fields: PlanFields, largest_cost: int) -> Limit:
    kinds = [kind for kind in _KINDS if fields.has(kind)]
    if not kinds:
        fields.fail("quota", f"is missing: a limit must have one of {', '.join(_KINDS)}")
    if len(kinds) > 1:
        fields.fail(kinds[0], f"must be the only one of {', '.join(_KINDS)}")
    for kind in ("rate", "concurrency", "shards"):
        if fields.has(kind):
            fields.fail(kind, "is not enforced by the Python library: charge this plan in the authorizer")
    quota, overage = fields.integer("quota", 0, MAX_SAFE), fields.integer("overage", 0, MAX_SAFE, 0)
    if quota + overage > MAX_SAFE:
        fields.fail("overage", f"and quota together must be at most {MAX_SAFE}")
    lease = fields.get("lease", {})
    _check_lease(PlanFields({} if lease is False else lease, fields.path_of("lease")))
    share = fields.number("wasteBudget", 0, 0.5, 0.01)
    level, rule = fields.one_of("level", _LEVELS), _parse_rule(fields)
    is_exact = _is_exact(fields, level, rule)
    fields.get("price")
    limit = Limit(
        id=fields.id("id"),
        level=level,
        quota=quota,
        rule=rule,
        initial_usage=fields.integer("initialUsage", 0, quota, 0),
        overage=overage,
        alarms=_parse_alarms(fields),
        waste_budget=0 if is_exact or lease is False else max(1, int(share * quota)),
    )
    fields.refuse_others()
    if quota + overage < largest_cost:
        fields.fail(
            "quota", f"is less than the largest cost ({largest_cost}): a request of this cost could never be admitted"
        )
    return limit


def _check_lease(fields: PlanFields) -> None:
    """
    Checks the fields of a lease. This library does not lease, but it must not accept a plan that another library
    refuses.
    """
    fields.number("seconds", 1, 3600, 30)
    fields.integer("max", 1, 1_000_000, 10_000)
    fields.refuse_others()


def _is_exact(fields: PlanFields, level: str, rule: Rule) -> bool:
    """
    Whether each request is charged with one write. By default, this is the case for a monthly limit of a tenant, which
    is usually invoiced, unless the plan specifies leases.
    """
    of_leases = [name for name in ("lease", "wasteBudget") if fields.has(name) and fields.get(name) is not False]
    if not fields.has("billing"):
        return level == "tenant" and rule.length == "MONTH" and not of_leases
    is_exact = fields.one_of("billing", ("exact", "leased")) == "exact"
    if is_exact and of_leases:
        fields.fail(
            of_leases[0],
            "is a setting of leases, but billing: exact has no leases; remove this setting, or set billing: leased",
        )
    return is_exact


def _parse_rule(fields: PlanFields) -> Rule:
    length = _parse_length(fields)
    zone = fields.text("timeZone", "UTC")
    if zone_of(zone) is None:
        fields.fail("timeZone", f"is {zone}, which is unknown here: correct it, or install the package tzdata")
    anchor = PlanFields(fields.get("anchor", {}), fields.path_of("anchor"))
    if isinstance(length, tuple) and (fields.has("timeZone") or fields.has("anchor")):
        fields.fail("anchor", "and timeZone are for DAY, WEEK and MONTH; other periods begin at period.from")
    if length == "DAY" and anchor.has("day"):
        anchor.fail("day", "is for MONTH; a DAY begins at anchor.time")
    day = anchor.integer("weekday", 1, 7, 1) if length == "WEEK" else anchor.integer("day", 1, 31, 1)
    time = _TIME.fullmatch(anchor.text("time", "00:00"))
    if time is None:
        anchor.fail("time", "must be a time of day like 06:00")
    anchor.refuse_others()
    return Rule(length, zone, day, int(time[1]) * 60 + int(time[2]))


def _parse_length(fields: PlanFields) -> Union[str, Tuple[int, Optional[int]]]:
    value = fields.get("period")
    if not isinstance(value, (Mapping, list)):
        return fields.one_of("period", _LENGTHS)
    custom = PlanFields(value, fields.path_of("period"))
    seconds = custom.integer("everySeconds", 1, _MAX_PERIOD_SECONDS)
    first = custom.instant("from") if custom.has("from") else None
    custom.refuse_others()
    return seconds, first


def _parse_alarms(fields: PlanFields) -> Tuple[int, ...]:
    alarms: Sequence[Any] = [number_of(percent) for percent in fields.list("alarms", 8, [])]
    if not all(isinstance(percent, int) and 1 <= percent <= 1000 for percent in alarms):
        fields.fail("alarms", "must be whole percentages of the quota from 1 to 1000")
    if len(set(alarms)) < len(alarms):
        fields.fail("alarms", "must not contain a percentage twice")
    return tuple(sorted(alarms))
