"""The dossier of a meeting: what the board reads of each case, as pages and as one PDF. German on paper."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications.documents import german_day
from budgets.models import Grant
from funding.clock import BERLIN
from funding.models import Programme
from funding.money import format_eur
from funding.pdf import Bar, Block, Bullets, Column, Facts, Grid, Heading, Link, NewPage, PageOf, Text, render_report
from funding.pdf.fonts import begins_from_right
from review.checklist import LABELS
from review.models import BoardItem, Meeting, Recommendation
from review.summary import Case, case_of, result_of


@dataclass(frozen=True)
class Earlier:
    """A grant the same organisation got before."""

    title: str
    file_number: str
    year: int
    cents: int
    state: str


@dataclass(frozen=True)
class CaseFile:
    """One item of the agenda as it is read in five minutes; texts in the active language."""

    item: BoardItem
    case: Case
    checks: list[tuple[str, str, str]]
    earlier: list[Earlier]
    history: list[tuple[date, str]]

    @property
    def title(self) -> str:
        return self.case.title or str(self.item.application)

    @property
    def file_number(self) -> str:
        return self.item.application.file_number


# --- What is read -----------------------------------------------------------------------------------------------------


def case_files(found: Sequence[BoardItem]) -> list[CaseFile]:
    """The files of these items (loaded `with_case`), from what was sent in last.

    The number of queries does not grow with the cases.
    """
    prefetch_related_objects(
        found,
        "application__submissions__cuts",
        "application__check_results",
        "application__concept_fits",
        "application__recommendations",
        Prefetch(
            "application__board_items", BoardItem.objects.select_related("meeting").order_by("meeting__held_on", "pk")
        ),
    )
    grants = _grants({item.application.organisation_id for item in found})
    return [
        CaseFile(
            item=item,
            case=case_of(item.application),
            checks=_checks(item.application),
            earlier=[
                Earlier(str(grant), grant.application.file_number, grant.start.year, grant.amount_cents, state)
                for grant, state in grants.get(item.application.organisation_id, [])
                if grant.application_id != item.application_id
            ],
            history=_history(item),
        )
        for item in found
    ]


def contents(items: Iterable[BoardItem], programme: Programme) -> list[tuple[BoardItem, str, int]]:
    """(item, title, cents asked for) of items of one programme, loaded `with_parties` and with their submissions."""
    found = []
    for item in items:
        item.application.programme = programme
        last = next(iter(item.application.submissions.all()), None)
        title = last.snapshot["application"]["title"] if last else ""
        found.append((item, title or str(item.application), result_of(item.application).requested_cents))
    return found


def _grants(organisations: set[int]) -> dict[int, list[tuple[Grant, str]]]:
    """What these organisations got before, newest first."""
    found: dict[int, list[tuple[Grant, str]]] = {}
    grants = Grant.objects.filter(organisation__in=organisations).select_related("application")
    for grant in grants.order_by("-start", "-pk"):
        found.setdefault(grant.organisation_id, []).append((grant, str(grant.get_state_display())))
    return found


def _checks(application: Any) -> list[tuple[str, str, str]]:
    results = {result.item: result for result in application.check_results.all()}
    return [
        (str(LABELS.get(code, code)), str(results[code].get_result_display()), results[code].remark)
        for code in application.programme.checklist
        if code in results and results[code].result
    ]


def _history(item: BoardItem) -> list[tuple[date, str]]:
    """What happened to the case before this meeting, oldest first."""
    application = item.application
    found = [(application.received_on, _("Received"))] if application.received_on else []
    for submission in sorted(application.submissions.all(), key=lambda one: one.number)[1:]:
        found.append((_day(submission.submitted_at), _("Sent in again, version %s") % submission.number))
    if checked := [result.checked_at for result in application.check_results.all()]:
        found.append((_day(max(checked)), _("Formal check done")))
    results = {one.item_id: one for one in application.recommendations.all()}
    for other in application.board_items.all():
        if other.pk == item.pk or other.meeting.held_on > item.meeting.held_on or other.closed_at is None:
            continue
        result = results.get(other.pk)
        found.append((other.meeting.held_on, _board_said(result)))
    return sorted(found, key=lambda entry: entry[0])


def _board_said(result: Recommendation | None) -> str:
    if result is None:
        return _("The board came to no result")
    said = str(result.get_kind_display())
    return _("Board: %s, to be repeated") % said if result.superseded else _("Board: %s") % said


def _day(moment: Any) -> date:
    return timezone.localtime(moment, BERLIN).date()


# --- On paper ---------------------------------------------------------------------------------------------------------


def dossier_files(pks: Iterable[int]) -> list[CaseFile]:
    """The files of these items as the database has them now, in the language of the paper."""
    items = BoardItem.objects.filter(pk__in=pks).with_case().order_by("position", "pk")
    with translation.override("de"):
        return case_files(list(items))


@translation.override("de")
def dossier_blocks(files: Sequence[CaseFile], left_out: Sequence[int]) -> list[Block]:
    """All the dossier says; `left_out` are the numbers of the items it does not hold."""
    return [*_front(files, left_out), *(block for file in files for block in case_blocks(file))]


def fingerprint(files: Sequence[CaseFile], left_out: Sequence[int]) -> str:
    """Changes with every word of the dossier."""
    return hashlib.sha256(repr(dossier_blocks(files, left_out)).encode()).hexdigest()


@translation.override("de")
def dossier_pdf(
    meeting: Meeting,
    files: Sequence[CaseFile],
    left_out: Sequence[int],
    *,
    as_of: date,
    progress: Callable[[int], None] = lambda _done: None,
) -> bytes:
    """The dossier as PDF; the same cases on the same day give the same bytes. `progress` hears of each case set."""

    def blocks() -> Iterator[Block]:
        yield from _front(files, left_out)
        for done, file in enumerate(files, start=1):
            yield from case_blocks(file)
            progress(done)

    town = meeting.programme.municipality
    place = f" · {meeting.place}" if meeting.place else ""
    kind = "Umlaufverfahren bis" if meeting.is_written else "Sitzung am"
    return render_report(
        blocks(),
        title=f"Unterlagen: {kind} {german_day(meeting.held_on)}",
        subtitle=f"{meeting.programme.board}{place} · Stand {german_day(as_of)}",
        author=f"{town.name} · {town.office}" if town.office else town.name,
        date=as_of,
    )


def _front(files: Sequence[CaseFile], left_out: Sequence[int]) -> list[Block]:
    """For whom it is, what it does not hold, and the table of contents."""
    blocks: list[Block] = [
        Text("Diese Unterlagen sind nur für Sie bestimmt. Bitte geben Sie nichts daraus weiter."),
    ]
    if left_out:
        numbers = ", ".join(f"TOP {number}" for number in left_out)
        blocks.append(
            Text(
                f"Nicht enthalten: {numbers}. Einen Fall sehen nur Personen, die erklärt haben, dass sie "
                "nicht befangen sind."
            )
        )
    rows = [
        (
            str(file.item.position),
            Link(f"#{_anchor(file)}", file.title),
            format_eur(file.case.result.requested_cents),
            PageOf(_anchor(file)),
        )
        for file in files
    ]
    total = format_eur(sum(file.case.result.requested_cents for file in files))
    columns = [
        Column("TOP", 0.6),
        Column("Projekt", 4.6),
        Column("Beantragt", 1.6, numeric=True),
        Column("Seite", 0.8, numeric=True),
    ]
    return [*blocks, Heading("Inhalt"), Grid(columns, [*rows, ("", "Summe", total, "")], total=True)]


def _anchor(file: CaseFile) -> str:
    return f"top-{file.item.position}-{file.item.pk}"


def case_blocks(file: CaseFile) -> list[Block]:
    """One case, on a page of its own."""
    case = file.case
    blocks: list[Block] = [
        NewPage(),
        Heading(f"TOP {file.item.position}: {file.title}", anchor=_anchor(file)),
        Facts(
            [("Aktenzeichen", file.file_number), *((str(label), str(value)) for label, value in case.facts if value)]
        ),
    ]
    for heading, text in case.texts:
        blocks += [Heading(str(heading), 3), _text(text)]
    blocks += [Heading("Was es kostet", 3), *_plan(case), *_who_pays(case)]
    if file.item.note:
        blocks += [Heading("Notiz des Integrationsbüros", 3), _text(file.item.note)]
    if file.checks:
        blocks += [
            Heading("Formale Prüfung", 3),
            Bullets([f"{label}: {result}{f'. {note}' if note else ''}" for label, result, note in file.checks]),
        ]
    blocks += [Heading("Frühere Zuwendungen an dieselbe Organisation", 3), *_earlier(file.earlier)]
    if file.history:
        blocks += [
            Heading("Bisher", 3),
            Facts([(german_day(day), text) for day, text in file.history]),
        ]
    return blocks


def _text(text: str) -> Text:
    return Text(text, lang="ar" if begins_from_right(text) else None)


def _plan(case: Case) -> list[Block]:
    costs = [(line.label, _joined(line.detail, line.note), format_eur(line.cents)) for line in case.costs]
    money = [(line.label, _joined(line.detail, line.note), format_eur(line.cents)) for line in case.financing]
    amount = Column("Betrag", 1.4, numeric=True)
    return [
        Grid(
            [Column("Ausgabe", 3), Column("Art", 2.4), amount],
            [*costs, ("Summe", "", format_eur(case.costs_cents))],
            row_headers=True,
            total=True,
        ),
        Grid(
            [Column("Mittel", 3), Column("Stand", 2.4), amount],
            [*money, ("Summe", "", format_eur(case.financing_cents))],
            row_headers=True,
            total=True,
        ),
        Facts([(str(label), format_eur(cents)) for label, cents in case.totals]),
    ]


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _who_pays(case: Case) -> list[Block]:
    """The bar and its figures: the parts from left to right."""
    parts = [(str(part["label"]), part["cents"]) for part in case.segments]
    if not parts:
        return []
    total = sum(cents for _label, cents in parts)
    words = [f"{label}: {format_eur(cents)} ({round(100 * cents / total) if total else 0} %)" for label, cents in parts]
    bar = Bar(parts, alt="; ".join(words))
    return [Text("Wer zahlt, von links nach rechts:"), bar, Text(" · ".join(words), small=True)]


def _earlier(earlier: Sequence[Earlier]) -> list[Block]:
    if not earlier:
        return [Text("Keine.")]
    return [
        Grid(
            [Column("Projekt", 3.4), Column("Jahr", 0.7), Column("Stand", 1.6), Column("Betrag", 1.4, numeric=True)],
            [(f"{one.title} ({one.file_number})", str(one.year), one.state, format_eur(one.cents)) for one in earlier],
            row_headers=True,
        )
    ]
