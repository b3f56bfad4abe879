"""The dictionary that stands before a stream of a PDF, read strictly (ISO 32000-2, 7.3). Pure.

Only what has one meaning is read: a string that pretends to be the head of an object, a key that stands twice or a
bracket too many make it unreadable, because a reader might see another dictionary there.
"""

import re

DICTIONARY_BYTES_MAX = 64 * 1024
DEEPEST = 20

OBJECT = b"obj"
HEAD = re.compile(rb"(?:^|[\x00\t\n\f\r >j])\d{1,10}[\x00\t\n\f\r ]+\d{1,5}[\x00\t\n\f\r ]+obj\Z")
HEAD_BYTES_MAX = 40
SPACE = rb"[\x00\t\n\f\r ]+|%[^\r\n]*"
STRING = rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<[0-9A-Fa-f\x00\t\n\f\r ]*>"
WORD = rb"<<|>>|[\[\]]|/?[^\x00\t\n\f\r ()<>\[\]{}/%]+|/"
TOKEN = re.compile(SPACE + rb"|(" + STRING + rb"|" + WORD + rb")", re.DOTALL)
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
REFERENCE = re.compile(rb"\d+")

# A value is a word (a name with its slash, a number, a string), a list of values, or a dictionary of them.
Value = "bytes | list | dict"


class Unreadable(Exception):
    """The bytes are no dictionary that has one meaning."""


def dictionary_before(text: bytes, end: int) -> dict:
    """The dictionary of the object whose stream begins behind `end`; names have their escapes undone."""
    first = max(end - DICTIONARY_BYTES_MAX, 0)
    start, body = _last_head(text, first, end)
    line = max(text.rfind(b"\n", first, start), text.rfind(b"\r", first, start)) + 1
    if b"%" in text[max(line, first) : start]:
        raise Unreadable
    tokens = _tokens(text[body:end])
    value = _value(tokens, 0)
    if tokens or not isinstance(value, dict):
        raise Unreadable
    return value


def _last_head(text: bytes, first: int, end: int) -> tuple[int, int]:
    """Where the last head of an object between the two begins, and where it ends."""
    position = end
    while (position := text.rfind(OBJECT, first, position)) >= 0:
        behind = position + len(OBJECT)
        start = max(behind - HEAD_BYTES_MAX, first)
        if match := HEAD.search(text[start:behind]):
            return start + match.start() + 1, behind
    raise Unreadable


def unescaped(name: bytes) -> bytes:
    return ESCAPE.sub(lambda match: bytes([int(match.group(1), 16)]), name)


def names_of(value: "Value | None") -> list[bytes] | None:
    """The names of a value that is a name or a list of names, without slashes; None for any other."""
    words = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(word, bytes) and word.startswith(b"/") for word in words):
        return None
    return [word[1:] for word in words]


def number_of(value: "Value | None") -> int | None:
    return int(value) if isinstance(value, bytes) and REFERENCE.fullmatch(value) and len(value) <= 10 else None


def _tokens(text: bytes) -> list[bytes]:
    """The tokens in reverse, so that the next one is taken from the end."""
    found: list[bytes] = []
    position = 0
    for match in TOKEN.finditer(text):
        if match.start() != position:
            raise Unreadable
        if token := match.group(1):
            found.append(token)
        position = match.end()
    if position != len(text):
        raise Unreadable
    return found[::-1]


def _value(tokens: list[bytes], depth: int) -> "Value":
    if not tokens or depth > DEEPEST:
        raise Unreadable
    token = tokens.pop()
    if token == b"<<":
        return _dictionary(tokens, depth)
    if token == b"[":
        return _list(tokens, depth)
    if token in (b">>", b"]"):
        raise Unreadable
    if REFERENCE.fullmatch(token) and len(tokens) >= 2 and tokens[-2] == b"R" and REFERENCE.fullmatch(tokens[-1]):
        return b" ".join([token, tokens.pop(), tokens.pop()])
    return unescaped(token) if token.startswith(b"/") else token


def _dictionary(tokens: list[bytes], depth: int) -> dict:
    found: dict = {}
    while tokens and tokens[-1] != b">>":
        key = unescaped(tokens.pop())
        if not key.startswith(b"/") or key[1:] in found:
            raise Unreadable
        found[key[1:]] = _value(tokens, depth + 1)
    return _closed(tokens, found)


def _list(tokens: list[bytes], depth: int) -> list:
    found: list = []
    while tokens and tokens[-1] != b"]":
        found.append(_value(tokens, depth + 1))
    return _closed(tokens, found)


def _closed(tokens: list[bytes], found):
    if not tokens:
        raise Unreadable
    tokens.pop()
    return found
