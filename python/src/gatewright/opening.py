"""
Opens a period's ledger at first contact, exactly once, by the newest plan. Where the rule, the term or the limit's
name has changed, the ledgers that the new one overlaps are ended first, and their charges count in it.
"""

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from .errors import DomainError
from .ledger import LedgerId, end_of, expiry_of, is_before_term, is_of_period, key_of_subject, number
from .periods import Period, epoch_ms_of, parse_rule, period_at, print_rule
from .plans import Limit, Plan
from .table import Item, Key, Outcome, Table, Test, Unavailable, Value, Write, print_key_part

_ROUNDS = 4
# Tokens with the previous plan may be this old if no plan is on record.
_HOLD_MS = 3_600_000
_MAX_SEGMENTS = 32
_MAX_LEDGERS = 64


@dataclass(frozen=True)
class Opening:
    id: LedgerId
    period: Period
    limit: Limit
    plan: Plan
    # The gateway's stamp. A clock that is ahead would open periods to come, and every one before would be over.
    now: int
    # The term on record that the plan is in force by; None: the caller named the plan.
    term: Optional[int]


@dataclass(frozen=True)
class Opened:
    """`ready`, `plan-changed`, `gone`, `suspended`, `unavailable`; or charged elsewhere, with `to`."""

    kind: str
    to: Union[Period, LedgerId, None] = None


@dataclass(frozen=True)
class _Attempt:
    period: Period
    carried: int
    # What the head must be, and is after it.
    when: Sequence[Test]
    set: Mapping[str, Any]
    # The list of the subject's limits, for its first ledger under this one: before, after.
    limits: Optional[Tuple[Optional[str], str]] = None
    # The limit whose ledgers this limit used until now.
    parts_from: Optional[str] = None


@dataclass(frozen=True)
class _Line:
    """The parsed head: the current ledger and its rule, and the rules before, newest first."""

    cur: Period
    rule: Optional[str]
    plan: str
    plan_version: int
    at: int
    # (rule, first, last) start of its ledgers.
    segments: Sequence[Tuple[str, int, int]]


def open_period(table: Table, ask: Opening) -> Opened:
    """Raises Unavailable."""
    attempt = _next(ask)
    for _ in range(_ROUNDS):
        outcome = table.transact(_open_writes(ask, attempt))
        is_moved = attempt.period.start != ask.period.start
        opened = _judge(outcome, ask, attempt.period, Opened("moved", attempt.period) if is_moved else Opened("ready"))
        if opened is not None:
            return opened
        head_holds, head = outcome.members[1]
        if head_holds and is_before_term(outcome.members[2][1] or {}, ask.term):
            head = table.read(ask.id.head)
        decided = _decide(table, ask, head)
        if isinstance(decided, Opened):
            return decided
        attempt = decided
    raise Unavailable


def _next(ask: Opening) -> _Attempt:
    """The subject has an earlier period of the same rule."""
    rule = print_rule(ask.limit.rule)
    same = [("cur", "absent-or-below", ask.period.id), ("cur", "present", None), ("rule", "equal", rule)]
    return _Attempt(ask.period, 0, same, {})


def _judge(outcome: Outcome, ask: Opening, period: Period, ready: Opened) -> Optional[Opened]:
    """None: the head refuses. Ledgers of other periods that begin with this one have its key."""
    if outcome.kind != "refused":
        return ready
    (plan_holds, _), (head_holds, _), (ledger_holds, ledger), *limits = outcome.members
    kept = {} if ledger is None else ledger
    is_before = not ledger_holds and is_before_term(kept, ask.term)
    if not ledger_holds and "nxt" not in kept and is_of_period(kept, period) and not is_before:
        return ready
    if not plan_holds:
        return Opened("plan-changed")
    if is_before or not head_holds or (limits and not limits[0][0]):
        return None
    return ready


