"""
Enforces quotas exactly: each request is one conditional write per limit. The ledgers are the ones from which Node
processes lease units. The time from the gateway, and not the local clock, determines the period of a request.
"""

import math
import os
import random
import secrets
import threading
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from .errors import DomainError, Refused
from .event import malformed, received_at_of
from .headers import LimitState, rate_limit_headers, rejection
from .json_text import safe_integer_of
from .ledger import (
    LedgerId,
    Mark,
    alarm_write,
    charge_write,
    due_alarms,
    is_before_term,
    is_of_period,
    ledger_id_of,
    number,
    return_write,
    stale_marks,
)
from .opening import Opening, open_period
from .periods import Period, period_at
from .plans import Limit, Plan
from .records import Halted, Records, Terms
from .table import LOG, Item, Key, Table, Unavailable
from .text import is_well_formed, utf16_units

_MAX_NAME_UNITS = 256
_RELOADS = 3
_ROUNDS = 12
_MAX_MOVED = 10_000
# AWS refuses requests with an older signature, so no write can arrive later than this.
_MARK_MS = 15 * 60_000
# The retries of clients that wait for the same instant are spread over this share of the window.
_SPREAD, _MAX_SPREAD_SECONDS = 0.05, 30

_LEAST_WITHIN_SECONDS = 1

OnThreshold = Callable[[LedgerId, int], None]


@dataclass(frozen=True)
class _Spent:
    """A charge to one ledger."""

    id: LedgerId
    key: Key
    limit: Limit
    period: Period
    ledger: Item


@dataclass(frozen=True)
class Charge:
    """An admitted request."""

    plan: str
    units: int
    limits: Sequence[LimitState]
    # Refunds the charge. A second call has no effect. Returns False if the table was unavailable.
    refund: Callable[[], bool]

    @property
    def headers(self) -> Dict[str, str]:
        """The RateLimit header fields for the response."""
        return rate_limit_headers(self.limits)

    @property
    def overage(self) -> bool:
        return any(state.overage for state in self.limits)


class _Denied(Exception):
    def __init__(self, reason: str, ledger: Optional[Item] = None, period: Optional[Period] = None) -> None:
        super().__init__(reason)
        self.reason, self.ledger, self.period = reason, ledger, period


class _PlanChanged(Exception):
    pass


