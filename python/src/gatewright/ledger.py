"""
The ledger of one limit, subject and period. This module contains its keys, its state, and every write to it as data.
"""

import math
from dataclasses import dataclass, replace
from typing import Optional, Sequence, Tuple

from .errors import DomainError
from .periods import Period
from .plans import Limit
from .table import Item, Key, Test, Write, parse_key_part, print_key_part

# Ledgers are kept for this long after their period, so that late writes are refused.
_KEEP_MS = 35 * 86_400_000
_MAX_KEY_BYTES = 1024
# The subject of a route cannot begin with this text, because its key is not empty.
_KEY_WITH_HASH = "##"


@dataclass(frozen=True)
class LedgerId:
    tenant: str
    limit: str
    # Empty for a tenant. For a key: the key, or `##` and the escaped key if it contains `#`. For a route: `key#route`
    # with both parts escaped.
    subject: str

    @property
    def pk(self) -> str:
        return f"Q#{print_key_part(self.tenant)}#{print_key_part(self.limit)}#{print_key_part(self.subject)}"

    @property
    def head(self) -> Key:
        return self.pk, "HEAD"

    def at(self, period: Period) -> Key:
        return self.pk, f"P#{period.id}"

    def under(self, limit: str) -> "LedgerId":
        return replace(self, limit=limit)


def ledger_id_of(limit: Limit, tenant: str, key: str, route: Optional[str]) -> LedgerId:
    if limit.level == "route" and route is None:
        raise DomainError("SUBJECT_INVALID", f"the limit {limit.id} is per route, but no route was given")
    subjects = {
        "tenant": "",
        "key": _subject_of_key(key),
        "route": f"{print_key_part(key)}#{print_key_part(route or '')}",
    }
    ledger = LedgerId(tenant, limit.id, subjects[limit.level])
    if len(ledger.pk.encode()) > _MAX_KEY_BYTES:
        message = (
            f"tenant, key and route together must not exceed {_MAX_KEY_BYTES} bytes as stored"
            " (each # and % is stored as three bytes)"
        )
        raise DomainError("SUBJECT_INVALID", message)
    return ledger


def _subject_of_key(key: str) -> str:
    """
    Returns the subject of a key. A key that contains `#` is marked, because the key `k#GET /x` would otherwise share
    the ledger of the key `k` on the route `GET /x` if both limits have the same id.
    """
    return f"{_KEY_WITH_HASH}{print_key_part(key)}" if "#" in key else key


def key_of_subject(level: str, subject: str) -> str:
    """Returns the key of a subject. Also reads the subjects of older ledgers, in which keys are not marked."""
    if level == "route":
        return parse_key_part(subject.split("#")[0])
    is_marked = subject.startswith(_KEY_WITH_HASH)
    return parse_key_part(subject[len(_KEY_WITH_HASH) :]) if is_marked else subject


def tenant_of(partition: str) -> str:
    """Returns the tenant in the partition key of a customer's record, a head or a ledger."""
    return parse_key_part((partition.split("#") + [""])[1])


def expiry_of(end: int) -> int:
    return math.ceil((end + _KEEP_MS) / 1000)


def end_of(ledger: Item) -> int:
    return int(ledger["expiresAt"]) * 1000 - _KEEP_MS


def is_of_period(ledger: Item, period: Period) -> bool:
    return ledger.get("expiresAt", expiry_of(period.end)) == expiry_of(period.end)


def is_before_term(ledger: Item, term: Optional[int]) -> bool:
    """Whether the ledger was opened under an earlier term of its customer, or without a term."""
    return term is not None and number(ledger, "term", -math.inf) < term


def number(item: Item, name: str, default: float = 0) -> float:
    value = item.get(name, default)
    return value if isinstance(value, (int, float)) else default


@dataclass(frozen=True)
class Mark:
    """
    The number of a holder's write. The numbers of one holder only increase, so that a write that the network repeats
    is applied only once.
    """

    name: str
    sequence: int

    @property
    def fence(self) -> Test:
        return self.name, "absent-or-below", self.sequence


def charge_write(
    key: Key, units: int, period: Period, term: Optional[int], mark: Mark, swept: Sequence[Tuple[str, int]] = ()
) -> Write:
    """Returns the write that charges units and counts them as used, if the ledger has enough units left."""
    when = [
        mark.fence,
        ("closed", "absent", None),
        ("expiresAt", "equal", expiry_of(period.end)),
        ("susp", "absent", None),
        ("rem", "at-least", units),
    ]
    if term is not None:
        when.append(("term", "at-least", term))
    # A stale mark is removed only if it has not changed. If it has, its holder belongs to a running process.
    when += [(name, "equal", sequence) for name, sequence in swept]
    remove = [name for name, _ in swept]
    return Write(key, when, set={mark.name: mark.sequence}, add={"rem": -units, "used": units}, remove=remove)


def return_write(key: Key, units: int, mark: Mark) -> Write:
    when = [mark.fence, ("rem", "present", None)]
    return Write(key, when, set={mark.name: mark.sequence}, add={"rem": units, "used": -units})


def alarm_write(key: Key, percent: int, now: int) -> Write:
    """Returns the write that reports a threshold. It succeeds for only one of the processes that notice it."""
    return Write(key, [("rem", "present", None), (f"a{percent}", "absent", None)], set={f"a{percent}": now})


def due_alarms(ledger: Item, percents: Sequence[int]) -> Sequence[int]:
    consumed = number(ledger, "cred") - number(ledger, "rem")
    limit = number(ledger, "lim")
    return [percent for percent in percents if consumed * 100 >= percent * limit and f"a{percent}" not in ledger]


def stale_marks(ledger: Item, before: int) -> Sequence[Tuple[str, int]]:
    """Returns eight marks of holders that have ended; none if fewer have. Each mark takes 20 bytes of the ledger."""
    marks = [
        (name, int(value))
        for name, value in ledger.items()
        if len(name) == 13 and name[0] == "h" and number(ledger, name) < before
    ]
    return marks[:8] if len(marks) >= 8 else []