def _decide(table: Table, ask: Opening, head: Optional[Item]) -> Union[_Attempt, Opened]:
    period, rule = ask.period, print_rule(ask.limit.rule)
    if head is not None and "susp" in head:
        return Opened("suspended")
    if head is None or not isinstance(head.get("cur"), str):
        alias = None if head is None else head.get("alias")
        return _follow_alias(table, ask, alias) if isinstance(alias, str) else _open_under_alias(table, ask)
    line = _parse_line(head, rule)
    cur = line.cur
    if (ask.term is not None or "term" in head) and period.start < cur.end and cur.start < period.end:
        found = _decide_by_term(table, ask, line)
        if found is not None:
            return found
    if line.rule is None and cur.start < period.start:
        return _Attempt(period, 0, [("cur", "equal", cur.id), ("rule", "absent", None)], {"since": period.start})
    is_over = period.end <= cur.start
    if is_over or line.rule is None or line.rule == rule:
        in_force = _find_in_force(table, ask, cur)
        if in_force is not None:
            return in_force
        # Only current requests decide what comes next.
        if is_over:
            raise Unavailable
    elif cur.end > period.start and not _may_replace(table, ask, line):
        return Opened("moved", cur)
    elif cur.end > max(period.start, ask.now) and not _may_end(line, period):
        in_force = _find_in_force(table, ask, cur)
        if in_force is not None:
            return in_force
    return _replace(table, ask, line)


def _decide_by_term(table: Table, ask: Opening, line: _Line) -> Union[_Attempt, Opened, None]:
    """Only a later term ends a ledger. None: terms do not decide."""
    key = ask.id.at(line.cur)
    ledger = table.read(key)
    if ledger is None or (ask.term is None and "term" not in ledger):
        return None
    # Its successor was never opened: the process that ended it has died.
    if "nxt" in ledger:
        return _replace(table, ask, line)
    is_before = is_before_term(ledger, ask.term)
    if line.cur.end <= ask.now and not is_before:
        return None
    in_force = Opened("moved", Period(line.cur.start, end_of(ledger)))
    if ask.term is None or not is_before or not _may_end(line, ask.period):
        return in_force
    is_same = "term" not in ledger and ledger.get("plan") == ask.plan.id and not ask.plan.is_own
    if not is_same or line.rule != print_rule(ask.limit.rule):
        return _replace(table, ask, line)
    # A ledger of the same plan from before the customer was on record goes on under the term.
    when = [
        ("rem", "present", None),
        ("closed", "absent", None),
        ("term", "absent", None),
        ("plan", "equal", ask.plan.id),
    ]
    if table.update(Write(key, when, set={"term": ask.term})).kind == "unavailable":
        raise Unavailable
    return in_force


def _find_in_force(table: Table, ask: Opening, cur: Period) -> Optional[Opened]:
    """The head's ledger, if its rule is the request's or stays in force; None: it was ended, nothing opened after it."""
    ledger = table.read(ask.id.at(cur))
    if ledger is not None and "nxt" in ledger:
        return None
    if cur.start != ask.period.start:
        return Opened("moved", cur)
    return Opened("gone") if ledger is None else Opened("moved", Period(cur.start, end_of(ledger)))


def _may_end(line: _Line, period: Period) -> bool:
    """Whether what was charged in the period is still known after one more change of the rule."""
    return len(line.segments) < _MAX_SEGMENTS or line.segments[_MAX_SEGMENTS - 1][2] < period.start


def _may_replace(table: Table, ask: Opening, line: _Line) -> bool:
    """A plan ends a period of another rule only if it is known to be newer."""
    if line.cur.end <= ask.now:
        return True
    if line.plan == ask.plan.id:
        return ask.plan.version > line.plan_version
    key = key_of_subject(ask.limit.level, ask.id.subject)
    assigned = None if ask.limit.level == "tenant" else table.read(assigned_key(ask.id.tenant, key))
    plan = None if assigned is None else assigned.get("plan")
    return plan == ask.plan.id if isinstance(plan, str) else ask.now - line.at >= _HOLD_MS


def _replace(table: Table, ask: Opening, line: _Line) -> Union[_Attempt, Opened]:
    """Ends the overlapping ledgers first, so that their charges are known, and only then opens the next one."""
    before = _overlapping(line, ask.period)
    for each in before:
        ended = table.update(_end_write(ask.id.at(each), ask))
        if ended.kind == "unavailable":
            raise Unavailable
        later = ended.item if ended.kind == "refused" and ended.item and "closed" not in ended.item else {}
        # A later term goes on with one of them: the next attempt finds it in force.
        if ask.term is not None and number(later, "term") > ask.term:
            return Opened("ready")
    carried = _charged_in(table, ask.id, before)
    start = max(ask.period.start, line.cur.start + 1)
    rule_holds: Test = ("rule", "absent", None) if line.rule is None else ("rule", "equal", line.rule)
    past = json.dumps(line.segments[:_MAX_SEGMENTS], separators=(",", ":"), ensure_ascii=False)
    return _Attempt(
        Period(start, ask.period.end),
        carried,
        [("cur", "equal", line.cur.id), rule_holds],
        {"since": start, "past": past, "at": ask.now},
    )


