"""The released description of /v1, and what would break its clients.

`python -m tests.tenders.api.release` writes it anew. Within v1 the description only grows:
what is gone, what is newly demanded and what may newly be null is a break.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

RELEASED = Path(__file__).with_name("openapi-v1.json")


def breaks(old: dict, new: dict) -> list[str]:
    """What clients written for `old` lose under `new`, one sentence each."""
    found = list(_lost("route", old["paths"], new["paths"]))
    for path, operations in old["paths"].items():
        found += _lost(f"method of {path}", operations, new["paths"].get(path, operations))
        for method in operations.keys() & new["paths"].get(path, {}).keys():
            found += _operation_breaks(f"{method} {path}", operations[method], new["paths"][path][method])
    schemas, new_schemas = old["components"]["schemas"], new["components"]["schemas"]
    found += _lost("shape", schemas, new_schemas)
    for name in schemas.keys() & new_schemas.keys():
        found += _shape_breaks(name, schemas[name], new_schemas[name])
    return sorted(found)


def _lost(what: str, old, new) -> Iterator[str]:
    return (f"{what} is gone: {name}" for name in old if name not in new)


def _operation_breaks(where: str, old: dict, new: dict) -> Iterator[str]:
    before = {(parameter["in"], parameter["name"]): parameter for parameter in old.get("parameters", [])}
    after = {(parameter["in"], parameter["name"]): parameter for parameter in new.get("parameters", [])}
    yield from _lost(f"parameter of {where}", [name for _in, name in before], [name for _in, name in after])
    for key, parameter in after.items():
        if parameter.get("required") and not before.get(key, {}).get("required"):
            yield f"parameter of {where} is newly demanded: {key[1]}"
        if key in before:
            yield from _narrowed(f"parameter {key[1]} of {where}", before[key]["schema"], parameter["schema"])
    yield from _lost(f"answer of {where}", old["responses"], new["responses"])
    for status in old["responses"].keys() & new["responses"].keys():
        contents = [operation["responses"][status].get("content", {}) for operation in (old, new)]
        yield from _lost(f"media type of {where} {status}", *contents)
        for media_type in contents[0].keys() & contents[1].keys():
            yield from _changed(f"{where} {status}", *(content[media_type]["schema"] for content in contents))


def _narrowed(where: str, old: dict, new: dict) -> Iterator[str]:
    """A parameter must go on taking what it took."""
    yield from _changed(where, _type_of(old), _type_of(new))
    old, new = old.get("items", old), new.get("items", new)
    yield from _lost(f"value of {where}", old.get("enum", []), new.get("enum", old.get("enum", [])))
    for bound, is_worse in (("minimum", int.__gt__), ("maximum", int.__lt__)):
        if bound in new and (bound not in old or is_worse(new[bound], old[bound])):
            yield f"{bound} of {where} is narrower: {new[bound]}"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"pattern of {where} is another one: {new['pattern']}"


def _shape_breaks(name: str, old: dict, new: dict) -> Iterator[str]:
    """An answer must go on having what it had, always where it was always there, and of the same type."""
    before, after = old.get("properties", {}), new.get("properties", {})
    yield from _lost(f"member of {name}", before, after)
    kept_required = [member for member in old.get("required", []) if member in after]
    yield from (
        f"member of {name} may be absent: {member}" for member in kept_required if member not in new["required"]
    )
    for member in before.keys() & after.keys():
        yield from _changed(f"{name}.{member}", _type_of(before[member]), _type_of(after[member]))
    yield from _lost(f"word of {name}", old.get("enum", []), new.get("enum", []))


def _changed(where: str, old: dict, new: dict) -> Iterator[str]:
    if old != new:
        yield f"{where} is another type: {json.dumps(new, sort_keys=True)}"


def _type_of(schema: dict) -> dict:
    """The part of a schema that says what a value is, without words about it and limits on it."""
    kept = {"type", "format", "$ref", "allOf", "oneOf", "anyOf"}
    return {key: value for key, value in schema.items() if key in kept} | (
        {"items": _type_of(schema["items"])} if "items" in schema else {}
    )


def without_words(part):
    """The description without what is only for people to read."""
    if isinstance(part, dict):
        return {key: without_words(value) for key, value in part.items() if key not in ("description", "summary")}
    return [without_words(value) for value in part] if isinstance(part, list) else part


def main() -> str | None:
    """Writes the file; refuses a break, and a change under the version that clients know."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tenders.api.schema import openapi_document

    new = json.loads(openapi_document("en"))
    if RELEASED.exists():
        old = json.loads(RELEASED.read_text())
        if found := breaks(old, new):
            return "\n".join(["This breaks clients of v1:", *found])
        if without_words(old) != without_words(new) and old["info"]["version"] == new["info"]["version"]:
            return "What the API says changed: raise SPECTACULAR_SETTINGS['VERSION'], which is part of every ETag."
    RELEASED.write_text(json.dumps(new, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    return None


if __name__ == "__main__":
    sys.exit(main())
