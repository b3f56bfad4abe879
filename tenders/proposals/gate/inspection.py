"""The gate's door for the rest of the portal: look into a file, take out what it tells besides."""

from tenders.proposals.gate.heads import HEAD_BYTES, leading_fault
from tenders.proposals.gate.verdict import MEDIA_TYPES, Fault, Inspection, Metadata, Unfit

__all__ = ["HEAD_BYTES", "MEDIA_TYPES", "Fault", "Inspection", "Metadata", "Unfit", "leading_fault"]
