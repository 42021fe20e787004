"""The errors and refusals of this library. Their codes are the codes of the Node packages (docs/errors.md)."""

from typing import Any, Dict, Mapping, Optional

from .json_text import print_json


class DomainError(Exception):
    """A failure with a stable code. Its message never contains credentials."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PlanInvalid(DomainError):
    """A customer plan is invalid, or cannot be enforced here. `field` is the path of the faulty property."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__("PLAN_INVALID", f"{field} {rule}")
        self.field = field


class Refused(Exception):
    """A request is refused with 401, 403, 429, 500 or 503. `reason` is for logs only."""

    def __init__(
        self, status: int, problem: Mapping[str, Any], headers: Optional[Mapping[str, str]] = None, reason: str = ""
    ) -> None:
        super().__init__(reason or str(problem.get("title", status)))
        self.status = status
        self.reason = reason
        self.headers: Dict[str, str] = {"content-type": "application/problem+json", **(headers or {})}
        self.body = print_json(problem)

    def reply(self) -> Dict[str, Any]:
        """Returns the response in the form in which a handler returns it to API Gateway."""
        return {"statusCode": self.status, "headers": self.headers, "body": self.body}


def refused(status: int, title: str, detail: Optional[str] = None, reason: str = "") -> Refused:
    problem: Dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail is not None:
        problem["detail"] = detail
    return Refused(status, problem, reason=reason or detail or title)