def _charged_in(table: Table, ledger_id: LedgerId, periods: Sequence[Period]) -> int:
    ledgers = [table.read(ledger_id.at(each)) or {} for each in periods]
    return sum(max(0, int(number(each, "cred") - number(each, "rem"))) for each in ledgers)


def _end_write(key: Key, ask: Opening) -> Write:
    when: List[Test] = [("rem", "present", None), ("closed", "absent", None)]
    if ask.term is not None:
        when.append(("term", "absent-or-at-most", ask.term))
    return Write(key, when, set={"closed": ask.now, "nxt": 1 if ask.term is None else ask.term})


def _open_under_alias(table: Table, ask: Opening) -> Union[_Attempt, Opened]:
    """Nothing was ever charged to the subject under that id, so it may be a renamed limit."""
    had_text, had = _read_limits(table, ask)
    limits = _print_limits([*(each for each in had if each != ask.limit.id), ask.limit.id])
    new: Sequence[Test] = [("cur", "absent", None), ("alias", "absent", None)]
    first = {"since": ask.period.start}
    attempt = _Attempt(ask.period, ask.limit.initial_usage, new, first, (had_text, limits))
    now = _quotas_of(ask)
    added = [limit for limit in now if limit not in had]
    gone = [limit for limit in had if limit not in now]
    place = added.index(ask.limit.id) if ask.limit.id in added else -1
    if not 0 <= place < len(gone) or ask.id.limit != ask.limit.id:
        return attempt
    before = gone[place]
    alias = _line_name(before, table.read(ask.id.under(before).head))
    if _find_user(table, ask, alias) is not None:
        return attempt
    limits = _print_limits([ask.limit.id if each == before else each for each in had])
    when = [*new, ("susp", "absent", None)]
    writes = [_plan_check(ask), Write(ask.id.head, when, set={"alias": alias}), _limits_write(ask, (had_text, limits))]
    outcome = table.transact(writes)
    if outcome.kind == "done":
        return Opened("moved", ask.id.under(alias))
    if outcome.kind == "refused" and not outcome.members[0][0]:
        return Opened("plan-changed")
    # Another process may have been faster. The next attempt reads what it wrote.
    return _next(ask)


def _follow_alias(table: Table, ask: Opening, alias: str) -> Union[_Attempt, Opened]:
    """
    The limit has replaced another one, whose ledgers it continues. If a later plan has a limit that uses the same
    ledgers, this limit gets ledgers of its own. The units that were charged before count in them.
    """
    line_id = ask.id.under(alias)
    user = _find_user(table, ask, alias)
    if user is None or user == ask.limit.id:
        return Opened("moved", line_id)
    had_text, had = _read_limits(table, ask)
    limits = _print_limits(list(dict.fromkeys([*had, ask.limit.id, user])))
    head = table.read(line_id.head)
    carried = 0
    if head is not None and isinstance(head.get("cur"), str):
        before = _overlapping(_parse_line(head, print_rule(ask.limit.rule)), ask.period)
        carried = _charged_in(table, line_id, before)
    when: Sequence[Test] = [("cur", "absent", None), ("alias", "equal", alias)]
    first = {"since": ask.period.start}
    return _Attempt(ask.period, carried, when, first, (had_text, limits), parts_from=alias)


def _find_user(table: Table, ask: Opening, name: str) -> Optional[str]:
    """The limit of the plan that uses the ledgers of `name`: the one with that name, or the first that continues it."""
    now = _quotas_of(ask)
    if name in now:
        return name
    return next((each for each in now if _line_name(each, table.read(ask.id.under(each).head)) == name), None)


def _line_name(limit: str, head: Optional[Item]) -> str:
    """The limit whose ledgers a limit uses. It is another limit if the limit has replaced one."""
    alias = None if head is None or "cur" in head else head.get("alias")
    return alias if isinstance(alias, str) else limit


