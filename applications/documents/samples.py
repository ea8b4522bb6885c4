"""A sample letter of a made-up case, to look at a text or a letterhead before it is used."""

from datetime import date
from typing import Any

from applications.documents.letters import decider_part, german_day, letter_sheet, remedy_part
from applications.documents.texts import LetterTexts
from applications.letter_texts import COMMON, LetterPart, kinds
from applications.models import Stationery
from funding.pdf import Block, Text, render_letter


def sample_letter(
    town: Any, kind: str, *, day: date, by: Any, draft: tuple[LetterPart, str] | None = None, look: Any = None
) -> bytes:
    """The letter of a kind with the examples of its placeholders; `draft` (part, text) stands for what is written.

    Of texts for different cases ("payment-…") the one being written is shown, else the first.
    """
    part, text = draft or (None, "")
    frame = kinds()["award" if kind == COMMON else kind]
    texts = LetterTexts(town, frame.kind, {(part.kind, part.name): text} if part else None)
    shown: dict[str, str] = {}
    for name in frame.parts:
        stem = name.split("-")[0]
        if stem not in shown or (part and part.kind == frame.kind and part.name == name):
            shown[stem] = name
    values = frame.sample()
    blocks: list[Block] = [Text("Guten Tag Leyla Aydın und Jonas Brink,")]
    for name in shown.values():
        if name != "subject":
            blocks += texts.fill(name, values)
    if part and part.kind == COMMON:
        blocks += texts.common(part.name, kinds()[COMMON].sample())
    else:
        blocks += remedy_part(town, texts)
    letterhead, info = letter_sheet(town, look or Stationery.objects.filter(municipality=town).first())
    pairs = [("Aktenzeichen", str(values["aktenzeichen"])), *info, ("Datum", german_day(day))]
    return render_letter(
        [*blocks, *decider_part(town, by)],
        letterhead=letterhead,
        addressee=["Muster – kein echtes Schreiben", "Leyla Aydın", "Berliner Allee 28", "59425 Unna"],
        info=pairs,
        subject=texts.line("subject", values),
        date=day,
        title="Muster",
        author=town.name,
        reference="Muster",
    )
