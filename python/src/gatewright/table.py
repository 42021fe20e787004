"""Represents conditional writes as data, and carries them out through boto3's low-level client."""

import json
import logging
import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from .errors import DomainError
from .json_text import number_of
from .text import is_well_formed

LOG = logging.getLogger("gatewright")

Value = Union[str, int, float]
Item = Mapping[str, Value]
Key = Tuple[str, str]
# An attribute, the name of a test in `_PRINTED`, and a value.
Test = Tuple[str, str, Optional[Value]]

# The number of the layout, which is also the value of the tables' tag `gatewright:schema`. Items of a newer layout are
# not changed.
LAYOUT = 1
_KNOWN_LAYOUT: Test = ("layout", "absent-or-at-most", LAYOUT)
_PRINTED = {
    "absent": "attribute_not_exists({n})",
    "present": "attribute_exists({n})",
    "at-least": "{n} >= {v}",
    "equal": "{n} = {v}",
    "absent-or-below": "(attribute_not_exists({n}) OR {n} < {v})",
    "absent-or-at-most": "(attribute_not_exists({n}) OR {n} <= {v})",
}


@dataclass(frozen=True)
class Write:
    key: Key
    when: Sequence[Test]
    set: Item = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: Sequence[str] = ()
    # If set, the write stores this item instead of changing an item.
    put: Optional[Item] = None


@dataclass(frozen=True)
class Outcome:
    """
    The outcome of a write. `done`: it was applied. `refused`: a test failed, and `item` is the item that was compared.
    `unavailable`: it may have been applied.
    """

    kind: str
    item: Optional[Item] = None
    # For each write of a transaction: whether its tests passed, and the item if they did not.
    members: Sequence[Tuple[bool, Optional[Item]]] = ()


class Unavailable(Exception):
    """The table was unavailable for a read, or the item belongs to a newer stack."""


