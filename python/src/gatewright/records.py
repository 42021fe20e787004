"""
Reads the records in the usage table: customers, plans of keys, and plans. What was read is cached until a change is
announced, or until it is too old. In names, such an announcement is called `news`.
"""

import math
import threading
import time
from dataclasses import dataclass
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from .errors import DomainError
from .json_text import number_of, parse_json, safe_integer_of
from .ledger import LedgerId, tenant_of
from .opening import assigned_key, plan_key
from .periods import Period
from .plans import Plan, parse_plan, plan_of_term
from .table import Item, Key, Table, Unavailable

_RECORD_SECONDS = 40.0
# Requests of a suspended customer do not reach a ledger, so no ledger can announce the end of the suspension.
_SUSPENDED_SECONDS = 1.8
# While the table is unavailable, a record is used for this long. A change is therefore in force within a minute.
_STALE_RECORD_SECONDS = 50.0
_PLAN_SECONDS = 60.0
# A record that the announcements in its plan confirm is read again after this time, in case it was changed without an
# announcement.
_CONFIRMED_SECONDS = 300.0
# This must be more than the possible difference between clocks.
_CLOCKS_SECONDS = 60.0
# A change must be in force within a certain time. When this share of that time has passed, the plan is read for
# announcements.
_NEWS_SHARE = 0.9
_MAX_ENTRIES = 10_000


class _Moment(NamedTuple):
    """A time on both clocks, because a monotonic clock stands still while Lambda freezes the process."""

    monotonic: float
    wall: float

    @property
    def age(self) -> float:
        return max(0.0, time.monotonic() - self.monotonic, time.time() - self.wall)


def _now() -> _Moment:
    return _Moment(time.monotonic(), time.time())


class _Entry:
    """An item that was read from the table."""

    def __init__(self, item: Optional[Item], asked: _Moment, answers: int, as_of: float) -> None:
        self.item, self.asked, self.answers = item, asked, answers
        # The newest version that was announced before the item was read.
        self.as_of = as_of
        # The newest time at which the item is known to have been unchanged.
        self.confirmed = asked
        # The plan of a customer's record, with the announcements in the plan.
        self.news: Optional[Tuple[str, str]] = None
        # For a plan: the number of plans that the table had returned, including this one.
        self.answer = 0
        self.record: Any = None


@dataclass(frozen=True)
class Terms:
    """The plan in force for a request. `by` and `since` describe the recorded term, if there is one."""

    plan: str
    by: Optional[str] = None
    since: Optional[int] = None
    own_limits: Optional[Mapping[str, int]] = None
    # Whether each change of the customer's record is announced in the plan.
    is_told: bool = False

    def term_for(self, level: str, period: Period) -> Optional[int]:
        """
        Returns the start of the term by which a ledger may be ended. A term that begins after the period does not end
        the period's ledger, and the plan of a key does not end a ledger of its tenant.
        """
        if self.since is None or self.since >= period.end or (self.by == "key" and level == "tenant"):
            return None
        return self.since


class Halted(Exception):
    """The customer is suspended or closed."""


