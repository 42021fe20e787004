"""RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-11), and the responses to requests over quota."""

import math
import re
from dataclasses import dataclass
from typing import Dict, Optional, Sequence

from .errors import Refused, refused
from .json_text import print_number

_PROBLEMS = "https://iana.org/assignments/http-problem-types#"
# A structured field's Integer has at most 15 digits.
_MAX_INTEGER = 999_999_999_999_999


@dataclass(frozen=True)
class LimitState:
    id: str
    # The units per window, including top-ups.
    limit: int
    window_seconds: int
    # The units that were left when the ledger was last seen. There may be fewer by now.
    remaining: int
    reset_seconds: int
    # True if the quota is used up and requests are charged to its overage.
    overage: bool = False
    # True if the period is closed, so that nothing can be charged to it.
    closed: bool = False


def rate_limit_headers(limits: Sequence[LimitState]) -> Dict[str, str]:
    """
    Returns the RateLimit fields. A policy may appear only once, so if a limit has two states, the one with fewer
    remaining units is used.
    """
    by_id: Dict[str, LimitState] = {}
    for state in limits:
        if state.id not in by_id or state.remaining < by_id[state.id].remaining:
            by_id[state.id] = state
    if not by_id:
        return {}
    return {
        "ratelimit-policy": ", ".join(_item(s.id, q=s.limit, w=s.window_seconds) for s in by_id.values()),
        "ratelimit": ", ".join(_item(s.id, r=s.remaining, t=s.reset_seconds) for s in by_id.values()),
    }


def rejection(reason: str, limit: str, retry_after_seconds: int, limits: Sequence[LimitState]) -> Refused:
    """
    Returns the refusal: 429 if a limit is used up, 503 if the table is unreachable (never 429), 403 if the customer or
    the limit is suspended.
    """
    if reason == "suspended":
        return refused(403, "Forbidden", "access is suspended by the owner of the API", reason)
    headers = {"retry-after": print_number(retry_after_seconds), **rate_limit_headers(limits)}
    if reason == "unavailable":
        title = "Request cannot be satisfied due to temporary server capacity constraints"
        problem = {"type": f"{_PROBLEMS}temporary-reduced-capacity", "title": title, "status": 503}
        return Refused(503, problem, headers, reason)
    title = "Request cannot be satisfied as assigned quota has been exceeded"
    problem = {"type": f"{_PROBLEMS}quota-exceeded", "title": title, "status": 429}
    if any(state.id == limit and state.closed for state in limits):
        problem["detail"] = "the period of the limit is closed"
    problem["violated-policies"] = [limit]
    return Refused(429, problem, headers, reason)


def _item(name: str, **parameters: Optional[float]) -> str:
    # A character of two UTF-16 units becomes two question marks, because the wire contract counts UTF-16 units.
    shown = re.sub(r"[^\x20-\x7e]", lambda other: "??" if other[0] > "\uffff" else "?", name)
    text = re.sub(r'(["\\])', r"\\\1", shown)
    printed = [f";{key}={_integer(value)}" for key, value in parameters.items() if value is not None]
    return f'"{text}"{"".join(printed)}'


def _integer(value: float) -> int:
    return max(0, math.floor(min(_MAX_INTEGER, value)))
