"""What the failures of an AWS client mean for a write and a read, without a table."""

import sys
import types
import unittest
from typing import Any, Dict, List, Tuple
from unittest import mock

from gatewright.table import Table, Unavailable, Write

WRITE = Write(("pk", "sk"), [("rem", "at-least", 1)], add={"rem": -1})
# botocore/exceptions.py and botocore/parsers.py: each error with its base. Without a response, the call has failed on its
# way, or nobody knows how it ended.
ON_THE_WAY = [
    ("exceptions", "HTTPClientError", "BotoCoreError"),
    ("exceptions", "ConnectionClosedError", "HTTPClientError"),
    ("exceptions", "ReadTimeoutError", "HTTPClientError"),
    ("exceptions", "ConnectionError", "BotoCoreError"),
    ("exceptions", "EndpointConnectionError", "ConnectionError"),
    ("exceptions", "ConnectTimeoutError", "ConnectionError"),
    ("exceptions", "ProxyConnectionError", "ConnectionError"),
    ("exceptions", "SSLError", "ConnectionError"),
    ("exceptions", "CapacityNotAvailableError", "BotoCoreError"),
    ("exceptions", "ChecksumError", "BotoCoreError"),
    ("exceptions", "IncompleteReadError", "BotoCoreError"),
    ("exceptions", "CredentialRetrievalError", "BotoCoreError"),
    ("exceptions", "MetadataRetrievalError", "BotoCoreError"),
    ("exceptions", "TokenRetrievalError", "BotoCoreError"),
    ("parsers", "ResponseParserError", "Exception"),
]
# The program or its settings are wrong, so every call would fail.
OF_THE_PROGRAM = [
    ("exceptions", "NoCredentialsError", "BotoCoreError"),
    ("exceptions", "NoRegionError", "BotoCoreError"),
    ("exceptions", "ParamValidationError", "BotoCoreError"),
]


def stand_ins() -> Dict[str, types.ModuleType]:
    """Modules with the names and bases of botocore's errors, so that the tests need no package."""
    exceptions, parsers = types.ModuleType("botocore.exceptions"), types.ModuleType("botocore.parsers")
    made: Dict[str, type] = {"Exception": Exception, "BotoCoreError": type("BotoCoreError", (Exception,), {})}
    for module, name, base in ON_THE_WAY + OF_THE_PROGRAM:
        made[name] = type(name, (made[base],), {})
        setattr(parsers if module == "parsers" else exceptions, name, made[name])
    return {
        "botocore": types.ModuleType("botocore"),
        "botocore.exceptions": exceptions,
        "botocore.parsers": parsers,
    }


class FailingClient:
    """A client of which each call fails in the same way, or returns the same."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def __getattr__(self, operation: str) -> Any:
        def call(**parameters: Any) -> Any:
            if isinstance(self._answer, Exception):
                raise self._answer
            return self._answer

        return call


class Failures(unittest.TestCase):
    def outcomes(self, client: Any) -> List[Tuple[str, str]]:
        table = Table("usage", client)
        try:
            table.read(("pk", "sk"))
            read = "done"
        except Unavailable:
            read = "unavailable"
        return [("read", read), ("update", table.update(WRITE).kind), ("transact", table.transact([WRITE]).kind)]

    def test_a_call_that_failed_on_its_way_is_an_outage(self) -> None:
        modules = stand_ins()
        with mock.patch.dict(sys.modules, modules):
            for module, name, _ in ON_THE_WAY:
                error = getattr(modules[f"botocore.{module}"], name)("x")
                with self.subTest(name):
                    self.assertEqual({kind for _, kind in self.outcomes(FailingClient(error))}, {"unavailable"})

    def test_an_error_of_the_program_goes_on(self) -> None:
        modules = stand_ins()
        with mock.patch.dict(sys.modules, modules):
            for module, name, _ in OF_THE_PROGRAM:
                error = getattr(modules[f"botocore.{module}"], name)("x")
                with self.subTest(name), self.assertRaises(type(error)):
                    self.outcomes(FailingClient(error))

    def test_the_names_are_those_of_botocore(self) -> None:
        try:
            from botocore import exceptions, parsers
        except ImportError:
            self.skipTest("botocore is not installed")
        for module, name, base in ON_THE_WAY + OF_THE_PROGRAM:
            error = getattr(parsers if module == "parsers" else exceptions, name)
            with self.subTest(name):
                self.assertIn(base, [each.__name__ for each in error.__mro__])

    def test_an_update_whose_response_has_no_item_may_have_been_applied(self) -> None:
        """DynamoDB returns the item to each update with ALL_NEW, so such a response is not DynamoDB's."""
        self.assertEqual(Table("usage", FailingClient({})).update(WRITE).kind, "unavailable")
