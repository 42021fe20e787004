"""Quotas on a table: GATEWRIGHT_TEST_TABLE on AWS_ENDPOINT_URL_DYNAMODB, whose items every test removes."""

import json
import os
import re
import threading
import unittest
from typing import Any, Callable, Dict, List

from gatewright import DomainError, PlanInvalid, Quota, Refused
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
    """A client whose calls reach the table, and whose answers do not come back while `lost` says so."""

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
        """As botocore repeats it when an answer is lost."""
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
