"""What every letter of a case shares: its sheet, its parts, the remedy notice. German, whatever language is active."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone, translation
from django.utils.translation import gettext_lazy as _

from applications.documents.texts import LetterTexts
from applications.letter_forms import Value
from applications.models import Stationery
from applications.models.stationery import COLOR
from funding.clock import BERLIN
from funding.gate import Refused
from funding.outbox import link_to
from funding.pdf import Block, Letterhead, Link, QrCode, Signature, Text, render_letter

# The Land's own act on administrative procedure, as a letter cites it.
PROCEDURE_ACTS = {"NW": "VwVfG NRW", "BW": "LVwVfG"}
REMEDY_PERIOD = "innerhalb eines Monats nach Bekanntgabe"

Parts = dict[str, list[Any]]
"""What a letter must say, part by part, in order. A part whose facts are missing is empty."""

PART_NAMES = {
    "authority": _("the town with its office and address"),
    "addressee": _("the recipient with the address"),
    "file-number": _("the file number"),
    "basis": _("the guideline and the day of the application"),
    "proof-basis": _("the award letter and the day of the usage proof"),
    "grant": _("amount, purpose and period of the grant"),
    "refusal": _("what is refused"),
    "measure": _("the project and its place"),
    "joint-liability": _("the persons who answer for the group"),
    "financing": _("the type of financing"),
    "calculation": _("how the amount was found"),
    "payment": _("how the money is paid"),
    "proof": _("the usage proof and its deadline"),
    "conditions": _("the conditions"),
    "obligations": _("the obligations"),
    "reasons": _("the reasons"),
    "next": _("the next step after a rejection"),
    "result": _("the result"),
    "remedy": _("the court or authority of the remedy, with its address"),
    "decider": _("the name of the person who decided"),
    "officer": _("the name of the person who writes"),
    "changes": _("what is to be changed"),
    "deadline": _("the day by which to answer"),
    "intent": _("what the town thinks of doing"),
    "grounds": _("why the town thinks of doing it"),
    "right": _("the right to answer, and until when"),
    "revocation": _("what is revoked"),
    "repayment": _("what has to be paid back, and to which account"),
    "heard": _("the hearing"),
    "correction": _("what is corrected, and in which letter"),
}


def german_day(day: date) -> str:
    """15. Dezember 2025, whatever language is active."""
    with translation.override("de"):
        return formats.date_format(day, "j. F Y")


def german_moment(moment: datetime) -> str:
    """15. Dezember 2025, 10:30 Uhr, in German time."""
    local = timezone.localtime(moment, BERLIN)
    return f"{german_day(local.date())}, {local:%H:%M} Uhr"


def office_of(town: Any) -> str:
    return town.office or town.name


def missing_parts(parts: Mapping[str, Sequence[Any]], mandatory: Iterable[str]) -> list[str]:
    """Codes (PART_NAMES) of the mandatory parts that are not there or say nothing."""
    return [name for name in mandatory if not parts.get(name)]


def blocks_of(parts: Parts) -> list[Block]:
    """What a letter says, from the greeting to the name."""
    return [block for blocks in parts.values() for block in blocks]


def case_letter(
    application: Any, parts: Parts, mandatory: Iterable[str], *, title: str, subject: str, day: date
) -> bytes:
    """The letter as PDF, under the town's letterhead, to the organisation (of a group: its joint debtors too).

    Raises Refused naming every mandatory part that is missing, those of the letterhead included.
    """
    town = application.municipality
    sheet = {
        "authority": [town.name, town.office, town.street, town.postal_code, town.city],
        "addressee": addressee(application.organisation),
        "file-number": [application.file_number],
    }
    complete = {name: lines if all(lines) else [] for name, lines in sheet.items()}
    if missing := missing_parts(complete | parts, [*sheet, *mandatory]):
        names = ", ".join(str(PART_NAMES[name]) for name in missing)
        raise Refused(_("The letter is not complete. Missing: %(parts)s.") % {"parts": names})
    letterhead, more = letter_sheet(town, Stationery.objects.filter(municipality=town).first())
    return render_letter(
        [*blocks_of(parts), code_to(application)],
        letterhead=letterhead,
        addressee=complete["addressee"],
        info=_info(application, day, more),
        subject=subject,
        date=day,
        title=title,
        author=town.name,
        reference=application.file_number,
    )


def addressee(organisation: Any) -> list[str]:
    """The lines of the address; a missing one stays as an empty line, so that the gap shows."""
    debtors = organisation.representatives or [""] if organisation.is_unregistered else []
    place = f"{organisation.postal_code} {organisation.city}" if organisation.postal_code and organisation.city else ""
    return [organisation.name, *debtors, organisation.street, place]


def letter_sheet(town: Any, look: Stationery | None) -> tuple[Letterhead, list[tuple[str, str]]]:
    """The letterhead of a town, and the lines it adds to the info block."""
    letterhead = Letterhead(
        name=town.name,
        office=town.office,
        street=town.street,
        postal_code=town.postal_code,
        city=town.city,
        phone=town.phone,
        email=town.email,
        logo=bytes(look.logo) if look and look.logo else None,
        color=look.color if look else COLOR,
        return_address=look.return_address if look else "",
    )
    return letterhead, look.info_pairs if look else []


# What the page beside a letter is called, in the languages of those who may read it.
MEANINGS = {
    "en": "What this letter means",
    "tr": "Bu mektup ne anlama geliyor",
    "ar": "ماذا تعني هذه الرسالة",
    "ru": "Что означает это письмо",
}


def code_to(application: Any) -> QrCode:
    """The way from the paper to the case, where the letter is explained in the reader's language."""
    url = link_to("case", application.pk)
    others = [words for code, words in MEANINGS.items() if code in application.municipality.languages]
    german = "Ihr Antrag im Internet. Dort steht, was dieses Schreiben bedeutet und was als Nächstes kommt:"
    words = (f"{german}\n", Link(url, url), "".join(f"\n{line}" for line in others))
    return QrCode(url, f"QR-Code zu Ihrem Antrag: {url}", words)


