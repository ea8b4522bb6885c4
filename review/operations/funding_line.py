"""The funding line: all cases of a meeting in order, the pot filling up, and the list the board makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from budgets.models import BudgetYear
from funding import clock
from funding.gate import Refused, Stale, record, writes
from funding.money import format_eur
from review import policies, rules
from review.models import BoardItem, BoardList, Decision, Meeting, Recommendation, latest_list
from review.operations.items import seat_of
from review.summary import result_of


@dataclass
class Row:
    """One case of the line; amounts in cents. `more_cents`: what it could still get and what is left allow."""

    item: BoardItem
    requested_cents: int
    highest_cents: int
    cents: int
    fits: bool = True
    missing_cents: int = 0
    more_cents: int = 0


@dataclass
class Pot:
    """The money of one budget year and the cases that are paid from it. `free_cents` None: no budget was entered."""

    year: int | None
    free_cents: int | None
    rows: list[Row] = field(default_factory=list)
    left_cents: int | None = None

    @property
    def given_cents(self) -> int:
        return sum(row.cents for row in self.rows if row.fits)

    @property
    def next_row(self) -> Row | None:
        """The first case that does not fit."""
        return next((row for row in self.rows if not row.fits), None)

    @property
    def is_full(self) -> bool:
        """Every case has all it can get."""
        return all(row.fits and row.cents == row.highest_cents for row in self.rows)

    @property
    def segments(self) -> list[dict[str, Any]]:
        """For `bar_parts`: a part for each case that fits, and what is left."""
        parts = [
            {"label": str(row.item.application), "cents": row.cents, "tone": "brand"}
            for row in self.rows
            if row.fits and row.cents
        ]
        return [*parts, {"label": _("Still free"), "cents": self.left_cents or 0, "tone": "rest"}]


@dataclass
class FundingLine:
    """The line as one person sees it: `hidden` counts the cases whose file they may not open."""

    meeting: Meeting
    rows: list[Row]
    pots: list[Pot]
    hidden: int
    saved: BoardList | None


def funding_line(
    meeting: Meeting, user: Any, *, amounts: Mapping[int, int] | None = None, order: Sequence[int] = ()
) -> FundingLine:
    """The line with the typed amounts (item -> cents) and in the typed order, else as it was saved last.

    A case nobody has set starts with its recommendation, else with what was asked for, at most its highest grant.
    The number of queries does not grow with the cases.
    """
    all_items = meeting.items.filter(taken_off=False)
    opened = BoardItem.objects.visible_to(user).filter(meeting=meeting).order_by().values("pk")
    current = Prefetch("recommendations", Recommendation.objects.filter(superseded=False))
    items = list(
        all_items.filter(pk__in=opened)
        .with_parties()
        .prefetch_related("application__submissions__cuts", current)
        .order_by("position", "pk")
    )
    for item in items:
        item.application.programme = meeting.programme
    saved = meeting.lists.select_related("saved_by").first()
    kept = {entry["item"]: entry["cents"] for entry in saved.entries} if saved else {}
    rows = [_row(item, (amounts or {}).get(item.pk, kept.get(item.pk))) for item in items]
    places = {pk: place for place, pk in enumerate(order or kept)}
    rows.sort(key=lambda row: (places.get(row.item.pk, len(places)), row.item.position))
    pots = _pots(meeting, rows)
    return FundingLine(meeting, rows, pots, all_items.count() - len(items), saved)


def _row(item: BoardItem, cents: int | None) -> Row:
    result = result_of(item.application)
    highest = min(result.highest_grant_cents, result.requested_cents)
    if cents is None:
        recommendation = next(iter(item.recommendations.all()), None)
        cents = recommendation.amount_cents if recommendation else highest
    return Row(item, result.requested_cents, highest, min(cents, highest))


def _pots(meeting: Meeting, rows: list[Row]) -> list[Pot]:
    """The rows by budget year, each dealt out in the order of the line."""
    years = sorted({row.item.application.year for row in rows}, key=lambda year: year or 0)
    opened = BudgetYear.objects.filter(programme=meeting.programme_id, year__in=[y for y in years if y]).with_free()
    free = {year.year: year.free_cents for year in opened}  # type: ignore[attr-defined]  # with_free
    applications = [row.item.application_id for row in rows]
    prepared = Decision.objects.filter(application__in=applications, released_at=None)
    held = dict(prepared.values_list("application", "reserved_cents"))
    pots = []
    for year in years:
        mine = [row for row in rows if row.item.application.year == year]
        # What a prepared decision has set aside for one of these cases is there for it.
        aside = sum(held.get(row.item.application_id, 0) for row in mine)
        budget = free.get(year or 0, meeting.programme.budget_per_year_cents or None)
        pot = Pot(year, None if budget is None else budget + aside, mine)
        filled, pot.left_cents = rules.fill_pot((row.cents for row in mine), pot.free_cents)
        for row, result in zip(mine, filled, strict=True):
            row.fits, row.missing_cents = result.fits, result.missing_cents
            rest = row.highest_cents - (row.cents if row.fits else 0)
            row.more_cents = rest if pot.left_cents is None else min(rest, pot.left_cents)
        pots.append(pot)
    return pots


@writes
def save_list(
    meeting: Meeting, amounts: Mapping[int, int], order: Sequence[int], *, by: Any, after: int = 0
) -> BoardList:
    """Keep the line as the board's list, with who and when; motions then begin with its amounts.

    `after` is the number of the list the page was made from. Raises PermissionDenied for who does not lead, Stale when
    somebody saved meanwhile, Refused: the meeting is over, an amount above what is possible (its sentence says which),
    a case in it that this person may not open. What does not fit the pot is kept as not fitting.
    """
    if not policies.may_manage(meeting, seat_of(meeting, by), by):
        raise PermissionDenied("only the chair or the officer saves the list")
    fresh = Meeting.objects.select_for_update(of=("self",)).select_related("programme").get(pk=meeting.pk)
    if fresh.closed_at is not None:
        raise Refused(_("This meeting is over."))
    line = funding_line(fresh, by, amounts=amounts, order=order)
    if (line.saved.number if line.saved else 0) != after:
        raise Stale
    if line.hidden:
        raise Refused(_("There is a case in this list you may not open. Please let the officer or the deputy save it."))
    for row in line.rows:
        if amounts.get(row.item.pk, 0) > row.highest_cents:
            raise Refused(
                _("“%(case)s” can get at most %(highest)s.")
                % {"case": row.item.application, "highest": format_eur(row.highest_cents)}
            )
    entries = [
        {"item": row.item.pk, "application": row.item.application_id, "cents": row.cents, "fits": row.fits}
        for row in line.rows
    ]
    kept = BoardList.objects.create(
        municipality_id=fresh.municipality_id,
        meeting=fresh,
        number=after + 1,
        entries=entries,
        saved_by=by,
        saved_at=clock.now(),
    )
    record(fresh.municipality_id, "meeting.list", fresh, by=by, details={"number": kept.number, "entries": entries})
    return kept


def suggested_cents(item: BoardItem, highest_cents: int) -> int:
    """With what a motion on this item begins: the board's list, where there is one, else the highest grant."""
    entry = latest_list(item.meeting).get(item.pk)
    return min(entry["cents"], highest_cents) if entry and entry["fits"] and entry["cents"] else highest_cents
