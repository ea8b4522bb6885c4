"""The texts of letters as they are shipped: applications/letters/<kind>.toml, part by part.

A town may override each part (applications.models.LetterText); what a part must say it cannot take out.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from applications import letter_forms
from applications.letter_forms import Value
from funding.pdf import Bullets, Facts

COMMON = "common"
_FOLDER = Path(__file__).parent / "letters"


@dataclass(frozen=True)
class LetterPart:
    """One text of a letter: `known` placeholders may stand in it, `needed` ones must (the law, or the sums)."""

    kind: str
    name: str
    label: str
    note: str
    text: str
    known: dict[str, Any]
    needed: tuple[str, ...]

    @property
    def one_line(self) -> bool:
        return self.name == "subject"

    @property
    def alone(self) -> tuple[str, ...]:
        """Placeholders that fill their line with a table or a list."""
        return tuple(name for name, example in self.known.items() if not isinstance(example, str))

    def problems(self, text: str) -> list[str]:
        """What is wrong with a text for this part, in sentences."""
        return letter_forms.problems(text, self.known, self.needed, self.alone, one_line=self.one_line)


@dataclass(frozen=True)
class LetterKind:
    """A kind of letter with its texts in order and an example for every placeholder."""

    kind: str
    title: str
    parts: dict[str, LetterPart]
    examples: dict[str, Any]

    def sample(self) -> dict[str, Value]:
        """Values of a sample case."""
        return {name: sample_value(example) for name, example in self.examples.items()}


def sample_value(example: Any) -> Value:
    """An example as it would stand in a letter: words, a list, or labels with values."""
    if isinstance(example, str):
        return example
    if example and isinstance(example[0], list):
        return [Facts([(label, value) for label, value in example])]
    return [Bullets(list(example))]


@cache
def kinds() -> dict[str, LetterKind]:
    """Every kind of letter that has texts; those that several share come last."""
    found = {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.toml"))}
    return {**{name: kind for name, kind in found.items() if name != COMMON}, COMMON: found[COMMON]}


def _read(path: Path) -> LetterKind:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    examples = content["examples"]
    parts = {}
    for entry in content["texts"]:
        text = entry["text"].strip()
        names = dict.fromkeys([*letter_forms.names_in(text), *content.get("everywhere", [])])
        parts[entry["name"]] = LetterPart(
            kind=path.stem,
            name=entry["name"],
            label=entry["label"],
            note=entry.get("note", ""),
            text=text,
            known={name: examples[name] for name in names},
            needed=tuple(entry.get("needed", ())),
        )
    return LetterKind(path.stem, content["title"], parts, examples)