class Quota:
    """
    Charges requests to customer plans. Write `quota = Quota("gatewright-dev-usage")` outside the handler, and
    `quota.charge(event, tenant=…, key=…)` in the handler.
    `client`: a low-level boto3 client for DynamoDB. By default, a client is created at the first charge.
    `changes_within_seconds`: the time within which a change to a customer with a record is in force in this process, as
    long as the table responds. It must be at least 1. A value below 30 causes more reads.
    """

    def __init__(
        self,
        table_name: str,
        *,
        client: Any = None,
        on_threshold: Optional[OnThreshold] = None,
        changes_within_seconds: float = 30,
    ) -> None:
        if not changes_within_seconds >= _LEAST_WITHIN_SECONDS:
            message = f"changes_within_seconds must be {_LEAST_WITHIN_SECONDS} or more; it is {changes_within_seconds}"
            raise DomainError("CONFIG_INVALID", message)
        self._changes_within_seconds = changes_within_seconds
        self._table_name = table_name
        self._client = client
        self._on_threshold = on_threshold or _log_threshold
        self._opened: Optional[Tuple[Table, Records]] = None
        self._holders = threading.local()
        # For each period that cannot be opened, the period that is charged instead.
        self._moved: Dict[Tuple[str, Period, str, Optional[int]], Period] = {}
        # For each limit that continues the ledgers of another limit, those ledgers. The dictionary's key includes the
        # period, the plan with its version, and the term, because another plan may give the limit its own ledgers
        # later.
        self._renamed: Dict[Tuple[str, Period, str, int, Optional[int]], LedgerId] = {}
        self._swept: Dict[Key, Sequence[Tuple[str, int]]] = {}
        # The last known state of each ledger, for the header fields if another limit refuses the request.
        self._seen: Dict[str, Tuple[Period, Item]] = {}

    def charge(
        self,
        event: Any,
        *,
        tenant: str,
        key: str,
        plan: Optional[str] = None,
        route: Optional[str] = None,
        cost: Optional[int] = None,
    ) -> Charge:
        """
        Charges the request to every limit of the plan in force, or to none of them. `plan` is used only if neither the
        customer nor the key has a recorded plan. The default of `cost` is the plan's cost for the route.
        Raises Refused with 429 over quota, 403 if suspended, and 503 if the table is unavailable. Raises DomainError
        if an argument is invalid.
        """
        stamp = received_at_of(event)
        if stamp is None:
            raise malformed(
                "the event has no timestamp from the gateway, which determines the period that is charged"
            )
        for name, value in (("tenant", tenant), ("key", key), ("plan", plan), ("route", route)):
            _check_name(name, value, is_optional=name in ("plan", "route"))
        table, records = self._open()
        try:
            for reload in range(_RELOADS):
                terms, in_force = records.in_force(tenant, key, plan, stamp)
                units = safe_integer_of(in_force.cost_of(route) if cost is None else cost)
                if units is None or units < 0:
                    raise DomainError("COST_INVALID", "the cost must be a whole number of units, 0 or more")
                ledgers = [(limit, ledger_id_of(limit, tenant, key, route)) for limit in in_force.limits]
                try:
                    return self._charge_all(table, ledgers, in_force, terms, stamp, units)
                except _PlanChanged:
                    records.forget_plan(in_force.id)
                except Refused:
                    # If the ledger has just announced a newer record of the customer, the refusal was decided by an
                    # older one, so the request is tried again.
                    if reload == _RELOADS - 1 or not records.is_outdated(tenant):
                        raise
        except Halted:
            raise rejection("suspended", "", 1, []) from None
        except Unavailable:
            pass
        raise rejection("unavailable", "", 1, [])

    def _charge_all(
        self,
        table: Table,
        ledgers: Sequence[Tuple[Limit, LedgerId]],
        plan: Plan,
        terms: Terms,
        stamp: int,
        units: int,
    ) -> Charge:
        spent: List[_Spent] = []
        if units == 0:
            return Charge(plan.id, 0, [], lambda: True)
        for limit, ledger_id in ledgers:
            try:
                spent.append(self._charge_one(table, limit, ledger_id, plan, terms, stamp, units))
            except (_Denied, Unavailable, _PlanChanged) as failure:
                back = [
                    replace(each, ledger=self._give_back(table, each.key, units, stamp) or each.ledger)
                    for each in spent
                ]
                if isinstance(failure, _Denied):
                    raise _refuse(failure, limit, ledgers, back, stamp, self._seen) from None
                raise
        for each in spent:
            self._raise_alarms(table, each, stamp)
        limits = [_state(each.limit, each.period, each.ledger, stamp) for each in spent]
        open_charges = [each.key for each in spent]

        def refund() -> bool:
            keys, open_charges[:] = list(open_charges), []
            return all([self._give_back(table, key, units, stamp) is not None for key in keys])

        return Charge(plan.id, units, limits, refund)

    def _charge_one(
        self, table: Table, limit: Limit, own: LedgerId, plan: Plan, terms: Terms, stamp: int, units: int
    ) -> _Spent:
        asked = period_at(limit.rule, stamp)
        term = terms.term_for(limit.level, asked)
        for _ in range(_ROUNDS):
            ledger_id = self._renamed.get((own.pk, asked, plan.id, plan.version, term), own)
            place = (ledger_id.pk, asked, plan.id, term)
            period = self._moved.get(place, asked)
            if period.end <= stamp:
                period = asked
            key = ledger_id.at(period)
            mark = self._next_mark(stamp)
            outcome = table.update(charge_write(key, units, period, term, mark, self._swept.pop(key, ())))
            ledger = outcome.item
            if outcome.kind == "unavailable":
                raise Unavailable
            # The write is also refused if an earlier attempt of the AWS client was applied, which charged the request.
            is_charged = outcome.kind == "done" or (ledger is not None and ledger.get(mark.name) == mark.sequence)
            if is_charged and ledger is not None:
                self._remember(own, key, period, ledger, stamp)
                return _Spent(ledger_id, key, limit, period, ledger)
            is_ours = ledger is not None and is_of_period(ledger, period) and not is_before_term(ledger, term)
            if ledger is None or not is_ours or "nxt" in ledger:
                self._open_period(table, Opening(ledger_id, period, limit, plan, stamp, term), own, place)
            elif "susp" in ledger:
                raise _Denied("suspended")
            elif "closed" in ledger or number(ledger, "rem") < units:
                raise _Denied("quota-exceeded", ledger, period)
        raise Unavailable

    def _open_period(
        self, table: Table, ask: Opening, own: LedgerId, place: Tuple[str, Period, str, Optional[int]]
    ) -> None:
        # The period that was charged instead has also been replaced, so the search starts again.
        if period_at(ask.limit.rule, ask.period.start) != ask.period:
            self._moved.pop(place, None)
            return
        opened = open_period(table, ask)
        if opened.kind == "plan-changed":
            raise _PlanChanged
        if opened.kind == "suspended":
            raise _Denied("suspended")
        if opened.kind == "gone":
            raise _Denied("quota-exceeded", None, ask.period)
        known: Dict[Any, Any] = self._renamed if isinstance(opened.to, LedgerId) else self._moved
        if len(known) >= _MAX_MOVED:
            known.clear()
        if opened.to is not None:
            renamed = own.pk, place[1], ask.plan.id, ask.plan.version, ask.term
            known[renamed if isinstance(opened.to, LedgerId) else place] = opened.to

    def _remember(self, own: LedgerId, key: Key, period: Period, ledger: Item, stamp: int) -> None:
        if len(self._seen) >= _MAX_MOVED:
            self._seen.clear()
            self._swept.clear()
        self._seen[own.pk] = period, ledger
        self._swept[key] = stale_marks(ledger, stamp - _MARK_MS)

    def _raise_alarms(self, table: Table, spent: _Spent, stamp: int) -> None:
        """
        Reports the thresholds that a charge has crossed. This is done only for admitted requests, because the charges
        of refused requests are refunded.
        """
        for percent in due_alarms(spent.ledger, spent.limit.alarms):
            if table.update(alarm_write(spent.key, percent, stamp)).kind == "done":
                self._on_threshold(spent.id, percent)

    def _give_back(self, table: Table, key: Key, units: int, stamp: int) -> Optional[Item]:
        """Refunds units. Returns the new state of the ledger, or None if the units stay charged."""
        mark = self._next_mark(stamp)
        outcome = table.update(return_write(key, units, mark))
        if outcome.kind == "done" or (outcome.item or {}).get(mark.name) == mark.sequence:
            return outcome.item
        LOG.warning("%d units stay charged to %s, because the table did not confirm the refund", units, key[0])
        return None

    def _next_mark(self, stamp: int) -> Mark:
        """
        Returns the mark of the next write. The holder gets its name at the first request, because copies of a snapshot
        and forked processes must not share a name.
        """
        holder = self._holders
        if getattr(holder, "pid", None) != os.getpid():
            holder.pid, holder.name, holder.sequence = os.getpid(), f"h{secrets.token_hex(6)}", 0
        holder.sequence = max(holder.sequence + 1, stamp)
        return Mark(holder.name, holder.sequence)

    def _open(self) -> Tuple[Table, Records]:
        if self._opened is None:
            table = Table(self._table_name, self._client or _make_client())
            self._opened = table, Records(table, self._changes_within_seconds)
        return self._opened


