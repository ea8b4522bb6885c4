"""The receipt: what was sent in, word for word, with its file number and the promised day; in the active language."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from applications.confirmations import DECLARATIONS, FIRST, OF_GROUPS, consent, declaration
from applications.documents.letters import office_of
from applications.models import FinancingLine, LegalForm, Organisation, Submission
from applications.narrative import NARRATIVE, side_by_side
from applications.texts import tax_note
from funding.bank import format_iban
from funding.clock import BERLIN
from funding.money import format_eur
from funding.pdf import Block, Bullets, Column, Facts, Grid, Heading, Runs, Strong, Text, render_report

ORGANISATION = {
    "name": gettext_lazy("Name"),
    "legal_form": gettext_lazy("Kind of group"),
    "representatives": gettext_lazy("Represented by"),
    "street": gettext_lazy("Street"),
    "postal_code": gettext_lazy("Postal code"),
    "city": gettext_lazy("Town"),
    "email": gettext_lazy("Mail"),
    "phone": gettext_lazy("Phone"),
    "gemeinnuetzig": gettext_lazy("Recognised as charitable"),
    "gemeinnuetzig_until": gettext_lazy("Recognised until"),
    "input_tax": gettext_lazy("Gets input tax back"),
    "de_minimis_cents": gettext_lazy("De-minimis aid in three years"),
    "iban": gettext_lazy("IBAN"),
    "account_holder": gettext_lazy("Account holder"),
}
PROJECT = {
    "title": gettext_lazy("Name of the project"),
    "summary": gettext_lazy("In short"),
    "need": gettext_lazy("Why it is needed"),
    "goals": gettext_lazy("Goals"),
    "remains": gettext_lazy("What remains afterwards"),
    "action_field": gettext_lazy("Main field"),
    "cross_cutting": gettext_lazy("Other fields"),
    "life_phases": gettext_lazy("Phases of life"),
    "start": gettext_lazy("Begins"),
    "end": gettext_lazy("Ends"),
    "place": gettext_lazy("Place"),
    "district": gettext_lazy("District"),
    "target_groups": gettext_lazy("For whom"),
    "participants": gettext_lazy("Participants, about"),
    "volunteers": gettext_lazy("Volunteers, about"),
    "partners": gettext_lazy("Partners"),
    "public": gettext_lazy("Open to everybody"),
    "accessibility": gettext_lazy("Accessibility"),
}
_DAYS = ("start", "end", "gemeinnuetzig_until")


def receipt_of_mail(message: Any) -> tuple[str, bytes, str]:
    """The attachment of a receipt mail: what had been sent in when the mail was written, in the mail's language."""
    sent = Submission.objects.filter(application=message.about_id, submitted_at__lte=message.written_at)
    submission = sent.select_related("application__municipality")[0]  # kept in the act that wrote the mail
    return f"{submission.application.file_number}.pdf", receipt_pdf(submission), "application/pdf"


def receipt_pdf(submission: Any) -> bytes:
    """The receipt of one submission as PDF; the same submission gives the same bytes in one language.

    It reads the frozen snapshot, not the application as it may stand now.
    """
    application = submission.application
    town = application.municipality
    answers = submission.snapshot["application"]
    return render_report(
        receipt_blocks(submission),
        title=_("Receipt %(number)s") % {"number": answers["file_number"]},
        subtitle=answers["title"],
        author=f"{town.name} · {office_of(town)}",
        date=_sent(submission),
        language=get_language() or "de",
        page_of=_("Page {number} of {total}"),
    )


def receipt_blocks(submission: Any) -> list[Block]:
    """What the receipt says: that it came in, what happens next, and a copy of everything that was sent."""
    copy = submission.snapshot
    return [
        *_confirmation(submission),
        Heading(_("Who you are")),
        Facts(answers_of(ORGANISATION, copy["organisation"])),
        Heading(_("Your project")),
        Facts(answers_of(PROJECT, copy["application"])),
        Heading(_("What it costs")),
        *plan_of(copy),
        *_files(copy),
        Heading(_("What you confirmed")),
        *_confirmed(copy),
    ]


def _files(copy: Mapping[str, Any]) -> list[Block]:
    items = [file["name"] for file in copy.get("uploads", [])]
    items += [_("%s (comes later)") % name for name in copy.get("later", [])]
    return [Heading(_("Files")), Bullets(items)] if items else []


def _sent(submission: Any) -> date:
    return timezone.localtime(submission.submitted_at, BERLIN).date()


def _confirmation(submission: Any) -> list[Block]:
    answers = submission.snapshot["application"]
    facts: list[tuple[str, Runs]] = [
        (_("File number"), Strong(answers["file_number"])),
        (_("Received on"), _day(answers["received_on"])),
        (_("Sent on"), date_format(_sent(submission))),
        (_("Answer promised by"), _day(answers["promised_on"])),
    ]
    return [
        Text(_("We have received your application. Please keep the file number for every question.")),
        Facts([(label, value) for label, value in facts if value]),
        Text(_("We check it, then the board looks at it. Below is a copy of everything you sent.")),
    ]


