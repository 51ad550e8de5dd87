"""The entries that papers and lessons declare, found by folder: entries.py with ENTRIES, and perhaps SETS."""

import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Sequence

import workbench.lessons
import workbench.papers
from workbench.datasets.catalogue import DataSet, known
from workbench.entries import Entry


class UnknownEntry(ValueError):
    """No entry, paper or chapter has this name."""


def _modules():
    for floor in (workbench.lessons, workbench.papers):
        for one in pkgutil.iter_modules(floor.__path__):
            name = f"{floor.__name__}.{one.name}.entries"
            if one.ispkg and importlib.util.find_spec(name):
                yield importlib.import_module(name)


def entries() -> dict[str, Entry]:
    """All entries of all lessons and papers, by name."""
    return {entry.name: entry for module in _modules() for entry in module.ENTRIES}


def sets() -> dict[str, DataSet]:
    """All data sets by name: those of the catalogue and those of a single paper."""
    return known(one for module in _modules() for one in getattr(module, "SETS", ()))


def find(word: str, chapters: Sequence[str] = ()) -> list[Entry]:
    """The entries that a word means: "all", a name, what a name begins with up to a dot, or a chapter.

    A chapter is one of `chapters`, file names such as 01_hodgenet.ipynb, told by its number, stem or file.
    Raises UnknownEntry, which names what there is.
    """
    there = entries()
    if word == "all":
        return list(there.values())
    match = re.fullmatch(r"0*(\d+)(_\w+)?(\.ipynb)?", word)
    for chapter in chapters if match else ():
        number, _, name = chapter.removesuffix(".ipynb").partition("_")
        if int(number) == int(match[1]):
            word = ALIASES.get(name, name)
    chosen = [entry for name, entry in there.items() if name == word or name.startswith(f"{word}.")]
    if not chosen:
        raise UnknownEntry(f"no entry, paper or chapter called {word!r}; there are: all, {', '.join(there)}")
    return chosen


#: chapters whose file is not called as the paper's folder
ALIASES = {"functional_maps": "fmaps"}
