"""What a paper claims in a number, how that number is measured again, and when the two may be compared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm


@dataclass(frozen=True)
class Claim:
    """One number of a paper.

    says    the claim in words; source: where the paper makes it, such as "section 8.4" or "Table 3"
    paper   its number, None where it prints none
    form    how the number is told, to the digits that the paper prints: "{:.2f}°"
    within  how far another number may be from the paper's and still agree with it; in the number's own unit
    better  "lower" or "higher" where a number beyond the paper's is as good, else ""
    why     one sentence on what differs between theirs and ours
    told    the paper's words, where it prints no number: "worse below 64 modes"
    """

    says: str
    source: str
    paper: float | None
    form: str
    within: float
    better: str = ""
    why: str = ""
    told: str = ""

    def __post_init__(self):
        if self.better not in ("", "lower", "higher") or self.within < 0:
            raise ValueError(f'better is "lower", "higher" or "" and within at least 0; got {self}')


@dataclass(frozen=True)
class Task:
    """One independent piece of work.

    piece  which one, a word of Entry.pieces
    notes  a folder of its own that outlives a kill: for a training.resuming.Progress
    bar    whether somebody looks at a bar of progress
    """

    preset: str
    seed: int
    piece: str
    notes: Path
    bar: bool = False

    def watched(self, run, total: int | None = None) -> Iterator:
        """The run, with a bar on the error stream if somebody looks."""
        return tqdm(run, total=total, desc=self.piece or self.preset, disable=not self.bar, leave=False)


def whole(preset: str) -> tuple[str, ...]:
    """The pieces of work that cannot be divided: one."""
    return ("all",)


@dataclass(frozen=True)
class Entry:
    """An experiment of a paper that says some of its numbers.

    name     such as "hodgenet.crease"; the paper's folder, a dot, a word
    claims   key -> Claim; the measured number hodgenet.crease.error has the key "error"
    theirs   names of the sets that the paper's numbers were measured on
    ours     names of the sets that measure uses; sets of workbench.datasets.catalogue, or of the paper
    measure  does one Task: numbers by the keys of claims. A function of a module: a cluster finds it by name
    presets  the presets it has; paper: those with the paper's own setting, which alone may be compared
    pieces   preset -> words for the independent pieces. A number that several pieces measure is their mean
    files    shipped files it needs, under assets; their checksums are recorded
    """

    name: str
    claims: Mapping[str, Claim]
    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    measure: Callable[[Task], Mapping[str, float]]
    presets: tuple[str, ...] = ("quick", "full")
    paper: tuple[str, ...] = ()
    pieces: Callable[[str], Sequence[str]] = field(default=whole)
    files: tuple[str, ...] = ()

    def comparable(self, preset: str) -> str:
        """"" if a number measured under this preset may stand beside the paper's, else why it may not."""
        if set(self.theirs) != set(self.ours):
            return f"other data: theirs {', '.join(self.theirs)}; ours {', '.join(self.ours)}"
        if preset not in self.paper:
            return f"other preset: {preset} is not the paper's setting"
        return ""


def verdict(entry: Entry, key: str, preset: str, measured: float) -> str:
    """REPRODUCED, WITHIN, OFF or NOT COMPARABLE; decided by what is declared and what was measured alone.

    REPRODUCED: the same to the digits that the paper prints, or beyond it in the better direction. WITHIN:
    not farther from it than the claim's `within`. NOT COMPARABLE: other data or preset, or the paper prints
    no number.
    """
    claim = entry.claims[key]
    if claim.paper is None or entry.comparable(preset):
        return "NOT COMPARABLE"
    beyond = {"lower": measured < claim.paper, "higher": measured > claim.paper, "": False}[claim.better]
    if beyond or claim.form.format(measured) == claim.form.format(claim.paper):
        return "REPRODUCED"
    return "WITHIN" if abs(measured - claim.paper) <= claim.within else "OFF"