def _quotas_of(ask: Opening) -> Sequence[str]:
    return [limit.id for limit in ask.plan.limits if limit.level == ask.limit.level]


def _read_limits(table: Table, ask: Opening) -> Tuple[Optional[str], List[str]]:
    """The list of the subject's limits, as text and parsed."""
    subject = table.read(_limits_key(ask))
    text = None if subject is None or subject.get("limits") is None else str(subject["limits"])
    return text, json.loads(text or "[]")


def _print_limits(limits: Sequence[str]) -> str:
    return json.dumps(limits, separators=(",", ":"))


def _open_writes(ask: Opening, attempt: _Attempt) -> Sequence[Write]:
    """Plan, head, ledger, and for the subject's first limit the list of its limits."""
    limit, plan, carried = ask.limit, ask.plan, attempt.carried
    credits = max(0, limit.quota + limit.overage - carried)
    is_first = attempt.limits is not None
    term = {} if ask.term is None else {"term": ask.term}
    head = {
        "cur": attempt.period.id,
        "plan": plan.id,
        "planVer": plan.version,
        "rule": print_rule(limit.rule),
        "level": limit.level,
        **term,
        "list": f"T#{print_key_part(ask.id.tenant)}",
        **attempt.set,
    }
    ledger: Dict[str, Value] = {
        "rem": credits,
        "out": 0,
        "used": 0,
        "cred": credits,
        "lim": limit.quota,
        "b": limit.waste_budget,
        "plan": plan.id,
        "ver": plan.version,
        **({"ov": limit.overage} if limit.overage > 0 else {}),
        **({"carry": carried} if carried > 0 and (not is_first or attempt.parts_from) else {}),
        **({"name": limit.id} if limit.id != ask.id.limit else {}),
        **term,
        "expiresAt": expiry_of(attempt.period.end),
    }
    left = () if attempt.parts_from is None else ("alias",)
    writes = [
        _plan_check(ask),
        Write(ask.id.head, [*attempt.when, ("susp", "absent", None)], set=head, remove=left),
        Write(ask.id.at(attempt.period), [("cred", "absent", None)], put=ledger),
    ]
    return writes if attempt.limits is None else [*writes, _limits_write(ask, attempt.limits)]


def _plan_check(ask: Opening) -> Write:
    return Write(plan_key(ask.plan.id), [("ver", "equal", ask.plan.version)])


def _limits_write(ask: Opening, listed: Tuple[Optional[str], str]) -> Write:
    """Two new limits of a subject must not take the same position."""
    had, limits = listed
    return Write(_limits_key(ask), [("limits", "absent" if had is None else "equal", had)], set={"limits": limits})


def _limits_key(ask: Opening) -> Key:
    return ask.id.under("").pk, f"LINES#{ask.limit.level}"


def plan_key(plan: str) -> Key:
    return f"PLAN#{print_key_part(plan)}", "V"


def assigned_key(tenant: str, key: str) -> Key:
    return LedgerId(tenant, "", key).pk, "ASSIGNED"


def _parse_line(head: Item, fallback: str) -> _Line:
    start = epoch_ms_of(str(head["cur"]))
    if start is None:
        raise DomainError("STORE_UNAVAILABLE", "an item of the usage table is not the head of a limit")
    rule = str(head["rule"]) if isinstance(head.get("rule"), str) else None
    current = rule or fallback
    past = [tuple(segment) for segment in json.loads(str(head.get("past", "[]")))]
    return _Line(
        cur=Period(start, period_at(parse_rule(current), start).end),
        rule=rule,
        plan=str(head.get("plan", "")),
        plan_version=int(number(head, "planVer")),
        at=int(number(head, "at")),
        segments=[(current, int(number(head, "since", start)), start), *past],
    )


def _overlapping(line: _Line, period: Period) -> Sequence[Period]:
    found: List[Period] = []
    for rule, since, last in line.segments:
        at = last
        while at >= since and len(found) < _MAX_LEDGERS:
            each = period_at(parse_rule(rule), at)
            if each.end <= period.start:
                return found
            # The first ledger after a change begins at the change; it may also be the last.
            found.append(Period(max(each.start, since), each.end))
            at = each.start - 1
    return found
