"""The first page of staff: their tasks by urgency, whose they are, and which promised days are at risk."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, cast

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from applications.workflow import State
from funding import calendar, clock
from funding.absence import represented
from funding.models import Absence, Programme, Round, User
from funding.policies import Role
from funding.site.tasks import Task, tasks_of
from review.models import Meeting

RISK_DAYS = 5  # so many working days or fewer are left: look at it this week
BEFORE_BOARD = (State.SUBMITTED, State.INCOMPLETE, State.ADMITTED, State.DEFERRED)

OVERDUE, AT_RISK, ANSWERED, NEW, REST = range(5)
GROUPS = {
    OVERDUE: gettext_lazy("Overdue"),
    AT_RISK: gettext_lazy("Promised days at risk"),
    ANSWERED: gettext_lazy("Answered by the applicants"),
    NEW: gettext_lazy("New"),
    REST: gettext_lazy("Everything else"),
}
KINDS = {"overdue": OVERDUE, "answered": ANSWERED, "new": NEW}
ALL, MINE, FREE = "", "mine", "free"


# --- Promised days ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Risk:
    """The working days still free, today included, before the board has to be invited or the promise falls due."""

    free: tuple[date, ...]
    board_on: date | None = None
    has_board: bool = True


def risk_of(
    *, today: date, promised_on: date | None, land: str, boards: list[date] | None = None, notice_days: int = 0
) -> Risk | None:
    """Whether a promised day is at risk: RISK_DAYS working days or fewer are left; None when it is not.

    `boards` are the days the board meets; None: the board has no part in it any more. A case has to be ready when the
    board is invited (`notice_days` before), by the last meeting that still keeps the promise. Where no meeting does,
    the promise is at risk however far off it is.
    """
    if promised_on is None or promised_on < today:
        return None
    if boards is None:
        free = working_days(today, promised_on, land)
        return Risk(free) if len(free) <= RISK_DAYS else None
    in_time = [day for day in boards if day <= promised_on and day - timedelta(days=notice_days) >= today]
    if not in_time:
        return Risk((), has_board=False)
    board_on = max(in_time)
    free = working_days(today, board_on - timedelta(days=notice_days), land)
    return Risk(free, board_on) if len(free) <= RISK_DAYS else None


def working_days(first: date, last: date, land: str) -> tuple[date, ...]:
    """The working days from a day to a day, both included; no more than tell that there are enough."""
    days: list[date] = []
    while first <= last and len(days) <= RISK_DAYS:
        if calendar.is_working_day(first, land):
            days.append(first)
        first += timedelta(days=1)
    return tuple(days)


def risk_note(risk: Risk) -> str:
    """What is still free, in a sentence."""
    if not risk.has_board:
        return _("No meeting of the board keeps this promise.")
    days = ", ".join(date_format(day, "D j. N") for day in risk.free) or _("none")
    if risk.board_on is None:
        return _("Days still free: %s.") % days
    return _("Days still free before the board of %(board)s is invited: %(days)s.") % {
        "board": date_format(risk.board_on),
        "days": days,
    }


# --- The inbox --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A task with its place in the inbox."""

    task: Task
    group: int
    note: str = ""
    officer: User | None = None

    @property
    def heading(self) -> Any:
        return GROUPS[self.group]


class Inbox:
    """The tasks of somebody who works for a town; a fixed number of queries however many cases there are."""

    def __init__(self, user: Any, show: str = ALL) -> None:
        self.user, self.show = user, show if show in (MINE, FREE) else ALL
        self.is_officer = bool(user.towns_as(Role.OFFICER))
        self.tasks = tasks_of(user)
        away = Absence.objects.filter(municipality__in=user.towns_as(*Role)).on(clock.today())
        self.absences = list(away.select_related("user", "deputy"))
        stood_for = represented({absence.user_id: absence.deputy_id for absence in self.absences}, user.pk)
        self.people = {user.pk, *stood_for}
        self.stands_in_for = [absence for absence in self.absences if absence.user_id in stood_for]
        self.own_absence = next((absence for absence in self.absences if absence.user_id == user.pk), None)

    @staticmethod
    def officer_of(task: Task) -> int | None:
        """Who is responsible for the case of an officer's task."""
        return task.case.assigned_to_id if task.role == Role.OFFICER and task.case else None

    @cached_property
    def views(self) -> dict[str, list[Task]]:
        """All of it; what one is responsible for, oneself or for somebody who is away; what nobody is."""
        return {
            ALL: self.tasks,
            MINE: [task for task in self.tasks if self.officer_of(task) in self.people],
            FREE: [t for t in self.tasks if t.role == Role.OFFICER and t.case and t.case.assigned_to_id is None],
        }

    @property
    def choices(self) -> list[tuple[str, str, int]]:
        """(value, label, how many) of the three views, for officers."""
        labels = {ALL: _("All"), MINE: _("Mine"), FREE: _("Nobody's")}
        return [(value, label, len(self.views[value])) for value, label in labels.items()] if self.is_officer else []

    def rows(self) -> list[Row]:
        """The most urgent first, in each group the oldest promise."""
        shown = self.views[self.show]
        risks = self._risks(shown)
        officers = User.objects.in_bulk({pk for task in shown if (pk := self.officer_of(task))})
        rows = []
        for task in shown:
            risk = risks.get(id(task))
            note = risk_note(risk) if risk else ""
            rows.append(Row(task, self._group(task, risk), note, officers.get(self.officer_of(task) or 0)))
        return sorted(rows, key=lambda row: (row.group, row.task.order))

    @staticmethod
    def _group(task: Task, risk: Risk | None) -> int:
        if task.is_late:
            return OVERDUE
        return AT_RISK if risk else KINDS.get(task.kind, REST)

    def _risks(self, tasks: list[Task]) -> dict[int, Risk]:
        """Which of these tasks stand for a promised day that is at risk."""
        promised = [(task, task.case) for task in tasks if task.case and task.due and task.due == task.case.promised_on]
        programmes = Programme.objects.filter(pk__in={case.programme_id for _task, case in promised})
        known = {programme.pk: programme for programme in programmes.select_related("municipality")}
        boards = self._boards(set(known))
        found = {}
        for task, case in promised:
            programme = known[case.programme_id]
            risk = risk_of(
                today=clock.today(),
                promised_on=task.due,
                land=programme.municipality.state,
                boards=boards.get(programme.pk, []) if self._waits_for_board(case, programme) else None,
                notice_days=programme.notice_days,
            )
            if risk is not None:
                found[id(task)] = risk
        return found

    @staticmethod
    def _waits_for_board(case: Application, programme: Programme) -> bool:
        return bool(programme.board) and case.state in BEFORE_BOARD

    @staticmethod
    def _boards(programmes: set[int]) -> dict[int, list[date]]:
        """The days on which each board will meet: called meetings, and days a round has announced."""
        today = clock.today()
        called = Meeting.objects.filter(programme__in=programmes, closed_at=None, cancelled_at=None, held_on__gte=today)
        announced = Round.objects.filter(programme__in=programmes, board_meets_on__gte=today)
        days: dict[int, list[date]] = {}
        for meeting in called.order_by("pk"):
            days.setdefault(meeting.programme_id, []).append(meeting.held_on)
        for entry in announced.order_by("pk"):
            days.setdefault(entry.programme_id, []).append(cast(date, entry.board_meets_on))
        return days
