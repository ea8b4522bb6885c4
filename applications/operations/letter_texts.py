"""Verbs of the town's letters: their texts, version by version, and how they look."""

from typing import Any

from django.core.exceptions import PermissionDenied

from applications import policies
from applications.letter_texts import LetterPart
from applications.models import LetterText, Stationery
from funding import clock
from funding.gate import Refused, Stale, record, save_with_history, writes
from funding.models import Municipality


@writes
def save_text(town: Municipality, part: LetterPart, text: str, *, by: Any, version: int | None = None) -> LetterText:
    """A new version of one text; without words the shipped one counts again. Letters that are issued stay.

    Raises Refused naming what is wrong with it, Stale when somebody else wrote a version since `version`.
    """
    if not policies.may_write_texts(town, by):
        raise PermissionDenied("only the officer and the administrator write the texts of letters")
    text = text.strip()
    if text and (found := part.problems(text)):
        raise Refused(" ".join(found))
    versions = LetterText.objects.filter(municipality=town, kind=part.kind, name=part.name).order_by("-version")
    last = versions.first()
    number = last.version if last else 0
    if version is not None and version != number:
        raise Stale
    entry = LetterText.objects.create(
        municipality=town,
        kind=part.kind,
        name=part.name,
        version=number + 1,
        text=text,
        made_by=by,
        made_at=clock.now(),
    )
    details = {"kind": part.kind, "name": part.name, "version": entry.version}
    record(town.pk, "letter.text", entry, by=by, details=details)
    return entry


@writes
def save_stationery(
    town: Municipality, *, by: Any, color: str, return_address: str, info: str, logo: bytes | None, keep_logo: bool
) -> Stationery:
    """How letters look from now on; `logo` replaces the present one, without `keep_logo` there is none."""
    if not policies.may_write_texts(town, by):
        raise PermissionDenied("only the officer and the administrator change how letters look")
    found = Stationery.objects.select_for_update().filter(municipality=town).first()
    sheet = found or Stationery(municipality=town)
    sheet.color, sheet.return_address, sheet.info = color, return_address, info
    if logo or not keep_logo:
        sheet.logo = logo
    save_with_history(sheet, by=by, reason="stationery")
    record(town.pk, "letter.stationery", sheet, by=by)
    return sheet
