"""Names for the outside: random, so that a link can be neither guessed nor counted."""

import base64
import secrets

LENGTH = 26


def new_public_id() -> str:
    """128 random bits as 26 lower-case base32 characters."""
    return base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()
