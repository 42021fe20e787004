"""Writes what a handler returns as Lambda's runtime client for Python writes it, byte for byte.

The runtime client (awslambdaric, `lambda_runtime_marshaller.py`) uses simplejson, which differs from the standard
library's `json`: decimals keep their digits, bytes are text, and objects with `_asdict` are JSON objects. The machine of
a user need not have simplejson, so its rules are written here with the standard library alone.
"""

import decimal
import json.encoder
import math
import os
import sys

# The runtimes that escape characters that are not ASCII. Later runtimes do not. The set is from awslambdaric.
ESCAPING_RUNTIMES = {"AWS_Lambda_python3.%d" % minor for minor in range(6, 12)}
INFINITY = float("inf")


class RawJson:
    """A text that is already JSON."""

    def __init__(self, text):
        self.encoded_json = text


class ResultWriter:
    def __init__(self):
        escapes = os.environ.get("AWS_EXECUTION_ENV") in ESCAPING_RUNTIMES
        self.write_text = json.encoder.encode_basestring_ascii if escapes else json.encoder.encode_basestring

    def write(self, value):
        # A function with simplejson may return its RawJSON, because in Lambda this is the class of the runtime client.
        module = sys.modules.get("simplejson.raw_json")
        self.raw = (RawJson,) if module is None else (RawJson, module.RawJSON)
        self.parts = []
        # The nested values around the current one, with what each still has to write. Recursion is avoided, so that a
        # result may be as deeply nested as in Lambda, where C code writes it.
        self.nested = []
        self.open_marks = set()
        self.begin(value)
        while self.nested:
            mark, rest = self.nested[-1]
            for value in rest:
                if self.begin(value):
                    break
            else:
                self.nested.pop()
                self.open_marks.discard(mark)
        return "".join(self.parts)

    def begin(self, value):
        """Writes a value and returns False, or begins a nested one and returns True."""
        text = self.write_plain(value)
        if text is not None:
            self.parts.append(text)
            return False
        mark = id(value)
        if mark in self.open_marks:
            raise ValueError("Circular reference detected")
        if len(self.nested) >= sys.getrecursionlimit():
            raise RecursionError("maximum recursion depth exceeded while encoding a JSON object")
        self.open_marks.add(mark)
        self.nested.append((mark, self.parts_of(value)))
        return True

    def write_plain(self, value):
        if isinstance(value, str):
            return self.write_text(value)
        if isinstance(value, bytes):
            return self.write_text(str(value, "utf-8"))
        if isinstance(value, self.raw):
            return value.encoded_json
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return write_int(value)
        return write_float(value) if isinstance(value, float) else None

    def parts_of(self, value):
        """Yields the values within a nested value one after the other, and writes the text between them."""
        fields = fields_of(value)
        if fields is None and isinstance(value, (list, tuple)):
            return self.items_of(value)
        if fields is None and not isinstance(value, dict):
            return iter((replace_value(value),))
        return self.members_of(value if fields is None else fields)

    def items_of(self, items):
        separator = "["
        for item in items:
            self.parts.append(separator)
            separator = ", "
            yield item
        self.parts.append("[]" if separator == "[" else "]")

    def members_of(self, fields):
        separator = "{"
        for key, value in fields.items():
            self.parts.append(separator + self.write_text(write_key(key)) + ": ")
            separator = ", "
            yield value
        self.parts.append("{}" if separator == "{" else "}")


def write_int(value):
    # The text of a subclass may differ from the number, such as the name of a member of an enumeration.
    return str(value if type(value) is int else int(value))


def write_float(value):
    if value != value:
        return "NaN"
    if value in (INFINITY, -INFINITY):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value if type(value) is float else float(value))


def write_key(key):
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return str(key, "utf-8")
    if isinstance(key, float):
        return write_float(key)
    if key is None:
        return "null"
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int):
        return write_int(key)
    raise TypeError("keys must be str, int, float, bool or None, not %s" % key.__class__.__name__)


def fields_of(value):
    """Returns the dictionary of a named tuple, or of another object with the method `_asdict`."""
    method = getattr(value, "_asdict", None)
    if not callable(method):
        return None
    try:
        fields = method()
    except TypeError:
        return None
    if not isinstance(fields, dict):
        raise TypeError("_asdict() must return a dict, not %s" % type(fields).__name__)
    return fields


def replace_value(value):
    if isinstance(value, decimal.Decimal):
        return math.nan if value.is_nan() else RawJson(str(value))
    raise TypeError("Object of type %s is not JSON serializable" % value.__class__.__name__)
