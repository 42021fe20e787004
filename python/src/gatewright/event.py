"""Reads the events of REST APIs, HTTP APIs (payload 1.0 and 2.0), function URLs and WebSocket APIs."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Set
from urllib.parse import parse_qsl

from .errors import DomainError
from .json_text import number_of
from .text import utf8_of, well_formed

Fields = Mapping[str, Any]
# The last millisecond of the year 9999. Every language can represent dates up to this one.
_MAX_TIME_MS = 253_402_300_799_999


@dataclass(frozen=True)
class Request:
    """The checked maps of an event. An event is malformed if a value that must be a map has another JSON type."""

    fields: Fields
    context: Fields
    http: Fields
    authorizer: Fields


def fields_of(value: Any) -> Fields:
    """Returns a map, which is empty if the value is missing: depending on the API, AWS sends null, {} or nothing."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    raise malformed("the event, or a part of it, is not a JSON object")


def request_of(event: Any) -> Request:
    """Returns the maps of an event. Raises DomainError EVENT_MALFORMED if one of them is not a map."""
    fields = fields_of(event)
    context = fields_of(fields.get("requestContext"))
    http, _, authorizer = (fields_of(context.get(name)) for name in ("http", "identity", "authorizer"))
    return Request(fields, context, http, authorizer)


def authorizer_context_of(event: Any) -> Fields:
    """Returns the context of the authorizer. With payload 2.0, a Lambda authorizer's context is under `lambda`."""
    authorizer = request_of(event).authorizer
    inner = authorizer.get("lambda")
    return authorizer if inner is None else fields_of(inner)


def received_at_of(event: Any) -> Optional[int]:
    """
    Returns the time at which the gateway received the request, in epoch milliseconds. A caller cannot set it. Returns
    None if the event has no such time (ALB, queues), or a time that no gateway writes: a fraction, or a time before
    1970 or after 9999.
    """
    context = request_of(event).context
    stamp = context.get("timeEpoch")
    stamp = number_of(context.get("requestTimeEpoch") if stamp is None else stamp)
    return stamp if isinstance(stamp, int) and 0 <= stamp <= _MAX_TIME_MS else None


def http_time_of(event: Any) -> int:
    """
    Returns the time of an HTTP request. Raises DomainError EVENT_MALFORMED unless the request has a method, a path and
    a time.
    """
    request, stamp = request_of(event), received_at_of(event)
    fields, context, http = request.fields, request.context, request.http
    method = _first(http.get("method"), fields.get("httpMethod"))
    path = _first(http.get("path"), context.get("path"), fields.get("path"))
    if not isinstance(method, str) or not isinstance(path, str) or stamp is None:
        raise malformed("the event of an HTTP request must have method, path and time")
    if not isinstance(fields.get("rawQueryString"), str):
        fields_of(fields.get("queryStringParameters"))
    fields_of(fields.get("pathParameters"))
    return stamp


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def headers_of(event: Any) -> Dict[str, List[str]]:
    """
    Returns all values of each header, by the header's lower-case name. If the event has only `headers`, a repeated
    header has only its last value.
    """
    found: Dict[str, List[str]] = {}
    fields = request_of(event).fields
    for name, values in fields_of(fields.get("multiValueHeaders")).items():
        listed = values if isinstance(values, list) else [values]
        found.setdefault(name.lower(), []).extend(text for text in listed if isinstance(text, str))
    for name, value in fields_of(fields.get("headers")).items():
        known = found.setdefault(name.lower(), [])
        if isinstance(value, str) and value not in known:
            known.append(value)
    return found


def query_names_of(event: Any) -> Set[str]:
    fields = request_of(event).fields
    raw = fields.get("rawQueryString")
    if isinstance(raw, str) and raw != "":
        # API Gateway also treats `;` as a separator.
        query = well_formed(raw[1:] if raw.startswith("?") else raw).replace(";", "&")
        return {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    maps = ("multiValueQueryStringParameters", "queryStringParameters")
    return {name for map_name in maps for name in fields_of(fields.get(map_name))}


def body_of(event: Any) -> bytes:
    """
    Returns the bytes of the body, because signatures are computed over bytes. Text is encoded as UTF-8. Raises
    DomainError EVENT_MALFORMED if base64 cannot be decoded without loss.
    """
    fields = request_of(event).fields
    body = fields.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise malformed("the body of an HTTP request must be text")
    if fields.get("isBase64Encoded") is not True:
        return utf8_of(body)
    decoded = base64_of(body)
    if decoded is None:
        raise malformed("the body is marked as base64, but it is not valid base64")
    return decoded


def base64_of(text: str) -> Optional[bytes]:
    """
    Decodes base64. Returns None unless encoding the bytes again gives the same text, so other alphabets, stray bits
    and missing padding are refused.
    """
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def malformed(message: str) -> DomainError:
    return DomainError("EVENT_MALFORMED", message)
