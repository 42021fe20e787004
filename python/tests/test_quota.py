"""Quotas on a table: GATEWRIGHT_TEST_TABLE on AWS_ENDPOINT_URL_DYNAMODB, whose items every test removes."""

import json
import os
import re
import threading
import time
import unittest
from typing import Any, Callable, Dict, List, Tuple
from unittest import mock

from gatewright import DomainError, PlanInvalid, Quota, Refused, records
from gatewright.periods import epoch_ms_of
from tiny_dynamodb import TinyDynamoDb
from wire import run_cases

TABLE = os.environ.get("GATEWRIGHT_TEST_TABLE", "")
MARK = re.compile(r"h[0-9a-f]{12}")
NOON = "2026-11-19T12:00:00.000Z"
DAILY = {"id": "daily", "level": "key", "quota": 3, "period": "DAY", "lease": False}


def event_at(instant: str) -> Dict[str, Any]:
    return {"requestContext": {"timeEpoch": epoch_ms_of(instant)}}


class LostAnswers:
    """A client whose calls reach the table, but whose responses are lost while `lost` returns True."""

    def __init__(self, client: Any, lost: Callable[[str], bool], attempts: int = 1) -> None:
        self._client, self._lost, self._attempts = client, lost, attempts

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._client, operation)

        def repeated(**parameters: Any) -> Any:
            for attempt in range(self._attempts):
                answer = call(**parameters)
                if not self._lost(operation) or attempt == self._attempts - 1 > 0:
                    return answer
            raise TimeoutError

        return repeated


class Recorder:
    """A client that records the keys that are read, and calls `before` before each operation."""

    def __init__(self, client: Any, reads: List[str], before: Callable[[str, Any], None] = lambda *_: None) -> None:
        self._client, self._reads, self._before = client, reads, before

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**parameters: Any) -> Any:
            self._before(operation, parameters)
            if operation == "get_item":
                self._reads.append(parameters["Key"]["pk"]["S"])
            return getattr(self._client, operation)(**parameters)

        return call


class Clock:
    """Replaces both clocks of the process. A test advances them through `seconds`."""

    def __enter__(self) -> "Clock":
        self.seconds, self._wall, self._monotonic = 0.0, time.time(), time.monotonic()
        self._patch = mock.patch.multiple(
            records.time,
            time=lambda: self._wall + self.seconds,
            monotonic=lambda: self._monotonic + self.seconds,
        )
        self._patch.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._patch.stop()

    @property
    def wall_ms(self) -> int:
        return int((self._wall + self.seconds) * 1000)


