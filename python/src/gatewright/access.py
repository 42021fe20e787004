"""Reads the caller of a request, and checks the authorizer's result again in the backend."""

import re
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from .errors import DomainError, refused
from .event import Fields, authorizer_context_of, fields_of, headers_of, query_names_of, received_at_of, request_of
from .json_text import number_of, parse_json, print_number

_NOT_CLAIMS = {
    "principalId",
    "integrationLatency",
    "ticketCaller",
    "contextCut",
    "carriedClaims",
    "claimRefusal",
    "accessDecision",
    "mcpGrants",
    "channels",
}
_STANDARD = {"sub": "sub", "iss": "iss", "scope": "scope", "client_id": "clientId", "exp": "exp"}
_EXPIRY = re.compile(r"[0-9]{1,12}")
# Frameworks use the method in these headers and parameters, but the rules allowed the method of the request.
_OVERRIDES = re.compile(r"x-http-method(-override)?|x-method-override")
_OVERRIDING_PARAMETER = re.compile(r"_method(\[.*)?", re.DOTALL)


class CarriedClaims(Mapping[str, str]):
    """
    The claims that an access document passes on. Reading a claim that it does not pass on raises an error, because
    with None, all callers would look like the same caller.
    """

    def __init__(self, carried: Mapping[str, Optional[str]]) -> None:
        self._carried = carried

    def __getitem__(self, name: str) -> str:
        if name not in self._carried:
            raise DomainError(
                "CONFIG_INVALID",
                f"the authorizer does not pass on the claim {name}: "
                "add it to result.claims.names of the API's access document",
            )
        value = self._carried[name]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name, value in self._carried.items() if value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Caller:
    subject: str
    issuer: Optional[str]
    client_id: Optional[str]
    scopes: Tuple[str, ...]
    # None for an API key that does not expire.
    expires_at_epoch_seconds: Optional[float]
    # All other members of the authorizer's context, such as `tenant`, and the claims that the access document names
    # under `context`.
    context: Fields
    # The names of values that the authorizer left out because they are too long.
    cut: Tuple[str, ...]


def claims_of(event: Any) -> Optional[Mapping[str, str]]:
    """
    Returns the caller's claims behind a Cognito, JWT or Gatewright authorizer, and None if the request had no
    authorizer. Reading a claim that the access document does not pass on raises DomainError CONFIG_INVALID.
    """
    authorizer = request_of(event).authorizer
    jwt, claims = authorizer.get("jwt"), authorizer.get("claims")
    if isinstance(jwt, Mapping):
        return fields_of(jwt.get("claims"))
    if isinstance(claims, Mapping):
        return claims
    context = authorizer_context_of(event)
    if _text(context.get("sub")) is None:
        return None
    carried = _parse_carried(context.get("carriedClaims"))
    if carried is None and "carriedClaims" in _words(context.get("contextCut")):
        raise DomainError(
            "CONFIG_INVALID",
            "the claims under result.claims are too long for the authorizer's context: name fewer claims",
        )
    return CarriedClaims(_claims_of_context(context) if carried is None else carried)


def caller_of(event: Any) -> Optional[Caller]:
    """Returns the caller, and None if none of Gatewright's authorizers has handled the request."""
    context = authorizer_context_of(event)
    subject, expiry = _text(context.get("sub")), context.get("exp")
    if isinstance(expiry, str) and _EXPIRY.fullmatch(expiry):
        expiry = int(expiry)
    # With an empty subject, all callers would look like the same caller. A null expiry would never expire.
    if subject is None or ("exp" in context and number_of(expiry) is None):
        return None
    named = {"sub", "iss", "clientId", "scope", "exp", "contextCut"}
    return Caller(
        subject=subject,
        issuer=_text(context.get("iss")),
        client_id=_text(context.get("clientId")),
        scopes=_words(context.get("scope")),
        expires_at_epoch_seconds=number_of(expiry),
        context={name: value for name, value in context.items() if name not in named},
        cut=_words(context.get("contextCut")),
    )


def require(
    event: Any,
    scopes: Sequence[str] = (),
    *,
    clock_skew_seconds: float = 30,
    allow_method_override: bool = False,
) -> Caller:
    """
    Checks the authorizer's result again, because a cached result can outlive its token and its scopes.
    Raises Refused with 401 if the credential has expired, 403 if a scope is missing or the request overrides its
    method, and 500 if no authorizer has run.
    """
    caller, now = caller_of(event), received_at_of(event)
    if caller is None or now is None:
        raise refused(500, "Internal Server Error")
    expiry = caller.expires_at_epoch_seconds
    if expiry is not None and expiry + clock_skew_seconds < now / 1000:
        raise refused(401, "Unauthorized", "the credential has expired")
    if not allow_method_override and _overrides_method(event):
        raise refused(403, "Forbidden", "the request overrides its method")
    if all(scope in caller.scopes for scope in scopes):
        return caller
    # The authorizer left out some scopes, so the caller may have the missing one.
    if "scope" in caller.cut:
        raise refused(500, "Internal Server Error")
    raise refused(403, "Forbidden", "the credential lacks a scope")


def _parse_carried(text: Any) -> Optional[Dict[str, Optional[str]]]:
    try:
        carried = parse_json(text) if isinstance(text, str) else None
    except ValueError:
        return None
    is_whole = isinstance(carried, dict) and all(v is None or isinstance(v, str) for v in carried.values())
    return carried if is_whole else None


def _claims_of_context(context: Fields) -> Dict[str, Optional[str]]:
    standard: List[Tuple[str, Any]] = [(claim, context.get(name)) for claim, name in _STANDARD.items()]
    taken = _NOT_CLAIMS | set(_STANDARD.values())
    named = [(name, value) for name, value in context.items() if name not in taken]
    return {name: _print_claim(value) for name, value in standard + named}


def _print_claim(value: Any) -> Optional[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return print_number(value) if isinstance(value, (int, float)) else None


def _overrides_method(event: Any) -> bool:
    return any(_OVERRIDES.fullmatch(name) for name in headers_of(event)) or any(
        _OVERRIDING_PARAMETER.fullmatch(name) for name in query_names_of(event)
    )


def _text(value: Any) -> Optional[str]:
    return value if isinstance(value, str) and value != "" else None


def _words(value: Any) -> Tuple[str, ...]:
    text = _text(value)
    return () if text is None else tuple(text.split(" "))
