"""Letters that decide nothing: asking for changes, more time, a hearing, a correction. German, as all letters are."""

from datetime import date
from typing import Any

from django.utils import timezone, translation

from applications.documents.letters import (
    Parts,
    case_letter,
    case_values,
    german_day,
    greeting,
    officer_part,
    typed_blocks,
)
from applications.documents.texts import LetterTexts
from applications.letter_forms import Value
from applications.letter_texts import kinds
from applications.models import Hearing, Letter
from applications.sections import BY_SLUG
from funding.clock import BERLIN
from funding.money import format_eur
from funding.pdf import Bullets

PARTS = {
    Letter.Kind.CHANGE_REQUEST: ("opening", "note", "changes", "deadline", "next"),
    Letter.Kind.EXTENSION: ("deadline", "reason", "next"),
    Letter.Kind.HEARING: ("intent", "grounds", "right", "next"),
    Letter.Kind.CORRECTION: ("opening", "correction", "rest"),
}
MANDATORY = {
    Letter.Kind.CHANGE_REQUEST: ("changes", "deadline", "officer"),
    Letter.Kind.EXTENSION: ("deadline", "officer"),
    Letter.Kind.HEARING: ("intent", "grounds", "right", "officer"),
    Letter.Kind.CORRECTION: ("opening", "correction", "officer"),
}


def change_request_letter(
    application: Any, sections: dict[str, str], *, reason: str, answer_by: date, day: date, by: Any
) -> tuple[str, bytes]:
    """(title, PDF): what is to be changed section by section, and by when. Raises Refused for a missing part."""
    with translation.override("de"):
        changes = [f"{BY_SLUG[slug].title}: {why}" for slug, why in sections.items()]
    values = case_values(application) | {
        "hinweis": reason.strip(),
        "aenderungen": [Bullets(changes)],
        "antwort_bis": german_day(answer_by),
    }
    return _notice(application, Letter.Kind.CHANGE_REQUEST, values, day, by)


def extension_letter(
    application: Any,
    *,
    until: date,
    before: date | None,
    reason: str,
    awarded_on: date | None = None,
    day: date,
    by: Any,
) -> tuple[str, bytes]:
    """(title, PDF): more time, for the usage proof when there is an award (`awarded_on`), else for an answer."""
    values = case_values(application) | {
        "neue_frist": german_day(until),
        "alte_frist": german_day(before or day),
        "bescheid_vom": german_day(awarded_on) if awarded_on else None,
        "grund": reason.strip(),
    }
    return _notice(application, Letter.Kind.EXTENSION, values, day, by, deadline="proof" if awarded_on else "answer")


def hearing_letter(
    application: Any,
    about: str,
    *,
    grounds: str,
    answer_by: date,
    awarded_on: date | None = None,
    cents: int = 0,
    day: date,
    by: Any,
) -> tuple[str, bytes]:
    """(title, PDF): what the town thinks of doing, why, and by when they may answer (§ 28 VwVfG)."""
    values = case_values(application) | {
        "bescheid_vom": german_day(awarded_on) if awarded_on else None,
        "antrag_vom": german_day(application.received_on) if application.received_on else None,
        "betrag": format_eur(cents) if cents else None,
        "gruende": typed_blocks(grounds),
        "antwort_bis": german_day(answer_by),
    }
    return _notice(application, Letter.Kind.HEARING, values, day, by, intent=f"intent-{Hearing.About(about).value}")


def correction_letter(letter: Any, text: str, *, day: date, by: Any) -> tuple[str, bytes]:
    """(title, PDF): a new letter that says what an earlier one should have said (§ 42 VwVfG)."""
    values = case_values(letter.application) | {
        "schreiben": letter.title,
        "schreiben_vom": german_day(timezone.localtime(letter.issued_at, BERLIN).date()),
        "berichtigung": typed_blocks(text),
    }
    return _notice(letter.application, Letter.Kind.CORRECTION, values, day, by)


def _notice(
    application: Any, kind: Letter.Kind, values: dict[str, Value], day: date, by: Any, **names: str
) -> tuple[str, bytes]:
    """The letter from its texts in order; `names` says which text stands for a part."""
    texts = LetterTexts(application.municipality, kind)
    parts: Parts = {"greeting": [greeting(application.organisation)]}
    parts |= {part: texts.fill(names.get(part, part), values) for part in PARTS[kind]}
    parts["officer"] = officer_part(application.municipality, by)
    title = f"{kinds()[kind].title} {application.file_number}"
    subject = texts.line("subject", values)
    return title, case_letter(application, parts, MANDATORY[kind], title=title, subject=subject, day=day)
