"""The ledger: what papers say in numbers beside what was measured here; written by code only."""

from workbench.ledger.book import LedgerWarning, append, read
from workbench.ledger.closing import closing, note, preset_of
from workbench.ledger.finding import UnknownEntry, entries, find
from workbench.ledger.running import reproduce
from workbench.ledger.table import judged, newest, table

__all__ = ["LedgerWarning", "UnknownEntry", "append", "closing", "entries", "find", "judged", "newest",
           "note", "preset_of", "read", "reproduce", "table"]
