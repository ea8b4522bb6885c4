"""The texts of a town's letters, ready to be filled."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from applications import letter_forms
from applications.letter_forms import Value
from applications.letter_texts import COMMON, LetterPart, kinds
from applications.models import LetterText
from funding.gate import Refused
from funding.pdf import Block


class LetterTexts:
    """What a town says in one kind of letter: its own texts, else the shipped ones."""

    def __init__(self, town: Any, kind: str, drafts: dict[tuple[str, str], str] | None = None):
        """`drafts` stand for texts that are being written: (kind, name) -> text."""
        self.parts = {(COMMON, name): part for name, part in kinds()[COMMON].parts.items()}
        self.parts |= {(kind, name): part for name, part in kinds()[kind].parts.items()}
        self.kind = kind
        kept = LetterText.objects.newest_of(town, kind, COMMON)
        self.own = {key: entry.text for key, entry in kept.items() if entry.text} | (drafts or {})

    def text(self, name: str, kind: str | None = None) -> str:
        """The text that counts. Raises Refused for one that no longer says what it must."""
        key = (kind or self.kind, name)
        part = self.parts[key]
        text = self.own.get(key, part.text)
        if key in self.own and (found := part.problems(text)):
            raise Refused(_broken(part, found))
        return text

    def fill(self, name: str, values: dict[str, Value]) -> list[Block]:
        """The blocks of a text; none when the fact for one of its placeholders is missing."""
        return letter_forms.fill(self.text(name), values)

    def common(self, name: str, values: dict[str, Value]) -> list[Block]:
        """The blocks of a text that several letters share."""
        return letter_forms.fill(self.text(name, COMMON), values)

    def line(self, name: str, values: dict[str, Value]) -> str:
        return letter_forms.fill_line(self.text(name), values)


def _broken(part: LetterPart, problems: list[str]) -> Any:
    values = {"part": part.label, "problem": " ".join(problems)}
    return _("No letter can be issued: its text “%(part)s” has to be corrected. %(problem)s") % values
