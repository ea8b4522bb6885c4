"""The life of an application: its states and every move between them, declared once."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applications import policies
from applications.narrative import unconfirmed
from funding import clock
from funding.gate import Machine, condition


class State(models.TextChoices):
    """Where an application is; the labels are what staff read (templates hold the applicant's words)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Received")
    INCOMPLETE = "incomplete", _("Received, incomplete")
    RETURNED = "returned", _("Returned for changes")
    ADMITTED = "admitted", _("Formally checked")
    DEFERRED = "deferred", _("Deferred by the board")
    RECOMMENDED = "recommended", _("Ready to be decided")
    AWARDED = "awarded", _("Awarded")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")
    COMPLETED = "completed", _("Completed")


S = State
UNDER_REVIEW = (S.SUBMITTED, S.INCOMPLETE, S.RETURNED, S.ADMITTED, S.DEFERRED, S.RECOMMENDED)
ENDED = (S.REJECTED, S.WITHDRAWN, S.LAPSED, S.COMPLETED)


@condition(_("Somebody has to look at every point of the checklist before the application can go on."))
def is_checked(application: Any) -> bool:
    return not application.open_points


@condition(_("The German text is the binding one, and for some answers it is missing or not confirmed yet."))
def has_german_text(application: Any) -> bool:
    return not unconfirmed(application)


@condition(_("The time to answer is not over yet."))
def time_is_over(application: Any) -> bool:
    return application.answer_by is None or application.answer_by < clock.today()


@condition(_("Nobody asked for more time."))
def time_is_wanted(application: Any) -> bool:
    return application.time_wanted_until is not None


@condition(_("You already asked for more time. You get an answer by mail."))
def time_is_not_wanted(application: Any) -> bool:
    return application.time_wanted_until is None


@condition(_("Nobody asks for an early start."))
def early_start_is_wanted(application: Any) -> bool:
    return application.early_start == "asked"


@condition(_("The board advises on this application: the programme leaves only smaller sums to the town alone."))
def is_below_the_limit(application: Any) -> bool:
    limit = application.programme.without_board_cents
    return bool(limit) and application.evaluate().requested_cents <= limit


@condition(_("The board already has this application, or has dealt with it."))
def is_new_to_the_board(application: Any) -> bool:
    return not application.board_items.exists()


@condition(_("A hearing is open. Please wait for the answer, or until its letter was received and the time is over."))
def no_hearing_is_open(case: Any) -> bool:
    return case.open_hearing is None


@condition(_("There is no open hearing."))
def hearing_is_open(case: Any) -> bool:
    return case.open_hearing is not None


class ApplicationWorkflow(Machine):
    """Moves of an application. Every body only sets fields; what follows from a move is done by its operation."""

    state = FSMField(choices=State, default=State.DRAFT, protected=True, editable=False)
    returned_on: Any  # a date or nothing; the field stands with the others in models

    class Meta:
        abstract = True

    @transition(
        state,
        source=S.DRAFT,
        target=S.SUBMITTED,
        permission=policies.may_submit,
        custom={"label": _("Check and send"), "at": "applications:check", "tone": "primary"},
    )
    def submit(self, *, by: Any, on: Any, file_number: str, answer_by: Any) -> None:
        self.received_on, self.file_number, self.promised_on = on, file_number, answer_by
        self.refresh_search()  # type: ignore[attr-defined]

    @transition(
        state,
        source=S.DRAFT,
        target=S.INCOMPLETE,
        permission=policies.may_record,
        custom={
            "label": _("Record as received, incomplete"),
            "hint": _("It gets a file number and keeps the day on which it came in. The group is asked for the rest."),
            "asks": ("reason",),
        },
    )
    def receive_incomplete(self, *, by: Any, on: Any, file_number: str, reason: str, answer_by: Any) -> None:
        self.received_on, self.file_number = on, file_number
        self.officer_note, self.answer_by = reason, answer_by
        self.refresh_search()  # type: ignore[attr-defined]

    @transition(
        state,
        source=[S.SUBMITTED, S.INCOMPLETE],
        target=S.RETURNED,
        permission=policies.may_check,
        custom={"label": _("Ask for changes"), "at": "review:return"},
    )
    def return_for_changes(self, *, by: Any, reason: str, sections: dict[str, str], answer_by: Any) -> None:
        self.officer_note, self.changes_asked, self.answer_by = reason, sections, answer_by
        self.returned_on = clock.today()
        # What was asked for counts as done again when its section is saved; the other sections stay done.
        for slug in sections:
            self.progress(slug).done = False  # type: ignore[attr-defined]

    @transition(
        state,
        source=[S.RETURNED, S.INCOMPLETE],
        target=S.SUBMITTED,
        permission=policies.may_submit,
        custom={"label": _("Check and send again"), "at": "applications:check", "tone": "primary"},
    )
    def resubmit(self, *, by: Any) -> None:
        self.officer_note, self.changes_asked, self.answer_by = "", {}, None
        self._forget_wanted_time()

    @transition(
        state,
        source=S.SUBMITTED,
        target=S.ADMITTED,
        permission=policies.may_check,
        conditions=[is_checked, has_german_text],
        custom={
            "label": _("Admit to the board"),
            "hint": _("The formal check is done. The application can go on the agenda of a meeting."),
            "tone": "primary",
        },
    )
    def admit(self, *, by: Any) -> None:
        self.checked_by = by

    @transition(
        state,
        source=S.ADMITTED,
        target=S.SUBMITTED,
        permission=policies.may_check,
        custom={"label": _("Back to the formal check"), "asks": ("reason",)},
    )
    def reopen_check(self, *, by: Any, reason: str) -> None:
        self.checked_by = None

    @transition(
        state,
        source=S.ADMITTED,
        target=S.DEFERRED,
        permission=policies.may_hold_ballot,
        custom={"label": _("Defer"), "internal": True},
    )
    def defer(self, *, by: Any, reason: str) -> None:
        self.officer_note = reason

    @transition(
        state,
        source=S.DEFERRED,
        target=S.ADMITTED,
        permission=policies.may_check,
        custom={
            "label": _("Take up again"),
            "hint": _("The application can go on the agenda of the next meeting."),
            "tone": "primary",
        },
    )
    def resume(self, *, by: Any) -> None:
        self.officer_note = ""

    @transition(
        state,
        source=S.ADMITTED,
        target=S.RECOMMENDED,
        permission=policies.may_hold_ballot,
        custom={"label": _("Record the board's recommendation"), "internal": True},
    )
    def recommend(self, *, by: Any, reason: str) -> None:
        self.officer_note = ""

    @transition(
        state,
        source=S.ADMITTED,
        target=S.RECOMMENDED,
        permission=policies.may_check,
        conditions=[is_below_the_limit, is_new_to_the_board],
        custom={
            "label": _("Decide without the board"),
            "hint": _("The sum lies below the limit of the programme. The letter and the history say so."),
            "asks": ("reason",),
        },
    )
    def skip_board(self, *, by: Any, reason: str) -> None:
        self.officer_note = ""

    @transition(
        state,
        source=S.RECOMMENDED,
        target=S.ADMITTED,
        permission=policies.may_check,
        custom={
            "label": _("Give back to the board"),
            "hint": _("The recommendation no longer counts. The board votes again."),
            "asks": ("reason",),
        },
    )
    def give_back(self, *, by: Any, reason: str) -> None:
        self.officer_note = reason

    @transition(
        state,
        source=S.RECOMMENDED,
        target=S.AWARDED,
        permission=policies.may_decide,
        custom={"label": _("Decide"), "at": "review:decide", "tone": "primary"},
    )
    def award(self, *, by: Any) -> None:
        self.officer_note = ""

    @transition(
        state,
        source=S.RECOMMENDED,
        target=S.REJECTED,
        permission=policies.may_decide,
        conditions=[no_hearing_is_open],
        custom={"label": _("Reject"), "internal": True},
    )
    def reject(self, *, by: Any) -> None:
        self.officer_note = ""

    @transition(
        state,
        source=S.RECOMMENDED,
        target=None,
        permission=policies.may_hear,
        conditions=[no_hearing_is_open],
        custom={
            "label": _("Hear the group before a rejection"),
            "hint": _("A letter tells the group why and asks what it says, by the day you choose (§ 28 VwVfG)."),
            "asks": ("day", "reason"),
            "tone": "tertiary",
        },
    )
    def hear(self, *, by: Any, day: Any, reason: str) -> None:
        pass  # the hearing itself is a row of its own

    @transition(
        state,
        source=S.RECOMMENDED,
        target=None,
        permission=policies.may_answer_hearing,
        conditions=[hearing_is_open],
        custom={
            "label": _("Answer in the hearing"),
            "hint": _("Say what the town should know before it decides. It can be sent once."),
            "asks": ("statement",),
            "tone": "primary",
        },
    )
    def answer_hearing(self, *, by: Any, statement: str) -> None:
        pass  # kept with the hearing

    @transition(
        state,
        source=[S.DRAFT, *UNDER_REVIEW],
        target=S.WITHDRAWN,
        permission=policies.may_withdraw,
        custom={
            "label": _("Withdraw"),
            "hint": _("The application ends here. You can copy it into a new one at any time."),
            "asks": ("reason",),
            "tone": "tertiary",
        },
    )
    def withdraw(self, *, by: Any, reason: str) -> None:
        self.officer_note = reason

    @transition(
        state,
        source=[S.RETURNED, S.INCOMPLETE],
        target=S.LAPSED,
        permission=policies.may_check,
        conditions=[time_is_over],
        custom={
            "label": _("Close without an answer"),
            "hint": _("The time to answer is over and nothing came."),
            "asks": ("reason",),
            "tone": "tertiary",
        },
    )
    def lapse(self, *, by: Any, reason: str) -> None:
        self.officer_note = reason
        self._forget_wanted_time()

    @transition(
        state,
        source=[S.RETURNED, S.INCOMPLETE],
        target=None,
        permission=policies.may_check,
        custom={
            "label": _("Give more time"),
            "asks": ("day", "reason"),
        },
    )
    def extend(self, *, by: Any, day: Any, reason: str) -> None:
        self.answer_by = day
        self._forget_wanted_time()

    @transition(
        state,
        source=[S.RETURNED, S.INCOMPLETE],
        target=None,
        permission=policies.may_ask_for_time,
        conditions=[time_is_not_wanted],
        custom={
            "label": _("Ask for more time"),
            "hint": _("Say by which day you can answer, and why you need longer. We tell you by mail."),
            "asks": ("day", "reason"),
        },
    )
    def ask_for_time(self, *, by: Any, day: Any, reason: str) -> None:
        self.time_wanted_until, self.time_wanted_reason = day, reason

    @transition(
        state,
        source=[S.RETURNED, S.INCOMPLETE],
        target=None,
        permission=policies.may_check,
        conditions=[time_is_wanted],
        custom={
            "label": _("Do not give more time"),
            "hint": _("The day to answer stays. The group gets your reason by mail."),
            "asks": ("reason",),
        },
    )
    def refuse_time(self, *, by: Any, reason: str) -> None:
        self._forget_wanted_time()

    def _forget_wanted_time(self) -> None:
        self.time_wanted_until, self.time_wanted_reason = None, ""

    @transition(
        state,
        source=UNDER_REVIEW,
        target=None,
        permission=policies.may_check,
        conditions=[early_start_is_wanted],
        custom={
            "label": _("Allow early start"),
            "hint": _(
                "From which day on may the group begin, at its own risk? What was begun before that day stays without "
                "money, and the consent is no promise of money. The mail to the group says so."
            ),
            "asks": ("day",),
        },
    )
    def allow_early_start(self, *, by: Any, day: Any) -> None:
        self.early_start, self.early_start_from = "consented", day

    @transition(
        state,
        source=UNDER_REVIEW,
        target=None,
        permission=policies.may_check,
        conditions=[early_start_is_wanted],
        custom={
            "label": _("Do not allow early start"),
            "hint": _("The group has to wait for the decision. It gets your reason by mail."),
            "asks": ("reason",),
        },
    )
    def refuse_early_start(self, *, by: Any, reason: str) -> None:
        self.early_start, self.early_start_note = "refused", reason

    @transition(
        state,
        source=S.LAPSED,
        target=S.RETURNED,
        permission=policies.may_check,
        custom={"label": _("Open again"), "asks": ("day", "reason")},
    )
    def reopen(self, *, by: Any, day: Any, reason: str) -> None:
        self.answer_by, self.officer_note = day, reason

    @transition(
        state,
        source=S.AWARDED,
        target=S.COMPLETED,
        permission=policies.may_complete,
        custom={"label": _("Close the case"), "internal": True},
    )
    def complete(self, *, by: Any) -> None:
        self.answer_by = None
