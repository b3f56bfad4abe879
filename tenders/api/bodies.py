"""The body of a request, read strictly: one JSON object, no member twice, none unknown, each of the type it must have.

Two readers of one sloppy body can see two things in it; a member that is ignored looks as if it had been kept.
"""

import json
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.utils.serializer_helpers import ReturnDict

from tenders.api import problems
from tenders.api.errors import Fault, Problem

BODY_BYTES_MAX = 1024 * 1024
NUMBER_CHARACTERS_MAX = 40
MAGNITUDE_MAX = 20
DEPTH_MAX = 20
LINES = "\t\n\r"


class Body(serializers.Serializer):
    """Members that the class does not declare are refused; so are values of another type."""

    def to_internal_value(self, data):
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("This must be an object."), code="type")
        unknown = {name: [_unknown(name)] for name in data if name not in self.fields}
        if unknown:
            raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A JSON string. Lines may break; other control characters are no text."""

    def __init__(self, **options):
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data):
        if not isinstance(data, str):
            raise serializers.ValidationError(_("This must be a string."), code="type")
        if any((character < " " or character == "\x7f") and character not in LINES for character in data):
            raise serializers.ValidationError(_("Control characters are no text."), code="characters")
        return data


class Whole(serializers.IntegerField):
    def to_internal_value(self, data):
        if not isinstance(data, Decimal) or data != data.to_integral_value():
            raise serializers.ValidationError(_("This must be a whole number."), code="type")
        return int(data)


class Number(serializers.FloatField):
    """A JSON number, kept to its last digit."""

    def to_internal_value(self, data):
        if not isinstance(data, Decimal):
            raise serializers.ValidationError(_("This must be a number."), code="type")
        return data


def read_object(content: bytes) -> dict:
    """The JSON object that `content` is. Raises Problem: bad-request for anything else, too-large beyond a megabyte."""
    if len(content) > BODY_BYTES_MAX:
        raise Problem(problems.TOO_LARGE, _("The body is larger than one megabyte."))
    try:
        found = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_no_number,
        )
        _check_text(found, DEPTH_MAX)
    except (UnicodeError, json.JSONDecodeError, RecursionError):
        raise Problem(problems.BAD_REQUEST, _("The body is no JSON object in UTF-8.")) from None
    if not isinstance(found, dict):
        raise Problem(problems.BAD_REQUEST, _("The body is no JSON object in UTF-8."))
    return found


def read_body(content: bytes, shape: type[Body]) -> dict:
    """What the body says, by the shape. Raises Problem validation with every fault at its pointer."""
    body = shape(data=read_object(content or b"{}"))
    if not body.is_valid():
        refuse(list(_faults(body.errors, "")))
    return body.validated_data


def refuse(faults: list[Fault]) -> None:
    raise Problem(problems.VALIDATION, _("The body has members that cannot be taken as they are."), mistakes=faults)


def pointer(*steps: object) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _object(pairs: list[tuple[str, object]]) -> dict:
    found: dict = {}
    for name, value in pairs:
        if name in found:
            raise Problem(
                problems.BAD_REQUEST,
                _("The body has the member “%(name)s” twice in one object.") % {"name": _printable(name)},
            )
        found[name] = value
    return found


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text) if len(text) <= NUMBER_CHARACTERS_MAX else None
    except InvalidOperation:
        number = None
    if number is None or (number and abs(number.adjusted()) > MAGNITUDE_MAX):
        raise Problem(problems.BAD_REQUEST, _("The body has a number with more digits than any value here has."))
    return number


def _no_number(text: str) -> None:
    raise Problem(problems.BAD_REQUEST, _("NaN and infinity are no numbers of JSON."))


def _check_text(value: object, depth: int) -> None:
    """No half of a character and no NUL, which no database keeps; nothing nested without end."""
    if depth == 0:
        raise RecursionError
    if isinstance(value, str):
        value.encode("utf-8")
        if "\0" in value:
            raise UnicodeError
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_text(name, depth)
            _check_text(member, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check_text(item, depth - 1)


def _faults(errors: object, path: str):
    """Every error of a serializer with its place; DRF nests them as the body is nested."""
    if isinstance(errors, dict | ReturnDict):
        for name, inner in errors.items():
            own = name == "non_field_errors"
            yield from _faults(inner, path if own else path + pointer(name))
        return
    for place, inner in enumerate(errors):
        if isinstance(inner, dict | list):
            yield from _faults(inner, f"{path}/{place}")
        else:
            yield Fault(path, getattr(inner, "code", "invalid"), str(inner))


def _unknown(name: str) -> serializers.ErrorDetail:
    sentence = _("“%(name)s” is no member of this object.") % {"name": _printable(name)}
    return serializers.ErrorDetail(sentence, code="unknown")


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)[:60]
