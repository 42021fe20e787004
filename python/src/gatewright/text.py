"""Text as every language of the toolkit counts, encodes and prints it: in UTF-16 units, with halves of pairs replaced."""


def utf16_units(text: str) -> int:
    return len(text) + sum(1 for character in text if character > "\uffff")


def is_well_formed(text: str) -> bool:
    """Whether the text has no half of a surrogate pair, which has no form in UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def well_formed(text: str) -> str:
    """Each half of a surrogate pair becomes U+FFFD, as in JavaScript's UTF-8."""
    return text if is_well_formed(text) else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def utf8_of(text: str) -> bytes:
    return well_formed(text).encode()