class Table:
    def __init__(self, name: str, client: Any) -> None:
        self._name = name
        self._client = client
        # Called with each item that a read or a write returns.
        self.on_item: Callable[[Key, Item], None] = lambda key, item: None

    def read(self, key: Key) -> Optional[Item]:
        """Reads an item consistently. Raises Unavailable if the table is unavailable."""
        try:
            answer = self._client.get_item(TableName=self._name, Key=_print_key(key), ConsistentRead=True)
        except Exception as error:
            _assert_of_call(error)
            raise Unavailable from error
        item = _parse_item(answer.get("Item"))
        if item is not None and not item.get("layout", LAYOUT) <= LAYOUT:  # type: ignore[operator]
            raise Unavailable
        self._note(key, item)
        return item

    def update(self, write: Write) -> Outcome:
        outcome = self._update(write)
        self._note(write.key, outcome.item)
        return outcome

    def _note(self, key: Key, item: Optional[Item]) -> None:
        if item is not None:
            self.on_item(key, item)

    def _update(self, write: Write) -> Outcome:
        try:
            answer = self._client.update_item(**self._print(write), ReturnValues="ALL_NEW")
        except Exception as error:
            failure = _assert_of_call(error)
            if _code_of(failure) == "ConditionalCheckFailedException":
                return _refuse(_parse_item(failure.get("Item")))
            return Outcome("unavailable")
        item = _parse_item(answer.get("Attributes"))
        # DynamoDB always returns the item. Without it, the response is not DynamoDB's, and proves nothing.
        return Outcome("unavailable") if item is None else Outcome("done", item)

    def transact(self, writes: Sequence[Write]) -> Outcome:
        try:
            self._client.transact_write_items(TransactItems=[self._member(write) for write in writes])
        except Exception as error:
            reasons = _assert_of_call(error).get("CancellationReasons") or []
            if not reasons or any(reason.get("Code") not in ("None", "ConditionalCheckFailed") for reason in reasons):
                return Outcome("unavailable")
            members = [(reason.get("Code") == "None", _parse_item(reason.get("Item"))) for reason in reasons]
            for write, (_, item) in zip(writes, members):
                self._note(write.key, item)
            return Outcome("refused", members=members)
        return Outcome("done")

    def _member(self, write: Write) -> Dict[str, Any]:
        printed = self._print(write)
        if write.put is not None:
            del printed["Key"]
            item = {name: _print_value(value) for name, value in write.put.items()}
            return {"Put": {**printed, "Item": {**item, **_print_key(write.key)}}}
        return {"Update" if "UpdateExpression" in printed else "ConditionCheck": printed}

    def _print(self, write: Write) -> Dict[str, Any]:
        names: Dict[str, str] = {}
        values: Dict[str, Any] = {}

        def name_of(attribute: str) -> str:
            names[f"#{attribute}"] = attribute
            return f"#{attribute}"

        def value_of(value: Value) -> str:
            values[f":v{len(values)}"] = _print_value(value)
            return f":v{len(values) - 1}"

        tests = [
            _PRINTED[test].format(n=name_of(name), v="" if value is None else value_of(value))
            for name, test, value in [*write.when, _KNOWN_LAYOUT]
        ]
        sets = [f"{name_of(name)} = {name_of(name)} + {value_of(units)}" for name, units in write.add.items()]
        sets += [f"{name_of(name)} = {value_of(value)}" for name, value in write.set.items()]
        update = f"SET {', '.join(sets)}" if sets else ""
        if write.remove:
            update += f" REMOVE {', '.join(name_of(name) for name in write.remove)}"
        return {
            "TableName": self._name,
            "Key": _print_key(write.key),
            "ConditionExpression": " AND ".join(tests),
            **({"UpdateExpression": update} if update else {}),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


def print_key_part(name: str) -> str:
    """
    Escapes a name. Otherwise the tenant `a#b` with the limit `c` would share a ledger with the tenant `a` and the limit
    `b#c`. Raises DomainError SUBJECT_INVALID if the name contains half of a surrogate pair, which the table cannot
    store.
    """
    if not is_well_formed(name):
        raise DomainError(
            "SUBJECT_INVALID",
            f"the name {json.dumps(name)} contains a lone surrogate (half of a surrogate pair)",
        )
    return name.replace("%", "%25").replace("#", "%23")


def parse_key_part(part: str) -> str:
    return part.replace("%23", "#").replace("%25", "%")


def _refuse(item: Optional[Item]) -> Outcome:
    is_newer = item is not None and not item.get("layout", LAYOUT) <= LAYOUT  # type: ignore[operator]
    return Outcome("unavailable") if is_newer else Outcome("refused", item)


def _assert_of_call(error: Exception) -> Mapping[str, Any]:
    """
    Returns DynamoDB's response, empty if there is none. Raises errors that the program or its settings have caused.
    """
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping) and not isinstance(error, (OSError, *_transport_errors())):
        raise error
    answer = response if isinstance(response, Mapping) else {}
    if _code_of(answer) not in ("ConditionalCheckFailedException", "TransactionCanceledException"):
        LOG.warning("the usage table is unavailable: %s", _code_of(answer) or type(error).__name__)
    return answer


def _transport_errors() -> List[type]:
    try:
        from botocore import exceptions, parsers
    except ImportError:
        return []
    # The first two are the bases of timeouts and of failures to connect, to resolve a name, and of TLS and proxies.
    return [
        exceptions.HTTPClientError,
        exceptions.ConnectionError,
        exceptions.CapacityNotAvailableError,
        exceptions.ChecksumError,
        exceptions.IncompleteReadError,
        exceptions.CredentialRetrievalError,
        exceptions.MetadataRetrievalError,
        exceptions.TokenRetrievalError,
        parsers.ResponseParserError,
    ]


def _code_of(response: Mapping[str, Any]) -> Optional[str]:
    error = response.get("Error")
    return error.get("Code") if isinstance(error, Mapping) else None


def _print_key(key: Key) -> Dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _print_value(value: Value) -> Dict[str, str]:
    return {"S": value} if isinstance(value, str) else {"N": str(value)}


def _parse_item(item: Optional[Mapping[str, Mapping[str, str]]]) -> Optional[Item]:
    """Returns the texts and numbers of an item without its key. The library uses no attributes of other types."""
    if item is None:
        return None
    parsed: Dict[str, Value] = {}
    for name, value in item.items():
        if "N" in value:
            parsed[name] = _parse_number(value["N"])
        elif "S" in value and name not in ("pk", "sk"):
            parsed[name] = value["S"]
    return parsed


def _parse_number(text: str) -> Union[int, float]:
    number = int(text) if re.fullmatch(r"-?[0-9]{1,38}", text) else float(text)
    known = number_of(number)
    return number if known is None else known
