"""What a file is called, and the type that its name says. Pure; what is in it, the gate looks at."""

import re
import unicodedata

NAME_LENGTH = 200

RESERVED_STEMS = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{digit}" for digit in range(1, 10)), *(f"lpt{digit}" for digit in range(1, 10))}
)
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def extension_of(name: str) -> str:
    """Lower case, without the dot; empty where the name has none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def safe_name(raw: str) -> str:
    """The name as a label: no folders, nothing unseen or direction-changing, NFC, at most NAME_LENGTH characters.

    The extension stays. A name of which nothing is left becomes "file". Names in any script come through unchanged.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw))[-1]
    seen = "".join(character for character in last if unicodedata.category(character) not in UNSEEN)
    name = re.sub(r'[<>:"|?*]', "_", " ".join(seen.split())).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    if not stem or stem.lower() in RESERVED_STEMS:
        stem = f"file-{stem}" if stem else "file"
    ending = f"{dot}{extension}"[:20]
    return stem[: NAME_LENGTH - len(ending)] + ending
