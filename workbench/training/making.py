"""What the papers' command lines share: making the networks that ship, and a Config changed by words."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TypeVar, get_type_hints

from tqdm import tqdm

from workbench.shapes.files import shipped
from workbench.training.catalogue import main as list_checkpoints

Config = TypeVar("Config")


def add_making(commands, recipes: Mapping[str, object]) -> None:
    """Add the command `make` to those of a parser: train networks that ship, by name or all."""
    making = commands.add_parser("make", help="train networks that ship")
    making.add_argument("names", nargs="*", metavar="NAME", help=f"all, or of: {', '.join(recipes)}")
    making.add_argument("--folder", type=Path, help="where to write (default: assets/checkpoints)")
    add_notes(making)


def add_notes(command: argparse.ArgumentParser) -> None:
    """Add --notes, the folder for runs in the middle."""
    command.add_argument("--notes", type=Path, default=Path("build"), help="for runs in the middle (build)")


def make_shipped(asked: argparse.Namespace, recipes: Mapping[str, object], make: Callable, form: str) -> None:
    """Make what add_making's command asks for, and list the files where they are those that ship.

    make(name, folder, notes, progress) trains one; form says what it returns, such as "error {:.2f}".
    Raises SystemExit for a name that is no recipe's.
    """
    unknown = sorted(set(asked.names) - set(recipes))
    if unknown:
        raise SystemExit(f"no network called {', '.join(unknown)}; there are {', '.join(recipes)}")
    folder = asked.folder or shipped("assets") / "checkpoints"
    for name in asked.names or recipes:
        say(f"{name}: {form.format(make(name, folder, asked.notes, partial(tqdm, desc=name)))}")
    if asked.folder is None:
        list_checkpoints()


def changed(config: Config, words: list[str]) -> Config:
    """The config with fields set by words such as "steps=40". Raises SystemExit for no plain field."""
    hints = get_type_hints(type(config))
    values = {field.name: getattr(config, field.name) for field in fields(config)}
    plain = {name: int if hints[name] == int | None else type(value) for name, value in values.items()
             if hints[name] == int | None or isinstance(value, int | float | str)}
    pairs = dict(word.partition("=")[::2] for word in words)
    unknown = sorted(set(pairs) - set(plain))
    if unknown:
        raise SystemExit(f"no field {', '.join(unknown)}; there are {', '.join(plain)}")
    return config.with_(**{name: plain[name](value) for name, value in pairs.items()})


def say(text: str) -> None:
    """Print for whoever sits at the command line."""
    sys.stdout.write(text + "\n")
