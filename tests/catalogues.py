"""The catalogues as data: every text with the files it stands in, and what each language makes of it."""

import ast
import re
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "locale"


@dataclass
class Text:
    """One text of the product: `msgstr` has one entry, or one for each plural form."""

    msgid: str
    plural: str = ""
    context: str = ""
    msgstr: list[str] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.msgid

    @property
    def is_translated(self) -> bool:
        return bool(self.msgstr) and all(self.msgstr)


def read(catalogue: Path) -> list[Text]:
    """The texts of a .po file, without its header and without what has gone out of use."""
    texts = []
    for block in re.split(r"\n\s*\n", catalogue.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        parts: dict[str, str] = {}
        name = ""
        for line in lines:
            if match := re.match(r'(msg\w+(?:\[\d\])?) (".*")$', line):
                name = match[1]
                parts[name] = ast.literal_eval(match[2])
            elif line.startswith('"'):
                parts[name] += ast.literal_eval(line)
        if parts.get("msgid"):
            named = [place.rsplit(":", 1) for line in lines if line.startswith("#: ") for place in line[3:].split()]
            places = [(file, int(number)) for file, number in named]
            msgstr = [value for key, value in parts.items() if key.startswith("msgstr")]
            context = parts.get("msgctxt", "")
            texts.append(Text(parts["msgid"], parts.get("msgid_plural", ""), context, msgstr, places))
    return texts


def catalogue(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


# --- Who reads a text -------------------------------------------------------------------------------------------------

STAFF_LINES = [
    line for line in (LOCALE / "staff.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
]
STAFF_FILES = [line for line in STAFF_LINES if ": " not in line]
STAFF_NAMES: dict[str, set[str]] = {}
for _line in STAFF_LINES:
    if ": " in _line:
        _file, _names = _line.split(": ")
        STAFF_NAMES.setdefault(_file, set()).update(_names.split())


def is_staff_file(path: str) -> bool:
    """locale/staff.txt names the whole file; the last line that fits decides."""
    verdict = False
    for line in STAFF_FILES:
        if fnmatch(path, line.lstrip("!")):
            verdict = not line.startswith("!")
    return verdict


@cache
def staff_parts(path: str) -> dict[str, list[range]]:
    """The lines of what locale/staff.txt names in a file: of each name every definition, with its decorators."""
    found: dict[str, list[range]] = {}
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        for name in _names_of(node) & STAFF_NAMES.get(path, set()):
            first = min([node.lineno, *(line.lineno for line in getattr(node, "decorator_list", []))])
            found.setdefault(name, []).append(range(first, node.end_lineno + 1))
    return found


def _names_of(node: ast.AST) -> set[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def is_for_staff(file: str, line: int) -> bool:
    """Only people who work for the town read what stands here."""
    if is_staff_file(file):
        return True
    return file in STAFF_NAMES and any(line in part for parts in staff_parts(file).values() for part in parts)


def for_applicants(texts: list[Text]) -> list[Text]:
    """What stands in at least one place that is not for the staff alone."""
    return [text for text in texts if not all(is_for_staff(*place) for place in text.places)]
