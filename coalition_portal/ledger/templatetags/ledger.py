"""For mails about an act, which are written before its place in the log is known and rendered after."""

from django import template

from coalition_portal.ledger.append import entry_of

register = template.Library()


@register.simple_tag
def log_number(commitment: str) -> int:
    """The number of the entry that carries the commitment; raises Entry.DoesNotExist where the log has none."""
    return entry_of(commitment).index