@unittest.skipUnless(TABLE, "needs a table: npm test -- test/vectors/wire starts one")
class QuotaOnATable(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        self.client = TinyDynamoDb.from_environment()
        self.clear()

    def clear(self) -> None:
        for item in self.items(with_marks=True):
            self.client.delete_item(TableName=TABLE, Key={name: {"S": item[name]} for name in ("pk", "sk")})

    def put(self, item: Dict[str, Any]) -> None:
        printed = {name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in item.items()}
        self.client.put_item(TableName=TABLE, Item=printed)

    def change(self, attributes: Dict[str, Any]) -> None:
        """Changes attributes of an item."""
        place = {name: attributes[name] for name in ("pk", "sk")}
        known = [item for item in self.items(with_marks=True) if place.items() <= item.items()]
        self.put({**(known[0] if known else {}), **attributes})

    def put_plan(self, *limits: Dict[str, Any], version: int = 1) -> None:
        document = json.dumps({"id": "gold", "version": version, "limits": limits})
        self.put({"pk": "PLAN#gold", "sk": "V", "ver": version, "doc": document, "list": "PLANS"})

    def items(self, with_marks: bool = False) -> List[Dict[str, Any]]:
        found = []
        for item in self.client.scan(TableName=TABLE, ConsistentRead=True)["Items"]:
            parsed = {name: value["S"] if "S" in value else int(value["N"]) for name, value in item.items()}
            found.append({name: value for name, value in parsed.items() if with_marks or not MARK.fullmatch(name)})
        return sorted(found, key=lambda item: (item["pk"], item["sk"]))

    def ledger(self) -> Dict[str, Any]:
        [ledger] = [item for item in self.items(with_marks=True) if item["sk"].startswith("P#")]
        return ledger

    def charge(self, quota: Quota, instant: str = NOON, **more: Any) -> Any:
        return quota.charge(event_at(instant), **{"tenant": "acme", "key": "k-1", "plan": "gold", **more})

    def reason(self, quota: Quota, instant: str = NOON) -> str:
        with self.assertRaises(Refused) as caught:
            self.charge(quota, instant)
        return caught.exception.reason

    def test_wire_contract(self) -> None:
        def charge_in_steps(given: Dict[str, Any]) -> Any:
            self.clear()
            quota, outcomes = Quota(TABLE, client=self.client), []
            for step in given["steps"]:
                if "charge" in step:
                    outcomes.append(self.outcome_of(quota, **step))
                    continue
                if "change" in step:
                    self.change(step["change"])
                    continue
                if "put" in step:
                    self.put(step["put"])
                else:
                    key = {name: {"S": value} for name, value in step["drop"].items()}
                    self.client.delete_item(TableName=TABLE, Key=key)
                quota = Quota(TABLE, client=self.client)
            return {"outcomes": outcomes, "items": self.items()}

        run_cases(self, "quota.json", charge_in_steps)

    def outcome_of(self, quota: Quota, charge: Dict[str, Any], times: int = 1) -> Dict[str, Any]:
        subject = {name: value for name, value in charge.items() if name != "at"}
        headers: Dict[str, str] = {}
        for admitted in range(times):
            try:
                headers = quota.charge(event_at(charge["at"]), **subject).headers
            except Refused as refusal:
                fields = {name: value for name, value in refusal.headers.items() if name.startswith("ratelimit")}
                return {"admitted": admitted, "refused": refusal.reason, "headers": fields}
            except DomainError as error:
                return {"error": error.code}
        return {"admitted": times, "headers": headers}

    def test_threads_admit_the_quota_and_no_more(self) -> None:
        self.put_plan({**DAILY, "quota": 50})
        quota = Quota(TABLE, client=self.client)
        admitted: List[Any] = []

        def ask() -> None:
            for _ in range(20):
                try:
                    admitted.append(self.charge(quota))
                except Refused as refusal:
                    self.assertEqual(refusal.status, 429)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        ledger = self.ledger()
        self.assertEqual((len(admitted), ledger["used"], ledger["rem"]), (50, 50, 0))
        self.assertEqual(sum(1 for name in ledger if MARK.fullmatch(name)), 4)

    def test_a_repeated_write_applies_once(self) -> None:
        """botocore repeats a write if the response is lost."""
        self.put_plan(DAILY)
        quota = Quota(TABLE, client=LostAnswers(self.client, lambda operation: operation == "update_item", attempts=2))

        self.charge(quota)
        self.charge(quota, cost=2)

        self.assertEqual((self.ledger()["used"], self.ledger()["rem"]), (3, 0))

    def test_an_answer_that_stays_lost_is_503(self) -> None:
        self.put_plan(DAILY)
        for operation in ("update_item", "get_item"):
            quota = Quota(TABLE, client=LostAnswers(self.client, lambda called, lost=operation: called == lost))
            self.assertEqual(self.reason(quota), "unavailable")
        self.assertEqual(self.reason(Quota("no-such-table", client=self.client)), "unavailable")

    def test_a_transaction_without_an_answer_is_found_done(self) -> None:
        self.put_plan(DAILY)
        quota = Quota(TABLE, client=LostAnswers(self.client, lambda operation: operation == "transact_write_items"))

        self.assertEqual(self.charge(quota).limits[0].remaining, 2)

    def test_a_program_error_goes_on(self) -> None:
        with self.assertRaises(AttributeError):
            self.charge(Quota(TABLE, client=object()))

    def test_a_refund_is_given_once(self) -> None:
        self.put_plan(DAILY, {**DAILY, "id": "wide", "quota": 9})
        charge = self.charge(Quota(TABLE, client=self.client), cost=2)

        self.assertTrue(charge.refund())
        self.assertTrue(charge.refund())

        ledgers = [item for item in self.items() if item["sk"].startswith("P#")]
        self.assertEqual([(ledger["rem"], ledger["used"]) for ledger in ledgers], [(3, 0), (9, 0)])

    def test_a_request_that_costs_nothing_is_charged_to_nothing(self) -> None:
        self.put_plan(DAILY)
        charge = self.charge(Quota(TABLE, client=self.client), cost=0)

        self.assertEqual((charge.units, charge.headers, charge.refund()), (0, {}, True))
        self.assertEqual(len(self.items()), 1)

    def test_records_are_read_once_and_a_changed_plan_is_read_again(self) -> None:
        self.put_plan(DAILY)
        calls: List[str] = []
        client = LostAnswers(self.client, lambda operation: bool(calls.append(operation)))
        quota = Quota(TABLE, client=client)
        self.charge(quota)
        calls.clear()

        self.charge(quota)
        self.assertEqual(calls, ["update_item"])

        self.put_plan({**DAILY, "quota": 10}, version=2)
        self.assertEqual(self.charge(quota, "2026-11-20T12:00:00.000Z").limits[0].remaining, 9)

    def put_customer(self, version: int, state: str = "active", told: str = "plan", plan: str = "gold") -> None:
        terms = [{"plan": plan, "fromEpochMs": 1}]
        document = json.dumps({"tenant": "acme", "state": state, "stateSinceEpochMs": 1, "terms": terms})
        self.put({"pk": "Q#acme##", "sk": "CUSTOMER", "ver": version, "doc": document, "told": told})

    def test_a_request_after_the_close_of_a_ledger_from_before_the_record_opens_the_next_one(self) -> None:
        """A closed ledger is not continued under the term of the customer, but its charges still count."""
        self.put_plan(DAILY)
        self.charge(Quota(TABLE, client=self.client))
        ledger = next(item for item in self.items() if item["sk"].startswith("P#"))
        self.change({"pk": ledger["pk"], "sk": ledger["sk"], "closed": 1})
        terms = [{"plan": "gold", "fromEpochMs": epoch_ms_of("2026-11-19T13:00:00.000Z")}]
        document = json.dumps({"tenant": "acme", "state": "active", "stateSinceEpochMs": 1, "terms": terms})
        self.put({"pk": "Q#acme##", "sk": "CUSTOMER", "ver": 1, "doc": document, "told": "plan"})

        charge = self.charge(Quota(TABLE, client=self.client), "2026-11-19T18:00:00.000Z")

        self.assertEqual(charge.limits[0].remaining, 1)
        ledgers = [item for item in self.items() if item["sk"].startswith("P#")]
        self.assertEqual(sorted(ledger["used"] for ledger in ledgers), [1, 1])

    def follow(self, clock: Any, changes_within_seconds: float = 30) -> Tuple[Quota, List[str]]:
        """Returns a quota that has charged a customer, and the keys that it reads from then on."""
        reads: List[str] = []
        client = Recorder(self.client, reads)
        quota = Quota(TABLE, client=client, changes_within_seconds=changes_within_seconds)
        self.charge(quota)
        clock.seconds += 1
        self.charge(quota)
        reads.clear()
        return quota, reads

    def test_news_of_the_plan_tell_of_a_suspension_in_30_seconds_or_sooner(self) -> None:
        """See docs/guides/sell/quota.md, "When a change is in force". The process is idle until the change."""
        for within in (30, 2):
            with self.subTest(within=within), Clock() as clock:
                self.clear()
                self.put_plan(DAILY)
                self.put_customer(1)
                quota, _ = self.follow(clock, within)

                self.put_customer(2, "suspended")
                self.change({"pk": "PLAN#gold", "sk": "V", "news": f"{clock.wall_ms}#0a1b"})
                clock.seconds += within

                self.assertEqual(self.reason(quota), "suspended")

    def test_a_new_version_of_the_plan_ends_what_its_news_confirm(self) -> None:
        self.put_plan(DAILY)
        self.put_customer(1)
        with Clock() as clock:
            quota, _ = self.follow(clock)
            self.put_customer(2, "suspended")
            self.put_plan(DAILY, version=2)
            clock.seconds += 30

            self.assertEqual(self.reason(quota), "suspended")

    def test_the_end_of_a_suspension_is_in_force_in_2_seconds(self) -> None:
        self.put_plan(DAILY)
        self.put_customer(1, "suspended")
        with Clock() as clock:
            quota = Quota(TABLE, client=self.client)
            self.assertEqual(self.reason(quota), "suspended")
            self.put_customer(2)
            clock.seconds += 2

            self.assertEqual(self.charge(quota).units, 1)

    def test_news_cost_no_more_reads_than_records_and_plans_did(self) -> None:
        self.put_plan({**DAILY, "quota": 1000})
        self.put_customer(1)
        with Clock() as clock:
            quota, reads = self.follow(clock)
            for _ in range(600):
                clock.seconds += 1
                self.charge(quota)

        # The record is read every 40 s, and the plan every minute.
        self.assertLessEqual(len(reads), 600 / 40 + 600 / 60)

    def test_a_record_of_an_earlier_version_of_the_toolkit_is_read_every_40_seconds(self) -> None:
        self.put_plan(DAILY)
        self.put_customer(1, told="")
        with Clock() as clock:
            quota, _ = self.follow(clock)
            self.put_customer(2, "suspended", told="")
            clock.seconds += 40

            self.assertEqual(self.reason(quota), "suspended")

    def test_a_confirmed_record_is_read_again_after_5_minutes(self) -> None:
        """The record was changed without an announcement, for example by restoring the table from a backup."""
        self.put_plan({**DAILY, "quota": 1000})
        self.put_customer(1)
        with Clock() as clock:
            quota, _ = self.follow(clock)
            self.put_customer(2, "suspended")
            admitted = 0
            with self.assertRaises(Refused):
                for _ in range(400):
                    clock.seconds += 1
                    self.charge(quota)
                    admitted += 1
        self.assertLess(admitted, 341)

    def test_news_that_are_younger_than_the_record_do_not_belong_to_it(self) -> None:
        """The record is read before the plan. In this test, the customer is suspended between the two reads."""
        self.put_plan(DAILY)
        self.put_customer(1)

        def suspend(operation: str, parameters: Dict[str, Any]) -> None:
            if operation == "get_item" and parameters["Key"]["pk"]["S"] == "PLAN#gold" and not suspended:
                suspended.append(True)
                self.put_customer(2, "suspended")
                self.change({"pk": "PLAN#gold", "sk": "V", "news": f"{clock.wall_ms}#0a1b"})

        suspended: List[bool] = []
        with Clock() as clock:
            quota = Quota(TABLE, client=Recorder(self.client, [], suspend))
            self.charge(quota)
            clock.seconds += 30

            self.assertEqual(self.reason(quota), "suspended")

    def test_a_record_is_used_for_50_seconds_while_the_table_does_not_respond(self) -> None:
        """
        A change is therefore in force within a minute, as `customers show` says, even if announcements had confirmed
        the record before.
        """
        self.put_plan({**DAILY, "quota": 1000})
        self.put_customer(1)
        with Clock() as clock:
            is_down: List[bool] = []
            quota = Quota(TABLE, client=LostAnswers(self.client, lambda called: bool(is_down) and called == "get_item"))
            for _ in range(200):
                self.charge(quota)
                clock.seconds += 1
            is_down.append(True)
            admitted = 0
            for _ in range(90):
                try:
                    self.charge(quota)
                    admitted += 1
                except Refused as refusal:
                    self.assertEqual(refusal.reason, "unavailable")
                clock.seconds += 1
        self.assertTrue(0 < admitted <= 51, admitted)

    def test_a_bound_that_would_read_with_every_request_is_refused(self) -> None:
        with self.assertRaises(DomainError) as caught:
            Quota(TABLE, client=self.client, changes_within_seconds=0.5)
        self.assertEqual(caught.exception.code, "CONFIG_INVALID")

    def test_marks_of_ended_processes_are_removed(self) -> None:
        self.put_plan({**DAILY, "quota": 100})
        for hour in range(9):
            self.charge(Quota(TABLE, client=self.client), f"2026-11-19T0{hour}:00:00.000Z")
        quota = Quota(TABLE, client=self.client)

        for minute in range(2):
            self.charge(quota, f"2026-11-19T20:0{minute}:00.000Z")

        self.assertEqual(sum(1 for name in self.ledger() if MARK.fullmatch(name)), 2)
        self.assertEqual(self.ledger()["used"], 11)

    def test_thresholds_are_reported_once(self) -> None:
        self.put_plan({**DAILY, "quota": 4, "alarms": [50]})
        reported: List[Any] = []
        quota = Quota(
            TABLE, client=self.client, on_threshold=lambda ledger, percent: reported.append((ledger.limit, percent))
        )

        for _ in range(3):
            self.charge(quota)

        self.assertEqual(reported, [("daily", 50)])

    def test_an_item_of_a_newer_layout_is_not_changed(self) -> None:
        self.put_plan(DAILY)
        self.charge(Quota(TABLE, client=self.client))
        self.put({**self.ledger(), "layout": 2})

        self.assertEqual(self.reason(Quota(TABLE, client=self.client)), "unavailable")
        self.assertEqual(self.ledger()["used"], 1)

    def test_what_is_not_enforced_here_is_refused(self) -> None:
        for limit in (
            {"id": "fast", "level": "key", "rate": 1, "burst": 5},
            {"id": "many", "level": "key", "concurrency": 5},
            {**DAILY, "quota": 1000, "lease": True, "shards": "auto"},
        ):
            self.put_plan(DAILY, limit)
            with self.assertRaises(PlanInvalid) as caught:
                self.charge(Quota(TABLE, client=self.client))
            self.assertEqual(caught.exception.code, "PLAN_INVALID")
            self.assertRegex(caught.exception.field, r"^limits\[1\]\.(rate|concurrency|shards)$")

    def test_misuse_is_an_error(self) -> None:
        self.put_plan(DAILY)
        quota = Quota(TABLE, client=self.client)
        for more, code in (
            ({"tenant": ""}, "SUBJECT_INVALID"),
            ({"key": "k" * 257}, "SUBJECT_INVALID"),
            ({"key": "#" * 256, "tenant": "%" * 256}, "SUBJECT_INVALID"),
            ({"cost": 1.5}, "COST_INVALID"),
            ({"cost": -1}, "COST_INVALID"),
            ({"cost": True}, "COST_INVALID"),
        ):
            with self.subTest(str(more)), self.assertRaises(DomainError) as caught:
                self.charge(quota, **more)
            self.assertEqual(caught.exception.code, code)
        with self.assertRaises(DomainError) as caught:
            quota.charge({"Records": []}, tenant="acme", key="k-1", plan="gold")
        self.assertEqual(caught.exception.code, "EVENT_MALFORMED")
