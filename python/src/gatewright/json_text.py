"""
Parses JSON from other sources, at any depth and with numbers of any length, and prints numbers as JavaScript does. A
text is valid JSON here exactly if it is valid JSON in the other languages of the wire contract.
"""

import json
import math
import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Dict, List, Optional, Tuple, Union

MAX_SAFE = 2**53 - 1
# Longer whole numbers are infinite in JavaScript. Python refuses to parse whole numbers of more than 4,300 digits.
_MAX_DIGITS = 309
_BLANKS = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}

Number = Union[int, float]


def parse_json(text: str) -> Any:
    """
    Parses a JSON text. Whole numbers keep their digits, up to the largest number that JavaScript can represent. Raises
    ValueError if the text is not JSON.
    """
    try:
        return json.loads(text, parse_int=_whole, parse_constant=_refuse)
    except RecursionError:
        return _parse_deep(text)


def number_of(value: Any) -> Optional[Number]:
    """
    Returns the number as JavaScript would have it: an int if it is whole and safe, otherwise a float, which may be
    infinite. Returns None for anything else, including a bool.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return None
    try:
        near = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return int(near) if near.is_integer() and abs(near) <= MAX_SAFE else near


def safe_integer_of(value: Any) -> Optional[int]:
    number = number_of(value)
    return number if isinstance(number, int) else None


def print_number(value: Number) -> str:
    """Prints a number as JavaScript does: `1e+21`, `100000000000000000000`, `1e-7`, `0.000001`."""
    number = number_of(value)
    if number is None or not math.isfinite(number):
        return "NaN" if number is None else "Infinity" if number > 0 else "-Infinity"
    if isinstance(number, int):
        return str(number)
    sign, digits, exponent = _decimal(number)
    point = len(digits) + exponent
    if len(digits) <= point <= 21:
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"


def print_json(value: Any) -> str:
    """Prints a value exactly as `JSON.stringify` does: without blanks, and with only the necessary escapes."""
    printed = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", printed)


def _decimal(number: float) -> Tuple[str, str, int]:
    """
    Returns sign, digits and exponent. The digits are the shortest that represent the number. Python and JavaScript
    choose the same ones.
    """
    mantissa, _, power = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    kept = digits.rstrip("0")
    exponent = int(power or "0") - len(fraction) + len(digits) - len(kept)
    return "-" if number < 0 else "", kept, exponent


def _whole(digits: str) -> Number:
    return int(digits) if len(digits) <= _MAX_DIGITS else float(digits)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _parse_deep(text: str) -> Any:
    """
    Parses JSON without recursion. The stack contains the lists and objects that are still open. With each object is
    the name whose value comes next.
    """
    open_values: List[Tuple[Union[List[Any], Dict[str, Any]], str]] = []
    at = _skip(text, 0)
    while True:
        if text[at : at + 1] in ("[", "{"):
            is_list = text[at] == "["
            container: Union[List[Any], Dict[str, Any]] = [] if is_list else {}
            at = _skip(text, at + 1)
            if text[at : at + 1] != ("]" if is_list else "}"):
                name, at = ("", at) if is_list else _parse_name(text, at)
                open_values.append((container, name))
                continue
            value: Any = container
            at += 1
        else:
            value, at = _parse_scalar(text, at)
        at = _skip(text, at)
        # Close every list and object that ends here.
        while open_values:
            into, name = open_values[-1]
            if isinstance(into, list):
                into.append(value)
            else:
                into[name] = value
            follows = text[at : at + 1]
            if follows == ",":
                at = _skip(text, at + 1)
                if isinstance(into, dict):
                    name, at = _parse_name(text, at)
                    open_values[-1] = (into, name)
                break
            if follows != ("]" if isinstance(into, list) else "}"):
                raise ValueError("a JSON list or object is not closed")
            open_values.pop()
            value, at = into, _skip(text, at + 1)
        else:
            if at != len(text):
                raise ValueError("something follows the JSON")
            return value


def _parse_name(text: str, at: int) -> Tuple[str, int]:
    if text[at : at + 1] != '"':
        raise ValueError("a member of a JSON object has no name")
    name, at = scanstring(text, at + 1, True)
    at = _skip(text, at)
    if text[at : at + 1] != ":":
        raise ValueError("a member of a JSON object has no value")
    return name, _skip(text, at + 1)


def _parse_scalar(text: str, at: int) -> Tuple[Any, int]:
    if text[at : at + 1] == '"':
        parsed: Tuple[str, int] = scanstring(text, at + 1, True)
        return parsed
    for word, value in _WORDS.items():
        if text.startswith(word, at):
            return value, at + len(word)
    number = _NUMBER.match(text, at)
    if number is None:
        raise ValueError("expected a JSON value")
    whole, fraction, power = number.groups()
    return (_whole(whole) if fraction is None and power is None else float(number[0])), number.end()


def _skip(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return at if blanks is None else blanks.end()