def _day(value: str | None) -> str:
    return date_format(date.fromisoformat(value)) if value else ""


def answers_of(labels: Mapping[str, Any], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every question with its answer; a question left out stands with a dash, so that the copy is complete."""
    pairs = [
        pair
        for name, label in labels.items()
        for pair in (
            side_by_side(values, name, label) if name in NARRATIVE else [(str(label), _shown(name, values.get(name)))]
        )
    ]
    return [(label, text or "–") for label, text in pairs]


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if name in _DAYS:
        return _day(value)
    if name == "iban":
        return format_iban(value)
    if name == "de_minimis_cents":
        return format_eur(value, get_language() or "de")
    if name == "legal_form":
        return str(LegalForm(value).label)
    if name == "input_tax":
        return str(Organisation.InputTax(value).label)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(value) if isinstance(value, list) else str(value)


def plan_of(copy: Mapping[str, Any]) -> list[Block]:
    costs, financing = copy["costs"], copy["financing"]
    amount = Column(_("Amount"), 1.2, numeric=True)
    columns = [Column(_("What for"), 3), Column(_("Kind of cost"), 2), Column(_("Quantity × price"), 1.6, numeric=True)]
    return [
        Grid([*columns, amount], [*map(_cost, costs), _total(costs, 4)], row_headers=True, total=True),
        *_tax(costs),
        Text(_("Where the money comes from:")),
        Grid(
            [Column(_("Money"), 3), Column(_("State"), 2), amount],
            [*map(_money, financing), _total(financing, 3)],
            row_headers=True,
            total=True,
        ),
    ]


def _tax(costs: list[Mapping[str, Any]]) -> list[Block]:
    """Which of the costs stand with less than their price, because tax in them comes back."""
    notes = [(line["what"], tax_note(line["amount_cents"], line.get("deductible_cents", 0))) for line in costs]
    found = [f"{what}: {note}" for what, note in notes if note]
    return [Text(_("The amounts are without the input tax you get back:")), Bullets(found)] if found else []


def _cost(line: Mapping[str, Any]) -> tuple[str, ...]:
    quantity = line["quantity"].rstrip("0").rstrip(".") if "." in line["quantity"] else line["quantity"]
    if _decimal_comma():
        quantity = quantity.replace(".", ",")
    what = _("%(what)s (unpaid work)") % {"what": line["what"]} if line["in_kind"] else line["what"]
    return what, line["category_name"], f"{quantity} × {_eur(line['unit_price_cents'])}", _eur(line["amount_cents"])


def _money(line: Mapping[str, Any]) -> tuple[str, ...]:
    kind = str(FinancingLine.Kind(line["kind"]).label)
    what = f"{kind}: {line['what']}" if line["what"] else kind
    return what, str(FinancingLine.Status(line["status"]).label), _eur(line["amount_cents"])


def _total(lines: list[Mapping[str, Any]], columns: int) -> tuple[str, ...]:
    return _("Total"), *[""] * (columns - 2), _eur(sum(line["amount_cents"] for line in lines))


def _eur(cents: int) -> str:
    return format_eur(cents, get_language() or "de")


def _decimal_comma() -> bool:
    return not (get_language() or "de").startswith("en")


def _confirmed(copy: Mapping[str, Any]) -> list[Block]:
    declared, consents = copy["application"]["declared"], copy["consents"]
    helped = _at_the_counter(copy.get("confirmed"))
    # Before versions were kept there was one wording, and consents were a list.
    versions = consents if isinstance(consents, dict) else dict.fromkeys(consents, FIRST)
    # In the order of the page: PostgreSQL keeps the keys of what was sent in another one.
    items = [str(declaration(code, declared[code])) for code in DECLARATIONS | OF_GROUPS if code in declared]
    items += [str(consent(kind, version)) for kind, version in sorted(versions.items())]
    # A paper application was signed on paper; nobody ticked anything here.
    return [*helped, Bullets(items)] if items else [Text(_("The application came in on paper. It was signed there."))]


def _at_the_counter(confirmed: Mapping[str, Any] | None) -> list[Block]:
    """That the office wrote it down, and how the applicant confirmed what was read back to them."""
    if not confirmed:
        return []
    moment = timezone.localtime(datetime.fromisoformat(confirmed["at"]), BERLIN)
    sentences = {
        "code": _("The integration office wrote it down and read it back. You confirmed it by code on %s."),
        "signature": _("The integration office wrote it down and read it back. You confirmed it by signature on %s."),
    }
    return [Text(sentences[confirmed["how"]] % date_format(moment.date()))]
