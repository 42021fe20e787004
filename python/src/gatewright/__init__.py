"""Gatewright in Python: the caller's claims, the backend's own check, exact quotas, signed webhooks."""

from . import webhooks
from .access import Caller, caller_of, claims_of, require
from .errors import DomainError, PlanInvalid, Refused
from .headers import LimitState
from .quota import Charge, Quota

__all__ = [
    "Caller",
    "Charge",
    "DomainError",
    "LimitState",
    "PlanInvalid",
    "Quota",
    "Refused",
    "caller_of",
    "claims_of",
    "require",
    "webhooks",
]
