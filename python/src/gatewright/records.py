"""What is on record in the usage table, read at most every 40 to 60 seconds: customers, keys' plans, plans."""

import math
import time
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Tuple

from .errors import DomainError
from .json_text import number_of, parse_json, safe_integer_of
from .ledger import LedgerId
from .opening import assigned_key, plan_key
from .periods import Period
from .plans import Plan, parse_plan, plan_of_term
from .table import Item, Key, Table, Unavailable

_RECORD_SECONDS = 40.0
# A record is used for so long while the table does not respond; with the first bound, a change is in force in a minute.
_STALE_RECORD_SECONDS = 50.0
_PLAN_SECONDS = 60.0
_MAX_ENTRIES = 10_000


@dataclass(frozen=True)
class Terms:
    """The plan in force for a request; `by` and `since` of a term on record."""

    plan: str
    by: Optional[str] = None
    since: Optional[int] = None
    own_limits: Optional[Mapping[str, int]] = None

    def term_for(self, level: str, period: Period) -> Optional[int]:
        """A term that begins after the period does not end its ledger; a key's plan does not end its tenant's ledger."""
        if self.since is None or self.since >= period.end or (self.by == "key" and level == "tenant"):
            return None
        return self.since


class Halted(Exception):
    """The customer is suspended or closed."""


class Records:
    def __init__(self, table: Table) -> None:
        self._table = table
        # Value, and when it was asked for by both clocks: a monotonic one stands still while Lambda freezes.
        self._read: Dict[Key, Tuple[Optional[Item], float, float]] = {}

    def terms_of(self, tenant: str, key: str, named: Optional[str], stamp: int) -> Terms:
        """Raises Unavailable, Halted, DomainError SUBJECT_INVALID if no plan is named and no plan is on record."""
        item = self._find((LedgerId(tenant, "", "").pk, "CUSTOMER"), _RECORD_SECONDS, _STALE_RECORD_SECONDS)
        if item is not None:
            found = _terms_of_customer(item, stamp)
        else:
            assigned = self._find(assigned_key(tenant, key), _RECORD_SECONDS, _STALE_RECORD_SECONDS) or {}
            plan, since = assigned.get("plan"), assigned.get("at")
            found = Terms(plan, "key", safe_integer_of(since)) if isinstance(plan, str) else None
        if found is not None:
            return found
        if named is None:
            raise DomainError("SUBJECT_INVALID", "the request names no plan, and none is on record for its tenant")
        return Terms(named)

    def plan_of(self, terms: Terms) -> Plan:
        """Raises Unavailable, DomainError PLAN_UNKNOWN, PLAN_INVALID, LIMIT_UNKNOWN."""
        item = self._find(plan_key(terms.plan), _PLAN_SECONDS, math.inf)
        if item is None:
            self.forget_plan(terms.plan)
            raise DomainError("PLAN_UNKNOWN", "there is no customer plan with that id")
        try:
            document = parse_json(str(item.get("doc")))
        except ValueError:
            raise DomainError("PLAN_INVALID", "a stored plan is not valid JSON") from None
        return plan_of_term(parse_plan(document), terms.own_limits)

    def forget_plan(self, plan: str) -> None:
        self._read.pop(plan_key(plan), None)

    def _find(self, key: Key, fresh: float, stale: float) -> Optional[Item]:
        known = self._read.get(key)
        if known is not None and _age(known) <= fresh:
            return known[0]
        asked = time.monotonic(), time.time()
        try:
            item = self._table.read(key)
        except Unavailable:
            if known is None or (known[0] is not None and _age(known) > stale):
                raise
            return known[0]
        if len(self._read) >= _MAX_ENTRIES:
            self._read.clear()
        self._read[key] = (item, *asked)
        # An instance that was frozen meanwhile has an answer from before.
        return item if _age(self._read[key]) <= fresh else self._table.read(key)


def _age(read: Tuple[Any, float, float]) -> float:
    return max(0.0, time.monotonic() - read[1], time.time() - read[2])


def _terms_of_customer(item: Item, stamp: int) -> Optional[Terms]:
    """Raises DomainError STORE_UNAVAILABLE for an item that no library can have written; Halted."""
    try:
        record = parse_json(str(item.get("doc")))
    except ValueError:
        record = None
    if not _is_customer(record) or number_of(item.get("ver")) is None:
        raise DomainError("STORE_UNAVAILABLE", "an item of the usage table is not a customer")
    if record["state"] != "active":
        raise Halted
    begun = [term for term in record["terms"] if term["fromEpochMs"] <= stamp]
    return Terms(begun[-1]["plan"], "customer", int(begun[-1]["fromEpochMs"]), begun[-1].get("limits")) if begun else None


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
