"""Names for the outside: random, so that a link can be neither guessed nor counted."""

import base64
import re
import secrets

LENGTH = 26
FORM = re.compile(r"[a-z2-7]{26}")


def new_public_id() -> str:
    """128 random bits as 26 lower-case base32 characters."""
    return base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()


def is_public_id(text: str) -> bool:
    """Whether it could be one. What could not is not looked for: a database fails at NUL instead of finding nothing."""
    return FORM.fullmatch(text) is not None
