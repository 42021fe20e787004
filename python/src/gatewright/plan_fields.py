"""Reads the fields of a customer plan, as the TypeScript library does. Every error names the field by its path."""

import re
from typing import Any, Callable, List, Mapping, NoReturn, Optional, Sequence, Set, TypeVar

from .errors import PlanInvalid
from .json_text import Number, number_of, safe_integer_of
from .periods import epoch_ms_of

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_MAX_INDEX = 2**32 - 2
T = TypeVar("T")


def names_in_order(fields: Mapping[str, Any]) -> List[str]:
    """
    Returns the names in the order in which JavaScript lists them (names that are array indexes come first), so that
    both languages name the same unknown field.
    """
    indexes = [name for name in fields if _INDEX.fullmatch(name) and int(name) <= _MAX_INDEX]
    return [*sorted(indexes, key=int), *(name for name in fields if name not in indexes)]


class PlanFields:
    def __init__(self, value: Any, path: str) -> None:
        """Reads a JSON object. Raises PlanInvalid if the value is not one."""
        self._path = path
        if not isinstance(value, Mapping):
            raise PlanInvalid(path or "plan", "must be an object")
        self._fields = value
        self._asked: Set[str] = set()

    def path_of(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def has(self, name: str) -> bool:
        """Whether the field is present. A null is present, and stands for the default if there is one."""
        self._asked.add(name)
        return name in self._fields

    def get(self, name: str, default: Any = None) -> Any:
        self._asked.add(name)
        value = self._fields.get(name)
        return default if value is None else value

    def fail(self, name: str, rule: str) -> NoReturn:
        raise PlanInvalid(self.path_of(name), rule)

    def id(self, name: str) -> str:
        def read(value: Any) -> Optional[str]:
            return value if isinstance(value, str) and _ID.fullmatch(value) else None

        expected = "1 to 64 letters, digits, dots, dashes and underscores, and begin with a letter or digit"
        return self._read(name, expected, read)

    def text(self, name: str, default: str) -> str:
        return self._read(name, "text", lambda value: value if isinstance(value, str) else None, default)

    def one_of(self, name: str, known: Sequence[str]) -> str:
        expected = f"one of {', '.join(known)}"
        return self._read(name, expected, lambda value: value if isinstance(value, str) and value in known else None)

    def integer(self, name: str, least: int, most: int, default: Optional[int] = None) -> int:
        def read(value: Any) -> Optional[int]:
            number = safe_integer_of(value)
            return number if number is not None and least <= number <= most else None

        return self._read(name, f"a whole number from {least} to {most}", read, default)

    def number(self, name: str, least: float, most: float, default: Optional[float] = None) -> Number:
        def read(value: Any) -> Optional[Number]:
            number = number_of(value)
            return number if number is not None and least <= number <= most else None

        return self._read(name, f"a number from {least} to {most}", read, default)

    def instant(self, name: str) -> int:
        expected = "a day such as 2026-11-20, or an instant such as 2026-11-20T06:00:00Z"

        def read(value: Any) -> Optional[int]:
            # The ids of periods contain milliseconds, but instants in plans do not.
            return epoch_ms_of(value) if isinstance(value, str) and "." not in value else None

        return self._read(name, expected, read)

    def list(self, name: str, most: int, default: Optional[Sequence[Any]] = None) -> Sequence[Any]:
        def read(value: Any) -> Optional[Sequence[Any]]:
            return value if isinstance(value, (list, tuple)) and len(value) <= most else None

        return self._read(name, f"a list with at most {most} entries", read, default)

    def names(self) -> Sequence[str]:
        return names_in_order(self._fields)

    def refuse_others(self) -> None:
        """
        Refuses fields that were not read, because a misspelt field would otherwise be a limit that is not enforced.
        """
        other = next((name for name in self.names() if name not in self._asked), None)
        if other is not None:
            self.fail(other, f"is unknown; expected one of {', '.join(sorted(self._asked))}")

    def _read(self, name: str, expected: str, read: Callable[[Any], Optional[T]], default: Any = None) -> T:
        value = read(self.get(name, default))
        return self.fail(name, f"must be {expected}") if value is None else value