def _info(application: Any, day: date, more: Sequence[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    town, officer = application.municipality, application.assigned_to or application.checked_by
    pairs = [
        ("Aktenzeichen", application.file_number),
        ("Ihr Antrag vom", german_day(application.received_on) if application.received_on else ""),
        ("Auskunft", officer.name if officer and officer.name else town.office),
        ("Telefon", town.phone),
        ("E-Mail", town.email),
        *more,
        ("Datum", german_day(day)),
    ]
    return [(label, value) for label, value in pairs if value]


def greeting(organisation: Any) -> Text:
    """Guten Tag, with the names of those who are addressed in person."""
    names = organisation.representatives if organisation.is_unregistered else []
    names = [organisation.name] if organisation.is_person else names
    return Text(f"Guten Tag{' ' if names else ''}{joined(names)},")


def joined(names: Sequence[str]) -> str:
    """A, B und C."""
    return " und ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def case_values(application: Any) -> dict[str, Value]:
    """What every text of every letter of a case may name."""
    return {
        "titel": application.title,
        "organisation": application.organisation.name,
        "aktenzeichen": application.file_number,
        "verfahrensgesetz": PROCEDURE_ACTS[application.municipality.state],
        "kontakt": contact_of(application.municipality),
    }


def contact_of(town: Any) -> str:
    return joined([text for text in (town.phone and f"Telefon {town.phone}", town.email) if text]) or town.office


def typed_blocks(text: str) -> list[Block] | None:
    """What somebody typed, a paragraph a line; nothing when nothing was typed."""
    return [Text(line.strip()) for line in text.splitlines() if line.strip()] or None


def remedy_part(town: Any, texts: LetterTexts) -> list[Block]:
    """The remedy notice, no more than the law asks for (§ 58 VwGO): a wrong word stretches the month to a year."""
    if not town.court or not town.court_address:
        return []
    name = "remedy-objection" if town.remedy == town.Remedy.OBJECTION else "remedy-action"
    return texts.common(name, {"frist": REMEDY_PERIOD, "gericht": f"{town.court}, {town.court_address}"})


def decider_part(town: Any, by: Any) -> list[Block]:
    """The name in place of a signature (§ 37 (3) VwVfG) with the function; empty for somebody without a name."""
    name = getattr(by, "name", "")
    return [Signature("Mit freundlichen Grüßen", name, f"Entscheidungsbefugt · {town.office}", 3)] if name else []


def officer_part(town: Any, by: Any) -> list[Block]:
    """Who writes, under a letter that decides nothing."""
    name = getattr(by, "name", "")
    return [Signature("Mit freundlichen Grüßen", name, office_of(town), 3)] if name else []
