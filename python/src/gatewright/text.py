"""
Counts and encodes text as every language of the toolkit does: in UTF-16 units, with halves of surrogate pairs replaced.
"""


def utf16_units(text: str) -> int:
    return len(text) + sum(1 for character in text if character > "\uffff")


def is_well_formed(text: str) -> bool:
    """Whether the text contains no half of a surrogate pair, which UTF-8 cannot represent."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def well_formed(text: str) -> str:
    """Replaces each half of a surrogate pair with U+FFFD, as JavaScript does when it encodes UTF-8."""
    return text if is_well_formed(text) else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def utf8_of(text: str) -> bytes:
    return well_formed(text).encode()
