"""What saving a page of a draft has in common: texts as a form shows them, and what two people typed at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from coalition_portal.permission import Refused
from tenders.proposals.answering import merge, plain
from tenders.proposals.models import Proposal

Raw = str | bool | Decimal | int | None


class Unanswerable(Refused):
    """Values that cannot be kept as they are; `mistakes` maps each field to a sentence. Nothing was saved."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        super().__init__(" ".join(mistakes.values()), field=next(iter(mistakes)))
        self.mistakes = dict(mistakes)


class StaleDraft(Refused):
    """Somebody saved other values since the page was loaded. Nothing was saved.

    `values` is what the person's page should hold now, `clashes` what is saved in the fields that both changed, and
    `revision` the one to save under once the person has seen both.
    """

    def __init__(self, *, values: Mapping[str, str], clashes: Mapping[str, str], revision: int) -> None:
        super().__init__(
            _("Somebody saved other values while you were typing. Both are shown below. Correct yours and save again.")
        )
        self.values = dict(values)
        self.clashes = dict(clashes)
        self.revision = revision


@dataclass(frozen=True)
class Kept:
    """What became of fields that save themselves. `values` is what every field of the page holds now.

    `mistakes` has a sentence for each text that cannot be kept and `clashes` what somebody else saved in a field since
    the person saw it; these stay as they were. `before` is the revision that the draft had.
    """

    draft: Proposal
    before: int
    values: Mapping[str, str]
    mistakes: Mapping[str, str]
    clashes: Mapping[str, str]


def as_text(raw: Raw) -> str:
    """A value as it would stand in a form."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return plain(raw) if isinstance(raw, Decimal) else str(raw).strip().replace("\r\n", "\n")


def merged(
    draft: Proposal, revision: int | None, seen: Mapping[str, str] | None, typed: dict[str, str], saved: dict[str, str]
) -> dict[str, str]:
    if revision in (None, draft.revision):
        return typed
    merged = merge(seen=seen, typed=typed, saved=saved)
    if merged.clashes:
        raise StaleDraft(values=merged.values, clashes=merged.clashes, revision=draft.revision)
    return merged.values