class Records:
    def __init__(self, table: Table, changes_within_seconds: float) -> None:
        self._table = table
        self._news_seconds = _NEWS_SHARE * changes_within_seconds
        self._read: Dict[Key, _Entry] = {}
        # The newest announced version of each customer's record.
        self._announced: Dict[str, float] = {}
        # How many plans the table has returned.
        self._answers, self._counting = 0, threading.Lock()
        table.on_item = self._hear

    def in_force(self, tenant: str, key: str, named: Optional[str], stamp: int) -> Tuple[Terms, Plan]:
        """Returns the terms and the plan in force. Raises the errors of `terms_of` and `plan_of`."""
        terms, answers = self.terms_of(tenant, key, named, stamp), self._answers
        plan = self.plan_of(terms)
        if self._answers == answers:
            return terms, plan
        # A plan was read. It may contain announcements about its customers.
        terms = self.terms_of(tenant, key, named, stamp)
        return terms, self.plan_of(terms)

    def is_outdated(self, tenant: str) -> bool:
        """Whether a record was announced that is newer than the known record."""
        entry = self._read.get(_customer_key(tenant))
        return entry is not None and self._announced.get(tenant, 0) > entry.as_of

    def terms_of(self, tenant: str, key: str, named: Optional[str], stamp: int) -> Terms:
        """
        Returns the terms that apply to a request. Raises Unavailable, Halted, or DomainError SUBJECT_INVALID if no plan
        is named and no plan is recorded.
        """
        entry = self._find_customer(tenant, stamp)
        if entry.item is not None:
            found = _terms_of_customer(entry, stamp)
        else:
            assigned = self._find(assigned_key(tenant, key), _RECORD_SECONDS, _STALE_RECORD_SECONDS).item or {}
            plan, since = assigned.get("plan"), assigned.get("at")
            found = Terms(plan, "key", safe_integer_of(since)) if isinstance(plan, str) else None
        if found is not None:
            return found
        if named is None:
            raise DomainError("SUBJECT_INVALID", "the request names no plan, and no plan is recorded for its tenant")
        return Terms(named)

    def plan_of(self, terms: Terms) -> Plan:
        """Returns the plan. Raises Unavailable, or DomainError PLAN_UNKNOWN, PLAN_INVALID or LIMIT_UNKNOWN."""
        fresh = min(_PLAN_SECONDS, self._news_seconds) if terms.is_told else _PLAN_SECONDS
        item = self._find(plan_key(terms.plan), fresh, math.inf).item
        if item is None:
            self.forget_plan(terms.plan)
            message = f"there is no customer plan {terms.plan}: save it with gatewright plan save"
            raise DomainError("PLAN_UNKNOWN", message)
        try:
            document = parse_json(str(item.get("doc")))
        except ValueError:
            raise DomainError("PLAN_INVALID", "a stored plan is not valid JSON") from None
        return plan_of_term(parse_plan(document), terms.own_limits)

    def forget_plan(self, plan: str) -> None:
        self._read.pop(plan_key(plan), None)

    def _hear(self, key: Key, item: Item) -> None:
        """Notes the version of the customer's record, which is an attribute of the customer's ledgers."""
        version = item.get("cv")
        if not isinstance(version, (int, float)):
            return
        if len(self._announced) >= _MAX_ENTRIES:
            self._announced.clear()
        tenant = tenant_of(key[0])
        self._announced[tenant] = max(version, self._announced.get(tenant, 0))

    def _find_customer(self, tenant: str, stamp: int) -> _Entry:
        key = _customer_key(tenant)
        known = self._read.get(key)
        if known is None:
            return self._find(key, _RECORD_SECONDS, _STALE_RECORD_SECONDS)
        fresh = -1.0 if self.is_outdated(tenant) else self._confirm(known, stamp)
        return self._find(key, fresh, _STALE_RECORD_SECONDS)

    def _confirm(self, entry: _Entry, stamp: int) -> float:
        """
        Returns the maximum age in seconds that the last confirmation of the record may have. The announcements in its
        plan confirm the record. The result is negative if the record has changed.
        """
        if entry.item is None:
            return _RECORD_SECONDS
        record = _record_of(entry)
        fresh = _SUSPENDED_SECONDS if record["state"] == "suspended" else _RECORD_SECONDS
        term = _term_at(record, stamp)
        plan = None if term is None else self._read.get(plan_key(term["plan"]))
        if not _is_told(entry.item) or term is None or plan is None or plan.item is None:
            return fresh
        mark, changed = _news_of(plan.item)
        if entry.news is None or entry.news[0] != term["plan"]:
            if plan.answer > entry.answers and changed >= entry.asked.wall - _CLOCKS_SECONDS:
                return min(fresh, self._news_seconds)
            entry.news = term["plan"], mark
        if entry.news[1] != mark:
            return -1.0
        if entry.asked.age <= _CONFIRMED_SECONDS and plan.asked.age < entry.confirmed.age:
            entry.confirmed = plan.asked
        return fresh

    def _find(self, key: Key, fresh: float, stale: float) -> _Entry:
        known = self._read.get(key)
        if known is not None and known.confirmed.age <= fresh:
            return known
        tenant = tenant_of(key[0])
        asked, answers, announced = _now(), self._answers, self._announced.get(tenant, 0)
        try:
            item = self._table.read(key)
        except Unavailable:
            if known is None or (known.item is not None and known.confirmed.age > stale):
                raise
            return known
        version = number_of((item or {}).get("ver"))
        entry = _Entry(item, asked, answers, max(announced, 0 if version is None else version))
        if key[1] == "V":
            with self._counting:
                self._answers += 1
                entry.answer = self._answers
        if len(self._read) >= _MAX_ENTRIES:
            self._read.clear()
        self._read[key] = entry
        if fresh < 0 or asked.age <= fresh:
            return entry
        # If the process was frozen during the read, the item may be too old, so it is read again.
        return _Entry(self._table.read(key), _now(), answers, entry.as_of)


