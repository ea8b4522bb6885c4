"""How a text of a letter is written and filled: fixed {placeholders}, a few signs for form, and no logic.

    # Heading          - item of a list          **bold**
    ## Small heading   1. item of a list         {placeholder}
                       | label | value

An empty line ends a paragraph. Values are put in after the signs were read, so nothing in them acts: a title with
`<b>`, `{` or `#` is printed as it is.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from funding.pdf import Block, Bullets, Facts, Heading, Run, Runs, Strong, Text

LONGEST = 5_000
Value = str | Sequence[Any] | None
"""What stands for a placeholder: words, or blocks that fill its line; None or "" when the fact is missing."""

_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PIECE = re.compile(r"(\*\*.+?\*\*)")
_FACT = re.compile(r"\|\s*([^|]+?)\s*\|\s*([^|]+?)\s*\|?")
_NUMBER = re.compile(r"\d{1,2}\. (.*)")


@dataclass(frozen=True)
class Line:
    """One line as it was written: what it is (`sign`) and its words; of a fact, its label too."""

    sign: str
    words: str
    label: str = ""


@lru_cache(maxsize=1024)
def read(text: str) -> tuple[Line, ...]:
    """The lines of a text with their signs."""
    return tuple(_line(line.strip()) for line in text.strip().splitlines())


def _line(line: str) -> Line:
    for sign in ("## ", "# ", "- "):
        if line.startswith(sign):
            return Line(sign.strip(), line[len(sign) :].strip())
    if number := _NUMBER.fullmatch(line):
        return Line("1.", number[1])
    if fact := _FACT.fullmatch(line):
        return Line("|", fact[2], fact[1])
    return Line("" if line else " ", line)


def names_in(text: str) -> list[str]:
    """The placeholders of a text, in order, each once."""
    return list(dict.fromkeys(_NAME.findall(text)))


# --- Filling ----------------------------------------------------------------------------------------------------------


def fill(text: str, values: Mapping[str, Value]) -> list[Block]:
    """The blocks of a text; none at all when the fact for one of its placeholders is missing.

    Raises KeyError for a placeholder without a value: `problems` finds it first.
    """
    if any(values[name] in (None, "") for name in names_in(text)):
        return []
    blocks: list[Block] = []
    paragraph: list[Line] = []
    for line in read(text):
        alone = _NAME.fullmatch(line.words)
        value = values[alone[1]] if alone and not line.sign else None
        is_blocks = value is not None and not isinstance(value, str)
        if paragraph and (is_blocks or line.sign != paragraph[0].sign):
            blocks.append(_paragraph(paragraph, values))
            paragraph = []
        if is_blocks:
            blocks += value  # type: ignore[arg-type]
        elif line.sign in ("#", "##"):
            blocks.append(Heading(_plain(line.words, values), level=2 if line.sign == "#" else 3))
        elif line.sign != " ":
            paragraph.append(line)
    if paragraph:
        blocks.append(_paragraph(paragraph, values))
    return blocks


def fill_line(text: str, values: Mapping[str, Value]) -> str:
    """A text of one line, like the subject of a letter."""
    return _plain(" ".join(text.split()), values)


def _paragraph(lines: list[Line], values: Mapping[str, Value]) -> Block:
    sign = lines[0].sign
    if sign == "|":
        return Facts([(_plain(line.label, values), _runs(line.words, values)) for line in lines])
    if sign in ("-", "1."):
        return Bullets([_runs(line.words, values) for line in lines], numbered=sign == "1.")
    return Text(_runs("\n".join(line.words for line in lines), values))


def _plain(words: str, values: Mapping[str, Value]) -> str:
    return _NAME.sub(lambda name: str(values[name[1]]), words)


def _runs(words: str, values: Mapping[str, Value]) -> Runs:
    runs: list[Run] = []
    for piece in filter(None, _PIECE.split(words)):
        bold = len(piece) > 4 and piece.startswith("**") and piece.endswith("**")
        runs.append(Strong(_plain(piece[2:-2], values)) if bold else _plain(piece, values))
    return runs[0] if len(runs) == 1 and isinstance(runs[0], str) else tuple(runs)


# --- Checking ---------------------------------------------------------------------------------------------------------


def problems(
    text: str,
    known: Collection[str],
    needed: Collection[str] = (),
    alone: Collection[str] = (),
    *,
    one_line: bool = False,
) -> list[str]:
    """What is wrong with a text, in sentences: a placeholder unknown, broken, missing, or not alone in its line.

    `known` may be used, `needed` must be, those in `alone` fill their line with a table or a list.
    """
    if not text.strip():
        return [_("Please write a text: a part of a letter cannot be empty.")]
    found = [_braces(text), *(_unknown(name, known) for name in names_in(text) if name not in known)]
    for name in needed:
        if name not in names_in(text):
            found.append(_("{%(name)s} is missing. This part must say it.") % {"name": name})
    for line in read(text):
        for name in names_in(f"{line.label} {line.words}"):
            if name in alone and (line.sign or line.words != f"{{{name}}}"):
                found.append(_("{%(name)s} has to stand alone in its line.") % {"name": name})
        if not line.sign and line.words.startswith("|"):
            found.append(_("A line with a label is written like this: | label | value"))
    if one_line and len(text.strip().splitlines()) > 1:
        found.append(_("The subject is one line."))
    if len(text) > LONGEST:
        found.append(_("The text is too long: at most %s characters.") % LONGEST)
    return [sentence for sentence in found if sentence]


def _braces(text: str) -> str:
    rest = _NAME.sub("", text)
    place = next((match.start() for match in re.finditer("[{}]", rest)), None)
    if place is None:
        return ""
    near = " ".join(rest[max(0, place - 15) : place + 20].split())
    sentence = _("There is a brace that belongs to no placeholder near “%(near)s”. They are written like %(example)s.")
    return sentence % {"near": near, "example": "{titel}"}


def _unknown(name: str, known: Collection[str]) -> str:
    names = ", ".join(f"{{{entry}}}" for entry in known)
    if not names:
        return _("There is no placeholder {%(name)s} here. This part has none.") % {"name": name}
    return _("There is no placeholder {%(name)s} here. Possible are: %(names)s") % {"name": name, "names": names}
