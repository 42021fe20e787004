"""The one reader of events: REST APIs, HTTP APIs (payload 1.0 and 2.0), function URLs, WebSocket APIs."""

import base64
import binascii
import math
from typing import Any, Dict, List, Mapping, Optional, Set
from urllib.parse import parse_qsl

from .errors import DomainError

Fields = Mapping[str, Any]


def fields_of(value: Any) -> Fields:
    """A missing map is an empty one: AWS sends null, {} or nothing, by API kind."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    raise malformed("the event, or a part of it, is not a JSON object")


def context_of(event: Any) -> Fields:
    return fields_of(fields_of(event).get("requestContext"))


def authorizer_of(event: Any) -> Fields:
    return fields_of(context_of(event).get("authorizer"))


def authorizer_context_of(event: Any) -> Fields:
    """Payload 2.0 has the context of a Lambda authorizer under `lambda`."""
    authorizer = authorizer_of(event)
    inner = authorizer.get("lambda")
    return authorizer if inner is None else fields_of(inner)


def received_at_of(event: Any) -> Optional[int]:
    """Epoch milliseconds of the gateway, which no caller can write; None if the event has no such time (ALB, queues)."""
    context = context_of(event)
    stamp = context.get("timeEpoch")
    stamp = context.get("requestTimeEpoch") if stamp is None else stamp
    if isinstance(stamp, bool) or not isinstance(stamp, (int, float)) or not math.isfinite(stamp):
        return None
    return int(stamp)


def headers_of(event: Any) -> Dict[str, List[str]]:
    """By lower-case name, every value sent. Single maps have only the last of several values."""
    found: Dict[str, List[str]] = {}
    fields = fields_of(event)
    for name, values in fields_of(fields.get("multiValueHeaders")).items():
        listed = values if isinstance(values, list) else [values]
        found.setdefault(name.lower(), []).extend(text for text in listed if isinstance(text, str))
    for name, value in fields_of(fields.get("headers")).items():
        known = found.setdefault(name.lower(), [])
        if isinstance(value, str) and value not in known:
            known.append(value)
    return found


def query_names_of(event: Any) -> Set[str]:
    fields = fields_of(event)
    raw = fields.get("rawQueryString")
    if isinstance(raw, str) and raw != "":
        # API Gateway takes `;` as a separator, too.
        return {name for name, _ in parse_qsl(raw.replace(";", "&"), keep_blank_values=True)}
    maps = ("multiValueQueryStringParameters", "queryStringParameters")
    return {name for map_name in maps for name in fields_of(fields.get(map_name))}


def body_of(event: Any) -> bytes:
    """Signatures are over bytes: text is encoded as UTF-8, base64 must decode without loss."""
    fields = fields_of(event)
    body = fields.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise malformed("the body of an HTTP request must be text")
    if fields.get("isBase64Encoded") is not True:
        return body.encode("utf-8", "replace")
    try:
        return base64.b64decode(body.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise malformed("the body is marked as base64, but it is not valid base64") from None


def malformed(message: str) -> DomainError:
    return DomainError("EVENT_MALFORMED", message)
