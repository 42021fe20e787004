"""Tests the parts of the wire contract that need no table: claims, callers, periods, headers and webhooks."""

import json
import unittest
from typing import Any, Dict, Optional

from gatewright import Caller, DomainError, Refused, claims_of, require, webhooks
from gatewright.headers import LimitState, rate_limit_headers, rejection
from gatewright.periods import epoch_ms_of, instant_of, period_at, print_rule
from gatewright.plans import parse_plan
from wire import run_cases


def read_claims(given: Dict[str, Any]) -> Any:
    claims = claims_of(given["event"])
    return None if claims is None else {name: read_claim(claims, name) for name in given["names"]}


def read_claim(claims: Any, name: str) -> Any:
    try:
        return claims.get(name)
    except DomainError as error:
        return {"error": error.code}


OPTIONS = {"clockSkewSeconds": "clock_skew_seconds", "allowMethodOverride": "allow_method_override", "scopes": "scopes"}


def require_access(given: Dict[str, Any]) -> Any:
    try:
        options = {OPTIONS[name]: value for name, value in given["options"].items()}
        return {"caller": print_caller(require(given["event"], **options))}
    except Refused as refusal:
        return refusal.reply()


def print_caller(caller: Caller) -> Dict[str, Any]:
    optional: Dict[str, Optional[Any]] = {
        "issuer": caller.issuer,
        "clientId": caller.client_id,
        "expiresAtEpochSeconds": caller.expires_at_epoch_seconds,
    }
    return {
        "subject": caller.subject,
        **{name: value for name, value in optional.items() if value is not None},
        "scopes": list(caller.scopes),
        "context": dict(caller.context),
        "cut": list(caller.cut),
    }


def find_period(given: Dict[str, Any]) -> Any:
    limit = {"id": "l", "level": "key", "quota": 1, **given["limit"]}
    [quota] = parse_plan({"id": "p", "version": 1, "limits": [limit]}).limits
    period = period_at(quota.rule, epoch_ms_of(given["at"]))
    return {"rule": print_rule(quota.rule), "id": period.id, "end": instant_of(period.end)}


def print_headers(given: Dict[str, Any]) -> Any:
    limits = [
        LimitState(
            s["id"],
            s["limit"],
            s["windowSeconds"],
            s["remaining"],
            s["resetSeconds"],
            closed=s.get("closed", False),
        )
        for s in given["limits"]
    ]
    refused = given.get("rejection")
    if refused is None:
        return rate_limit_headers(limits)
    return rejection(refused["reason"], refused["limit"], refused.get("retryAfterSeconds", 1), limits).reply()


def verify_webhook(given: Dict[str, Any]) -> Any:
    try:
        trusts = given.get("trustDeliveryId", False)
        delivery = webhooks.verify(
            given["event"], scheme=given["scheme"], secrets=given["secrets"], trust_delivery_id=trusts
        )
    except Refused as refusal:
        assert (refusal.status, json.loads(refusal.body)["title"]) == (401, "Unauthorized")
        return {"refused": refusal.reason}
    return {"key": delivery.key, "type": delivery.type, "payload": delivery.payload}


class WireContract(unittest.TestCase):
    def test_claims(self) -> None:
        run_cases(self, "claims.json", read_claims)

    def test_access(self) -> None:
        run_cases(self, "access.json", require_access)

    def test_periods(self) -> None:
        run_cases(self, "periods.json", find_period)

    def test_headers(self) -> None:
        run_cases(self, "headers.json", print_headers)

    def test_webhooks(self) -> None:
        run_cases(self, "webhooks.json", verify_webhook)
