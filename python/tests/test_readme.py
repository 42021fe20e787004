"""Runs the README's handlers with a caller who is allowed, with a caller who is not, and without a caller."""

import hashlib
import hmac
import json
import os
import re
import unittest
from pathlib import Path
from typing import Any, Callable, Dict

import gatewright
from tiny_dynamodb import TinyDynamoDb

TABLE = os.environ.get("GATEWRIGHT_TEST_TABLE", "")
README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```py\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
NOW_MS = 1_800_000_000_000


def event_of(scope: str, **more: Any) -> Dict[str, Any]:
    authorizer = {"lambda": {"sub": "k-1", "tenant": "acme", "scope": scope}} if scope else {}
    return {
        "version": "2.0",
        "routeKey": "GET /seeds",
        "rawPath": "/seeds",
        "rawQueryString": "",
        "headers": {"host": "api.example.com"},
        "isBase64Encoded": False,
        "requestContext": {
            "timeEpoch": NOW_MS,
            "stage": "$default",
            "http": {"method": "GET", "path": "/seeds", "sourceIp": "192.0.2.1"},
            "authorizer": authorizer,
        },
        **more,
    }


def rest_event_of(scope: str) -> Dict[str, Any]:
    """Returns the event of an API whose access document lists claims under result.claims, but not `sub`."""
    authorizer = {"sub": "k-1", "tenant": "acme", "scope": scope, "carriedClaims": '{"tenant":"acme"}'}
    return {
        "httpMethod": "GET",
        "resource": "/seeds",
        "path": "/seeds",
        "headers": {"Host": "api.example.com"},
        "queryStringParameters": None,
        "isBase64Encoded": False,
        "requestContext": {"requestTimeEpoch": NOW_MS, "stage": "dev", "authorizer": authorizer},
    }


class Readme(unittest.TestCase):
    def handler_of(self, place: int, **globals_: Any) -> Callable[[Any, Any], Dict[str, Any]]:
        names: Dict[str, Any] = {"__name__": "readme"}
        code = compile(BLOCKS[place], "README.md", "exec")
        try:
            exec(code, names)
        except ImportError as error:
            if error.name is None or error.name.startswith("gatewright"):
                raise
            self.skipTest(f"parsed only: {error.name} is not installed")
        names.update(globals_)
        handler: Callable[[Any, Any], Dict[str, Any]] = names["handler"]
        return handler

    def assert_guards(self, handler: Callable[[Any, Any], Dict[str, Any]]) -> None:
        admitted = handler(event_of("seeds:read"), None)
        self.assertEqual(admitted["statusCode"], 200, admitted)
        self.assertIn("acme", admitted["body"])
        refused = handler(event_of("seeds:write"), None)
        self.assertEqual((refused["statusCode"], json.loads(refused["body"])["title"]), (403, "Forbidden"))
        self.assertEqual(handler(event_of(""), None)["statusCode"], 500)

    def test_there_are_four(self) -> None:
        self.assertEqual(len(BLOCKS), 4)

    @unittest.skipUnless(TABLE, "needs a table: npm test -- test/vectors/wire starts one")
    def test_a_handler(self) -> None:
        client = TinyDynamoDb.from_environment()
        plan = {"id": "seeds", "version": 1, "limits": [{"id": "day", "level": "key", "quota": 1, "period": "DAY"}]}
        item = {"pk": {"S": "PLAN#seeds"}, "sk": {"S": "V"}, "ver": {"N": "1"}, "doc": {"S": json.dumps(plan)}}
        client.put_item(TableName=TABLE, Item=item)
        customer = {
            "tenant": "acme",
            "state": "active",
            "stateSinceEpochMs": 0,
            "terms": [{"plan": "seeds", "fromEpochMs": 0}],
        }
        item = {"pk": {"S": "Q#acme##"}, "sk": {"S": "CUSTOMER"}, "ver": {"N": "1"}, "doc": {"S": json.dumps(customer)}}
        client.put_item(TableName=TABLE, Item=item)
        handler = self.handler_of(0, quota=gatewright.Quota(TABLE, client=client))

        self.assert_guards(handler)

        over = handler(event_of("seeds:read"), None)
        self.assertEqual(over["statusCode"], 429)
        rest = handler(rest_event_of("seeds:read"), None)
        self.assertEqual(rest["statusCode"], 429, rest)
        self.assertGreater(int(over["headers"]["retry-after"]), 0)

    def test_with_powertools(self) -> None:
        self.assert_guards(self.handler_of(1))

    def test_with_fastapi(self) -> None:
        self.assert_guards(self.handler_of(2))

    def test_webhooks(self) -> None:
        handler = self.handler_of(3)
        os.environ["WEBHOOK_SECRET"] = "a secret of sixteen bytes"
        signature = hmac.new(os.environ["WEBHOOK_SECRET"].encode(), b"{}", hashlib.sha256).hexdigest()
        headers = {"x-hub-signature-256": f"sha256={signature}", "x-github-event": "push"}

        self.assertEqual(handler(event_of("", headers=headers, body="{}"), None), {"statusCode": 200, "body": "push"})
        self.assertEqual(handler(event_of("", headers=headers, body="[]"), None)["statusCode"], 401)


if __name__ == "__main__":
    unittest.main()
