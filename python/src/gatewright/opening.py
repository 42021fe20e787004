"""
Opens the ledger of a period when it is first needed, exactly once, by the newest plan. If the rule, the term or the
name of the limit has changed, the ledgers that overlap the new one are ended first, and their charges are carried over.
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
# If no plan is recorded, the maximum age of tokens that name the previous plan.
_HOLD_MS = 3_600_000
_MAX_SEGMENTS = 32
_MAX_LEDGERS = 64


@dataclass(frozen=True)
class Opening:
    id: LedgerId
    period: Period
    limit: Limit
    plan: Plan
    # The time from the gateway. If a fast local clock were used, it would open a future period and end the current one.
    now: int
    # The start of the recorded term that names the plan. None if the caller named the plan.
    term: Optional[int]


@dataclass(frozen=True)
class Opened:
    """
    The result of opening a period: `ready`, `plan-changed`, `gone`, `suspended` or `unavailable`. With `moved`,
    requests are charged to the period or the ledger in `to` instead.
    """

    kind: str
    to: Union[Period, LedgerId, None] = None


@dataclass(frozen=True)
class _Attempt:
    period: Period
    carried: int
    # The tests that the head must pass, and the attributes that are then set.
    when: Sequence[Test]
    set: Mapping[str, Any]
    # The list of the subject's limits before and after the write. Set for the subject's first ledger of the limit.
    limits: Optional[Tuple[Optional[str], str]] = None
    # The limit whose ledgers this limit has used so far.
    parts_from: Optional[str] = None


@dataclass(frozen=True)
class _Line:
    """The parsed head: the current ledger with its rule, and the earlier rules, newest first."""

    cur: Period
    rule: Optional[str]
    plan: str
    plan_version: int
    at: int
    # For each rule: the rule, and the starts of its first and its last ledger.
    segments: Sequence[Tuple[str, int, int]]


def open_period(table: Table, ask: Opening) -> Opened:
    """Opens the period. Raises Unavailable if the table is unavailable."""
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
    """Returns the attempt for a subject that has an earlier period with the same rule."""
    rule = print_rule(ask.limit.rule)
    same = [("cur", "absent-or-below", ask.period.id), ("cur", "present", None), ("rule", "equal", rule)]
    return _Attempt(ask.period, 0, same, {})


def _judge(outcome: Outcome, ask: Opening, period: Period, ready: Opened) -> Optional[Opened]:
    """
    Returns the result of an attempt, or None if the head refused it. `period` is compared with the ledger's period,
    because two periods that begin at the same time have the same key.
    """
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
        # Only a request of the current period may open the next ledger.
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
    """Decides by the recorded terms: only a later term ends a ledger. Returns None if the terms do not decide."""
    key = ask.id.at(line.cur)
    ledger = table.read(key)
    if ledger is None or (ask.term is None and "term" not in ledger):
        return None
    # The ledger was ended, but its successor was never opened, because the process that ended it has died.
    if "nxt" in ledger:
        return _replace(table, ask, line)
    is_before = is_before_term(ledger, ask.term)
    if line.cur.end <= ask.now and not is_before:
        return None
    in_force = Opened("moved", Period(line.cur.start, end_of(ledger)))
    if ask.term is None or not is_before or not _may_end(line, ask.period):
        return in_force
    # A closed ledger cannot be continued. A request that is reported after the close is charged to the next one.
    is_new = "term" not in ledger and "closed" not in ledger
    is_same = is_new and ledger.get("plan") == ask.plan.id and not ask.plan.is_own
    if not is_same or line.rule != print_rule(ask.limit.rule):
        return _replace(table, ask, line)
    # If the ledger has the same plan and is from before the customer had a record, it continues under the term.
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
    """
    Finds the ledger of the head, if the head has the same rule as the request, or if its rule stays in force. Returns
    None if the ledger was ended but its successor was never opened.
    """
    ledger = table.read(ask.id.at(cur))
    if ledger is not None and "nxt" in ledger:
        return None
    if cur.start != ask.period.start:
        return Opened("moved", cur)
    return Opened("gone") if ledger is None else Opened("moved", Period(cur.start, end_of(ledger)))


def _may_end(line: _Line, period: Period) -> bool:
    """Whether the rule can change once more without losing track of charges within the period."""
    return len(line.segments) < _MAX_SEGMENTS or line.segments[_MAX_SEGMENTS - 1][2] < period.start


def _may_replace(table: Table, ask: Opening, line: _Line) -> bool:
    """Whether the plan may end a period of another rule. It may only if the plan is known to be newer."""
    if line.cur.end <= ask.now:
        return True
    if line.plan == ask.plan.id:
        return ask.plan.version > line.plan_version
    key = key_of_subject(ask.limit.level, ask.id.subject)
    assigned = None if ask.limit.level == "tenant" else table.read(assigned_key(ask.id.tenant, key))
    plan = None if assigned is None else assigned.get("plan")
    return plan == ask.plan.id if isinstance(plan, str) else ask.now - line.at >= _HOLD_MS


def _replace(table: Table, ask: Opening, line: _Line) -> Union[_Attempt, Opened]:
    """
    Ends the overlapping ledgers, so that their charges are known, and returns the attempt that opens the next one.
    """
    before = _overlapping(line, ask.period)
    for each in before:
        ended = table.update(_end_write(ask.id.at(each), ask))
        if ended.kind == "unavailable":
            raise Unavailable
        later = ended.item if ended.kind == "refused" and ended.item and "closed" not in ended.item else {}
        # One of them already continues under a later term. The next attempt finds that this term is in force.
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
    """
    Opens the first ledger of a subject under this limit id. The limit may be a renamed one, in which case it continues
    the ledgers of the earlier limit.
    """
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
    ledgers, this limit gets ledgers of its own. Units that were charged before count towards the new ledgers.
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
    """
    Returns the limit of the plan that uses the ledgers of `name`: the limit with that name, or else the first limit
    that continues its ledgers.
    """
    now = _quotas_of(ask)
    if name in now:
        return name
    return next((each for each in now if _line_name(each, table.read(ask.id.under(each).head)) == name), None)


def _line_name(limit: str, head: Optional[Item]) -> str:
    """Returns the limit whose ledgers this limit uses. It is another limit if this limit has replaced that one."""
    alias = None if head is None or "cur" in head else head.get("alias")
    return alias if isinstance(alias, str) else limit


def _quotas_of(ask: Opening) -> Sequence[str]:
    return [limit.id for limit in ask.plan.limits if limit.level == ask.limit.level]


def _read_limits(table: Table, ask: Opening) -> Tuple[Optional[str], List[str]]:
    """Reads the list of the subject's limits. Returns the stored text and the parsed list."""
    subject = table.read(_limits_key(ask))
    text = None if subject is None or subject.get("limits") is None else str(subject["limits"])
    return text, json.loads(text or "[]")


def _print_limits(limits: Sequence[str]) -> str:
    return json.dumps(limits, separators=(",", ":"))


def _open_writes(ask: Opening, attempt: _Attempt) -> Sequence[Write]:
    """
    Returns the writes that open a ledger: the check of the plan, the head, the ledger, and for the subject's first
    ledger of the limit the list of its limits.
    """
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
    """
    Returns the write of the limits' list. It fails if the list has changed, because two new limits need different
    positions in it.
    """
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
