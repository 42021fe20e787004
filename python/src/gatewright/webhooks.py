"""Verifies signed webhooks of GitHub, Stripe, Slack and Standard Webhooks (Svix)."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Pattern, Sequence, Tuple

from .errors import DomainError, Refused, refused
from .event import base64_of, body_of, headers_of, http_time_of
from .json_text import MAX_SAFE, parse_json
from .text import utf8_of

_HEX = re.compile(r"[0-9a-f]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{43}=")
_SECONDS = re.compile(r"[1-9][0-9]{0,15}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,127}")
_STANDARD_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_STRIPE_NAME = re.compile(r"t|v[0-9]{1,2}")

Headers = Mapping[str, List[str]]


@dataclass(frozen=True)
class Delivery:
    scheme: str
    # `id#` and the sender's own id if the id is signed, otherwise `signed#` and a hash of the signed bytes.
    key: str
    # The type of the event, such as `push` or `invoice.paid`. GitHub does not sign it, because it signs only the body.
    type: Optional[str]
    body: bytes
    # The body, if it is a JSON object.
    payload: Mapping[str, Any]
    received_at_epoch_ms: int


@dataclass(frozen=True)
class _Claim:
    prefix: str
    signatures: Sequence[str]
    signed_at: Optional[int]


def verify(
    event: Any,
    *,
    scheme: str,
    secrets: Sequence[str],
    tolerance_seconds: int = 300,
    trust_delivery_id: bool = False,
) -> Delivery:
    """
    Returns the delivery if it is recent and was signed with one of the secrets.
    Raises Refused 401 with a `reason`, or DomainError CONFIG_INVALID if the secrets or the scheme cannot be used.
    """
    if scheme not in _SCHEMES:
        raise DomainError(
            "CONFIG_INVALID", f"unknown webhook scheme {scheme}; expected one of {', '.join(_SCHEMES)}"
        )
    read_claim, to_key, encode, describe = _SCHEMES[scheme]
    now_ms, headers, body = http_time_of(event), headers_of(event), body_of(event)
    claim = read_claim(headers)
    now = now_ms // 1000
    if abs(now - (now if claim.signed_at is None else claim.signed_at)) > tolerance_seconds:
        raise _unauthorized("timestamp_outside_tolerance")
    keys = [to_key(secret) for secret in secrets]
    if not 1 <= len(keys) <= 4:
        raise DomainError("CONFIG_INVALID", f"a webhook must have 1 to 4 secrets; it has {len(keys)}")
    if any(key is None or len(key) < 16 for key in keys):
        message = (
            "a webhook secret does not have the form of its scheme, or is shorter than 16 bytes:"
            " copy the whole secret from the sender"
        )
        raise DomainError("CONFIG_INVALID", message)
    signed = claim.prefix.encode() + body
    # All signatures are compared, so that the time does not reveal which one matched.
    expected = [encode(hmac.new(key or b"", signed, hashlib.sha256).digest()) for key in keys]
    if not any([hmac.compare_digest(mine, theirs) for mine in expected for theirs in claim.signatures]):
        raise _unauthorized("invalid_signature")
    payload = _parse_object(body)
    own_id, unsigned_id, kind = describe(headers, payload)
    if trust_delivery_id and unsigned_id is None:
        raise _unauthorized("malformed_id")
    known = unsigned_id if trust_delivery_id else own_id
    key = f"signed#{hashlib.sha256(signed).hexdigest()}" if known is None else f"id#{known}"
    return Delivery(scheme, key, kind, body, payload, now_ms)


def _github(headers: Headers) -> _Claim:
    header = _only(headers, "x-hub-signature-256")
    return _Claim("", _signatures([header[7:]] if header.startswith("sha256=") else [], _HEX), None)


def _stripe(headers: Headers) -> _Claim:
    pairs = [pair.partition("=") for pair in _only(headers, "stripe-signature").split(",")]
    if not all(_STRIPE_NAME.fullmatch(name) for name, _, _ in pairs):
        raise _unauthorized("malformed_signature")
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) > 1:
        raise _unauthorized("duplicate_signature")
    seconds = _seconds(times[0] if times else "")
    return _Claim(f"{seconds}.", _signatures([value for name, _, value in pairs if name == "v1"], _HEX), seconds)


def _slack(headers: Headers) -> _Claim:
    header = _only(headers, "x-slack-signature")
    seconds = _seconds(_only(headers, "x-slack-request-timestamp"))
    return _Claim(f"v0:{seconds}:", _signatures([header[3:]] if header.startswith("v0=") else [], _HEX), seconds)


def _standard(headers: Headers) -> _Claim:
    family = _family(headers)
    header, sender_id = _only(headers, f"{family}-signature"), _only(headers, f"{family}-id")
    # If the id contained a full stop, the same bytes could be read as another id, time and body.
    if not _STANDARD_ID.fullmatch(sender_id):
        raise _unauthorized("malformed_id")
    seconds = _seconds(_only(headers, f"{family}-timestamp"))
    entries = [entry.partition(",") for entry in header.split(" ")]
    values = [value for version, _, value in entries if version == "v1"]
    return _Claim(f"{sender_id}.{seconds}.", _signatures(values, _BASE64), seconds)


Description = Tuple[Optional[str], Optional[str], Optional[str]]


def _describe_github(headers: Headers, _: Mapping[str, Any]) -> Description:
    sender_id = _match(",".join(headers.get("x-github-delivery", [])), re.compile(r"[0-9A-Za-z-]{1,64}"))
    return None, sender_id, _match(",".join(headers.get("x-github-event", [])), _NAME)


def _describe_stripe(_: Headers, payload: Mapping[str, Any]) -> Description:
    return _match(payload.get("id"), re.compile(r"evt_[A-Za-z0-9_]{1,120}")), None, _match(payload.get("type"), _NAME)


def _describe_slack(_: Headers, payload: Mapping[str, Any]) -> Description:
    inner = payload.get("event")
    kind = _match(inner.get("type"), _NAME) if isinstance(inner, Mapping) else None
    own_id = _match(payload.get("event_id"), re.compile(r"[A-Za-z0-9]{1,64}"))
    return own_id, None, kind or _match(payload.get("type"), _NAME)


def _describe_standard(headers: Headers, payload: Mapping[str, Any]) -> Description:
    return headers[f"{_family(headers)}-id"][0], None, _match(payload.get("type"), _NAME)


def _text_key(secret: str) -> Optional[bytes]:
    return utf8_of(secret)


def _standard_key(secret: str) -> Optional[bytes]:
    """Decodes the base64 after `whsec_`. (Stripe's secrets have the same prefix, but Stripe uses the whole text.)"""
    return base64_of(secret[6:] if secret.startswith("whsec_") else secret)


def _family(headers: Headers) -> str:
    return "webhook" if "webhook-signature" in headers else "svix"


def _only(headers: Headers, name: str) -> str:
    values = headers.get(name, [])
    if not values or values[0] == "":
        raise _unauthorized("missing_signature")
    if len(values) > 1:
        raise _unauthorized("duplicate_signature")
    return values[0]


def _seconds(text: str) -> int:
    seconds = int(text) if _SECONDS.fullmatch(text) else MAX_SAFE + 1
    if seconds > MAX_SAFE:
        raise _unauthorized("malformed_timestamp")
    return seconds


def _signatures(texts: Sequence[str], form: Pattern[str]) -> Sequence[str]:
    if not 1 <= len(texts) <= 8 or not all(form.fullmatch(text) for text in texts):
        raise _unauthorized("malformed_signature")
    return texts


def _match(value: Any, form: Pattern[str]) -> Optional[str]:
    return value if isinstance(value, str) and form.fullmatch(value) else None


def _parse_object(body: bytes) -> Dict[str, Any]:
    try:
        parsed = parse_json(body.decode("utf-8", "replace"))
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _unauthorized(reason: str) -> Refused:
    """
    Returns the same response for every reason, because naming the wrong part would reveal that the others are right.
    """
    return refused(401, "Unauthorized", reason=reason)


def _hex(digest: bytes) -> str:
    return digest.hex()


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


_Scheme = Tuple[
    Callable[[Headers], _Claim],
    Callable[[str], Optional[bytes]],
    Callable[[bytes], str],
    Callable[[Headers, Mapping[str, Any]], Description],
]
_SCHEMES: Dict[str, _Scheme] = {
    "github": (_github, _text_key, _hex, _describe_github),
    "stripe": (_stripe, _text_key, _hex, _describe_stripe),
    "slack": (_slack, _text_key, _hex, _describe_slack),
    "standard": (_standard, _standard_key, _base64, _describe_standard),
}
