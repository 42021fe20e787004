"""Loads the test cases that every language runs, from test/vectors/wire of the repository."""

import json
from pathlib import Path
from typing import Any, Callable, Dict, List
from unittest import TestCase

from gatewright import DomainError

FOLDER = Path(__file__).resolve().parents[2] / "test" / "vectors" / "wire"


def cases_of(file: str) -> List[Dict[str, Any]]:
    return json.loads((FOLDER / file).read_text("utf-8"))["cases"]


def run_cases(test: TestCase, file: str, carry_out: Callable[[Any], Any]) -> None:
    cases = cases_of(file)
    test.assertGreater(len(cases), 5)
    for case in cases:
        with test.subTest(case["name"]):
            try:
                outcome = carry_out(case["given"])
            except DomainError as error:
                outcome = {"error": error.code}
            test.assertEqual(outcome, case["expected"])
