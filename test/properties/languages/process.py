"""Answers each line, a JSON list of questions, by a line with the answers of the Python library; as questions.ts does."""

import json
import math
import re
import sys
from types import SimpleNamespace

from gatewright import DomainError, PlanInvalid, Quota, Refused, access, webhooks
from gatewright.event import body_of, headers_of, query_names_of, received_at_of
from gatewright.headers import LimitState, rate_limit_headers, rejection
from gatewright.json_text import parse_json
from gatewright.ledger import key_of_subject, ledger_id_of
from gatewright.opening import assigned_key
from gatewright.periods import Rule, instant_of, period_at, print_rule
from gatewright.plans import parse_plan, plan_of_term
from gatewright.quota import _check_name
from gatewright.records import Halted, Records, _Entry, _now, _terms_of_customer
from gatewright.table import Outcome
from test_wire import require_access, verify_webhook

DEPTH = 40


def plain(value, depth=0):
    """Numbers as doubles, none where JSON has none, and nothing deeper than both languages print."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        try:
            near = float(value)
        except OverflowError:
            return None
        return None if not math.isfinite(near) else 0 if near == 0 else near
    if depth > DEPTH:
        return "deep"
    if isinstance(value, dict):
        return {name: plain(each, depth + 1) for name, each in value.items()}
    return [plain(each, depth + 1) for each in value]


class MemoryTable:
    """Carries out writes as data, each whole."""

    def __init__(self):
        self.items = {}

    def read(self, key):
        return self.items.get(key)

    def update(self, write):
        item = self.items.get(write.key)
        if not holds(write, item or {}):
            return Outcome("refused", item)
        self.apply(write)
        return Outcome("done", self.items[write.key])

    def transact(self, writes):
        members = [(holds(write, self.items.get(write.key) or {}), self.items.get(write.key)) for write in writes]
        if not all(passed for passed, _ in members):
            return Outcome("refused", members=[(ok, None if ok else item) for ok, item in members])
        for write in writes:
            if write.put is not None or write.set or write.add or write.remove:
                self.apply(write)
        return Outcome("done")

    def apply(self, write):
        if write.put is not None:
            self.items[write.key] = dict(write.put)
            return
        item = dict(self.items.get(write.key) or {})
        for name, units in write.add.items():
            item[name] = item[name] + units
        item.update(write.set)
        for name in write.remove:
            item.pop(name, None)
        self.items[write.key] = item


TESTS = {
    "absent": lambda has, _: has is None,
    "present": lambda has, _: has is not None,
    "at-least": lambda has, value: type(has) is type(value) and has >= value,
    "equal": lambda has, value: has == value,
    "absent-or-below": lambda has, value: has is None or (type(has) is type(value) and has < value),
    "absent-or-at-most": lambda has, value: has is None or (type(has) is type(value) and has <= value),
}


def holds(write, item):
    return all(TESTS[test](item.get(name), value) for name, test, value in write.when)


def print_plan(plan):
    limits = [
        {
            "id": limit.id,
            "level": limit.level,
            "quota": limit.quota,
            "rule": print_rule(limit.rule),
            "initialUsage": limit.initial_usage,
            "overage": limit.overage,
            "alarms": limit.alarms,
            "wasteBudget": limit.waste_budget,
        }
        for limit in plan.limits
    ]
    return {"id": plan.id, "version": plan.version, "limits": limits, "costs": plan.costs}


def ask_claims(event, names):
    claims = access.claims_of(event)
    if claims is None:
        return None
    found = {}
    for name in names:
        try:
            found[name] = claims.get(name)
        except DomainError as error:
            found[name] = {"error": error.code}
    return found


def ask_caller(event):
    caller = access.caller_of(event)
    if caller is None:
        return None
    return [
        caller.subject,
        caller.issuer,
        caller.client_id,
        caller.scopes,
        caller.expires_at_epoch_seconds,
        caller.context,
        caller.cut,
    ]


def ask_term(plan, own, route):
    plan = plan_of_term(parse_plan(plan), own)
    return [print_plan(plan), plan.is_own, plan.cost_of(route)]


def ask_customer(item, stamp):
    try:
        terms = _terms_of_customer(_Entry(item, _now(), 0, 0), stamp)
    except Halted:
        return "halted"
    return None if terms is None else [terms.plan, terms.since, terms.own_limits]


def ask_period(rule, stamp):
    length, zone, day, minutes = rule
    if isinstance(length, dict):
        length = (length["everySeconds"], length.get("fromEpochMs"))
    rule = Rule(length, zone, day, minutes)
    period = period_at(rule, stamp)
    return [period.start, period.end, instant_of(period.start), print_rule(rule)]


def ask_headers(limits, refused):
    states = [
        LimitState(each["id"], each["limit"], each["windowSeconds"], each["remaining"], each["resetSeconds"])
        for each in limits
    ]
    reply = rejection(refused["reason"], refused["limit"], refused["retryAfterSeconds"], states).reply()
    return [rate_limit_headers(states), reply]


def ask_names(level, plan, tenant, key, route):
    for name, value in (("plan", plan), ("tenant", tenant), ("key", key), ("route", route)):
        _check_name(name, value, is_optional=name == "route")
    ledger = ledger_id_of(SimpleNamespace(id="l%#", level=level), tenant, key, route)
    known = None if level == "tenant" else key_of_subject(level, ledger.subject)
    return [ledger.pk, assigned_key(tenant, key)[0], known]


def ask_charge(steps):
    table = MemoryTable()
    quota, outcomes = None, []
    for step in steps:
        if "charge" in step:
            if quota is None:
                quota = Quota("usage", client=object())
                quota._opened = table, Records(table, 30)
            outcomes.append(charge(quota, **step))
        else:
            quota, put = None, step["put"]
            table.items[put["pk"], put["sk"]] = {
                name: value for name, value in put.items() if name not in ("pk", "sk")
            }
    items = {
        "\n".join(key): {name: value for name, value in item.items() if not (len(name) == 13 and name[0] == "h")}
        for key, item in table.items.items()
    }
    return [outcomes, items]


def charge(quota, charge, times):
    subject = {name: value for name, value in charge.items() if name != "at"}
    headers = {}
    for admitted in range(times):
        try:
            headers = quota.charge({"requestContext": {"timeEpoch": charge["at"]}}, **subject).headers
        except Refused as refusal:
            fields = {name: value for name, value in refusal.headers.items() if name.startswith("ratelimit")}
            return [admitted, refusal.reason, fields]
        except DomainError as error:
            return error.code
    # Without a charge, nobody reads the ledgers, and what is shown is what the process remembers.
    return [times, None, {} if charge.get("cost") == 0 else headers]


def ask_json(text):
    try:
        return [parse_json(text)]
    except ValueError:
        return None


QUESTIONS = {
    "claims": ask_claims,
    "caller": ask_caller,
    "access": lambda event, options: require_access({"event": event, "options": options}),
    "time": received_at_of,
    "body": lambda event: body_of(event).hex(),
    "headers-sent": headers_of,
    "query": lambda event: sorted(query_names_of(event), key=lambda name: name.encode("utf-16-be", "surrogatepass")),
    "plan": lambda document: print_plan(parse_plan(document)),
    "term": ask_term,
    "customer": ask_customer,
    "period": ask_period,
    "headers": ask_headers,
    "webhook": verify_webhook,
    "names": ask_names,
    "charge": ask_charge,
    "json": ask_json,
}


def answer(question, text):
    try:
        return plain(QUESTIONS[question](*json.loads(text)))
    except PlanInvalid as error:
        return {"error": error.code, "field": error.field}
    except DomainError as error:
        return {"error": error.code}
    except Exception as error:  # The promise is that there is none.
        return {"foreign": f"{type(error).__name__}: {error!r}"[:300]}


for line in sys.stdin:
    printed = json.dumps([answer(*each) for each in json.loads(line)], allow_nan=False, ensure_ascii=False)
    print(re.sub("[\u2028\u2029\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", printed), flush=True)