def _make_client() -> Any:
    import boto3
    from botocore.config import Config

    # The client may repeat writes, because a repeated write is applied only once (see Mark).
    settings: Any = {"retries": {"total_max_attempts": 3, "mode": "standard"}}
    make: Any = boto3.client
    return make("dynamodb", config=Config(connect_timeout=1, read_timeout=1, **settings))


def _check_name(name: str, value: Any, *, is_optional: bool) -> None:
    if value is None and is_optional:
        return
    if not isinstance(value, str) or not 1 <= utf16_units(value) <= _MAX_NAME_UNITS or not is_well_formed(value):
        message = f"{name} must be 1 to {_MAX_NAME_UNITS} characters of well-formed Unicode"
        raise DomainError("SUBJECT_INVALID", message)


def _log_threshold(ledger: LedgerId, percent: int) -> None:
    LOG.warning("%d %% of the limit %s of tenant %s are used", percent, ledger.limit, ledger.tenant)


def _refuse(
    denied: _Denied,
    limit: Limit,
    ledgers: Sequence[Tuple[Limit, LedgerId]],
    spent: Sequence[_Spent],
    stamp: int,
    remembered: Mapping[str, Tuple[Period, Item]],
) -> Refused:
    seen: Mapping[str, Tuple[Period, Optional[Item]]] = {
        **{
            each.id: remembered[ledger.pk]
            for each, ledger in ledgers
            if ledger.pk in remembered and remembered[ledger.pk][0].start <= stamp < remembered[ledger.pk][0].end
        },
        **{each.limit.id: (each.period, each.ledger) for each in spent},
        **({} if denied.period is None else {limit.id: (denied.period, denied.ledger)}),
    }
    limits = [_state(each, *seen.get(each.id, (period_at(each.rule, stamp), None)), stamp) for each, _ in ledgers]
    [violated] = [state for state in limits if state.id == limit.id]
    spread = min(_MAX_SPREAD_SECONDS, violated.window_seconds * _SPREAD)
    wait = max(1, violated.reset_seconds + math.ceil(spread * random.random()))
    return rejection(denied.reason, limit.id, wait, limits)


def _state(limit: Limit, period: Period, ledger: Optional[Item], stamp: int) -> LimitState:
    """Returns the state of a limit. If `ledger` is None, the state is the one of a newly opened ledger."""
    closed = ledger is not None and "closed" in ledger and "nxt" not in ledger
    overage, shown = limit.overage, limit.quota
    remaining = shown + overage
    if ledger is not None:
        # The plan may have another overage by now.
        overage = int(number(ledger, "ov"))
        remaining = int(number(ledger, "rem"))
        limited = number(ledger, "lim")
        # Charges under earlier plans that a reset has refunded no longer count.
        carried = number(ledger, "carry") - number(ledger, "back")
        opened = max(0, limited + overage - carried)
        topped_up = number(ledger, "cred") - opened - number(ledger, "rst")
        shown = int(limited + max(0, topped_up))
    return LimitState(
        id=limit.id,
        limit=shown,
        window_seconds=max(1, math.floor((period.end - period.start) / 1000 + 0.5)),
        remaining=0 if closed else max(0, remaining - overage),
        reset_seconds=max(0, math.ceil((period.end - stamp) / 1000)),
        overage=overage > 0 and remaining < overage,
        closed=closed,
    )