def _customer_key(tenant: str) -> Key:
    return LedgerId(tenant, "", "").pk, "CUSTOMER"


def _is_told(item: Item) -> bool:
    return item.get("told") == "plan"


def _news_of(plan: Item) -> Tuple[str, float]:
    """
    Returns a text that differs after each change of one of the plan's customers, and the time of the last change in
    epoch seconds.
    """
    news = str(plan.get("news", ""))
    millis = number_of(_parse(news.split("#")[0]))
    # When a plan is saved, its announcements are lost, but its version increases.
    return f"{plan.get('ver')}#{news}", -math.inf if millis is None else millis / 1000


def _parse(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        return None


def _record_of(entry: _Entry) -> Any:
    """Parses a customer's record. Raises DomainError STORE_UNAVAILABLE if no library can have written the item."""
    if entry.record is None:
        item = entry.item or {}
        record = _parse(str(item.get("doc")))
        if not _is_customer(record) or number_of(item.get("ver")) is None:
            raise DomainError("STORE_UNAVAILABLE", "an item of the usage table is not a customer")
        entry.record = record
    return entry.record


def _term_at(record: Any, stamp: int) -> Any:
    begun = [term for term in record["terms"] if term["fromEpochMs"] <= stamp]
    return begun[-1] if begun else None


def _terms_of_customer(entry: _Entry, stamp: int) -> Optional[Terms]:
    """Returns the customer's terms; None if none has begun. Raises Halted, and the errors of `_record_of`."""
    record = _record_of(entry)
    if record["state"] != "active":
        raise Halted
    term = _term_at(record, stamp)
    if term is None:
        return None
    since, is_told = int(term["fromEpochMs"]), _is_told(entry.item or {})
    return Terms(term["plan"], "customer", since, term.get("limits"), is_told)


def _is_customer(record: Any) -> bool:
    if not isinstance(record, Mapping) or not isinstance(record.get("tenant"), str):
        return False
    terms, state = record.get("terms"), record.get("state")
    return (
        isinstance(state, str)
        and state in ("active", "suspended", "closed")
        and number_of(record.get("stateSinceEpochMs")) is not None
        and isinstance(terms, list)
        and len(terms) > 0
        and all(_is_term(term) for term in terms)
    )


def _is_term(term: Any) -> bool:
    if not isinstance(term, Mapping) or not isinstance(term.get("plan"), str):
        return False
    limits = term.get("limits", {})
    is_whole = isinstance(limits, Mapping) and all(safe_integer_of(quota) is not None for quota in limits.values())
    return safe_integer_of(term.get("fromEpochMs")) is not None and is_whole
