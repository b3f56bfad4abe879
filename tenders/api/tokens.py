"""What a client sends as its key: `idc_`, the public id of the key, `_` and 256 random bits."""

import hashlib
import re
from dataclasses import dataclass

from coalition_portal.public_ids import LENGTH, new_public_id

TOKEN = re.compile(rf"idc_([a-z2-7]{{{LENGTH}}})_([a-z2-7]{{{2 * LENGTH}}})")


@dataclass(frozen=True)
class Token:
    """It is shown once and never kept: the row of the key has the digest of the secret alone."""

    public_id: str
    secret: str

    def __str__(self) -> str:
        return f"idc_{self.public_id}_{self.secret}"

    @property
    def digest(self) -> str:
        """SHA-256 as 64 hexadecimal characters; a slow hash adds nothing to a secret that nobody chose."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


def new_token() -> Token:
    return Token(public_id=new_public_id(), secret=new_public_id() + new_public_id())


def read_token(text: str) -> Token | None:
    """The token that `text` is, whole; None for anything else."""
    found = TOKEN.fullmatch(text)
    return Token(*found.groups()) if found else None
