"""A recorded run in one file: written frame by frame while it goes on, read from disk one frame at a time.

The file is a row of blocks, each with its own checksum (blocks.py): a head with the looks and what the run
was; structures, each before the first frame that speaks of it; arrays (numbers.py), exact or in steps of 8 or
16 bits, each written once for as long as it stays the same; frames, which name their arrays by place; and an
index. Where that is missing, because the run was killed, walking the blocks finds every whole frame.
"""

from .blocks import RecordingError
from .reader import Reader
from .writer import Writer

__all__ = ["Reader", "RecordingError", "Writer"]
