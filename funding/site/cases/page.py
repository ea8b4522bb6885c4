"""What the page of one case shows, and to whom: one place decides what each kind of reader learns.

Applicants read about their own case, but nothing of the board's inside, no prepared decision, no internal note.
"""

import datetime
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import texts
from applications.models import Application, Hearing, Letter, StaffBias
from applications.narrative import german_versions, unconfirmed
from applications.operations import OPEN_STATES, may_add_upload, may_be_written, snapshot
from applications.policies import may_correct, may_help
from applications.workflow import UNDER_REVIEW, State
from budgets.models import Grant, Payment, UsageProof
from budgets.policies import may_call
from budgets.workflow import GrantState, PaymentState
from funding import clock
from funding.policies import may_act_for, may_write_for
from funding.site import words
from funding.site.cases.content import about_applicant, about_project, plan_of
from funding.site.cases.dates import LetterDates, dates_of
from funding.site.cases.reader import Reader
from funding.site.cases.timeline import Entry, timeline_of
from review.earlier import Earlier, Similar, earlier_grants, similar_cases
from review.models import Decision, InternalNote, Recommendation, Remark
from review.policies import (
    may_assign,
    may_check,
    may_compare,
    may_declare_bias,
    may_read_conversation,
    may_read_notes,
    may_withdraw_bias,
)

# Notes a state's reason was written for: the applicant has to act on it.
NOTED = (State.RETURNED, State.INCOMPLETE, State.LAPSED)
_SKIPPED = Q(superseded=False, kind=Recommendation.Kind.SKIPPED)
# What ended without a grant: the group can revise it and apply again.
AGAIN = (State.REJECTED, State.LAPSED, State.WITHDRAWN)


@dataclass(frozen=True)
class Action:
    """A button that is no move of a machine."""

    label: Any
    url: str
    tone: str = "secondary"


@dataclass(frozen=True)
class Stop:
    """One stop on the way to the decision, as the group reads it."""

    title: Any
    hint: str = ""
    status: Any = ""
    tone: str = "neutral"


class CasePage:
    """Everything templates/site/case.html shows of a case to one person."""

    def __init__(self, application: Application, user: Any) -> None:
        self.application = application
        self.user = user
        self.reader = Reader(application, user)

    # --- State and next step ------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        return texts.state_label(self.application, self.user)

    @property
    def tone(self) -> str:
        return texts.TONES.get(self.application.state, "neutral")

    @cached_property
    def grant(self) -> Grant | None:
        if not self.reader.sees_money:
            return None
        found = Grant.objects.filter(application=self.application).select_related("letter", "budget_year")
        return found.prefetch_related("payments", "repayments", "proofs__lines__category").first()

    @cached_property
    def payments(self) -> list[Payment]:
        payments = sorted(self.grant.payments.all(), key=lambda payment: payment.number) if self.grant else []
        for payment in payments:
            payment.grant = self.grant  # type: ignore[assignment]  # its moves ask the grant; one object, no query each
        return payments

    @cached_property
    def proof(self) -> UsageProof | None:
        proof = next(iter(self.grant.proofs.all()), None) if self.grant else None
        if proof is not None:
            proof.grant = self.grant  # type: ignore[assignment]
        return proof

    @cached_property
    def next_step(self) -> dict[str, Any]:
        """What happens next, who has it, and until when."""
        step = self._next()
        if step.who == words.APPLICANT and self.reader.is_applicant:
            return {"what": step.yours or step.what, "who": _("You"), "until": self._until(step.who)}
        return {"what": step.what, "who": step.who, "until": self._until(step.who)}

    def _next(self) -> words.Step:
        grant = self.grant
        if self.application.state != State.AWARDED or grant is None:
            return words.NEXT[self.application.state]
        if grant.state == GrantState.ISSUED:
            return words.ACCEPT
        if grant.state == GrantState.CONTESTED:
            return words.REMEDY
        on_the_way = [payment.state for payment in self.payments if payment.state in words.PAYMENTS]
        if grant.needs_account:
            return words.PAYMENTS[PaymentState.RETURNED]
        for state in (PaymentState.REQUESTED, PaymentState.VERIFIED, PaymentState.ORDERED, PaymentState.EXPORTED):
            if state in on_the_way:
                return words.PAYMENTS[state]
        if grant.state == GrantState.SETTLED or grant.state in words.ENDED_GRANTS:
            return words.PAY_BACK if grant.claim_cents else words.CLOSE
        if self.proof is not None and self.proof.state in words.PROOFS:
            return words.PROOFS[self.proof.state]
        return words.CALL if grant.callable_cents else words.REPORT

    def _until(self, who: Any) -> datetime.date | None:
        application = self.application
        if application.state in (State.RETURNED, State.INCOMPLETE):
            return application.answer_by
        if application.state in (State.SUBMITTED, State.ADMITTED, State.DEFERRED, State.RECOMMENDED):
            return application.promised_on
        if self.grant is not None and who == words.APPLICANT and self.grant.state == GrantState.ACCEPTED:
            return self.grant.proof_due_on
        return None

    # The stops of the way, and which one a state has reached.
    STOPS = ("received", "check", "board", "decision")
    REACHED = {
        State.SUBMITTED: "check",
        State.INCOMPLETE: "check",
        State.RETURNED: "check",
        State.ADMITTED: "board",
        State.DEFERRED: "board",
        State.RECOMMENDED: "decision",
    }

    @cached_property
    def way(self) -> list[Stop]:
        """Where the application is on its way to the decision, with days; for the group, while it waits."""
        reached = self.REACHED.get(self.application.state)
        if reached is None or not self.reader.is_applicant:
            return []
        place = self.STOPS.index(reached)
        stops = [
            self._stop(_("We have your application"), self.application.received_on, 0, place),
            self._stop(_("We check it"), None, 1, place),
            self._stop(_("The board looks at it"), self.board_day, 2, place),
            self._stop(_("The town decides"), self.application.promised_on, 3, place, until=True),
        ]
        if reached == State.RECOMMENDED and self.application.recommendations.filter(_SKIPPED).exists():
            del stops[2]
        return stops

    @staticmethod
    def _stop(title: str, on: datetime.date | None, number: int, place: int, *, until: bool = False) -> Stop:
        hint = "" if on is None else date_format(on)
        if until and hint:
            hint = _("by %s at the latest") % hint
        if number < place:
            return Stop(title, hint, _("done"), "success")
        return Stop(title, hint, _("now"), "info") if number == place else Stop(title, hint)

    @cached_property
    def board_day(self) -> datetime.date | None:
        """The day of the meeting the case is on the agenda of, else the one its round announced, if it is to come."""
        item = self.application.board_items.filter(closed_at=None).select_related("meeting").first()
        if item is not None:
            return item.meeting.held_on
        announced = self.application.round.board_meets_on if self.application.round else None
        return announced if announced and announced >= clock.today() else None

    @property
    def wanted_time(self) -> str:
        """That the group asked for more time, for both sides, while nobody has answered."""
        application = self.application
        if application.time_wanted_until is None or not (self.reader.is_applicant or self.reader.is_inside):
            return ""
        asked = {"day": date_format(application.time_wanted_until), "reason": application.time_wanted_reason}
        return _("More time is asked for, until %(day)s: %(reason)s") % asked

    @property
    def early_start(self) -> list[str]:
        """Whether it may begin before the decision, while there is none."""
        application = self.application
        if application.state not in UNDER_REVIEW or not application.early_start:
            return []
        if self.reader.is_applicant:
            return texts.early_start_terms(application)
        return [texts.early_start_status(application)]

    @property
    def note(self) -> str:
        """The officer's words to the applicant, where the state waits for them; staff inside read every note."""
        show = self.application.state in NOTED or self.reader.is_inside
        return self.application.officer_note if show else ""

    # --- What may be done ---------------------------------------------------------------------------------------------

    @cached_property
    def moves(self) -> list[Any]:
        """The next thing first: pages that work on the case, then the moves of its machines."""
        return [*self._actions(), *self.application.moves_for(self.user)]

    @property
    def moves_lead(self) -> bool:
        """The first buttons of the page hold the one that leads; those further down stay quiet."""
        return any(move.tone == "primary" for move in self.moves)

    @property
    def may_apply_again(self) -> bool:
        """It ended without a grant: people of the group can make a new draft of it."""
        return self.application.state in AGAIN and may_write_for(self.application, self.user)

    def _actions(self) -> list[Action]:
        application, pk = self.application, self.application.pk
        actions = [
            Action(_("Open the letter"), reverse("document", args=[letter.key]), "primary")
            for letter in self.letters
            if letter.kind in Letter.TO_BE_RECEIVED
            if letter.opened_at is None and may_act_for(application, self.user)
        ]
        if self.german and self.german["waiting"] and application.confirm_by and may_act_for(application, self.user):
            actions.append(
                Action(_("Read and confirm the German text"), reverse("review:german", args=[pk]), "primary")
            )
        if self.may_apply_again:
            tone = "secondary" if actions else "primary"
            actions.append(Action(_("Revise and apply again"), reverse("applications:copy", args=[pk]), tone))
        if may_be_written(application, self.user):
            actions.append(Action(_("Go on writing"), reverse("applications:detail", args=[pk])))
        if may_check(application, self.user) and self.reader.is_officer:
            if application.state in (State.SUBMITTED, State.INCOMPLETE):
                actions.append(Action(_("Formal check"), reverse("review:check", args=[pk]), "primary"))
            actions.append(Action(_("Note advice"), reverse("review:advice", args=[pk]), "tertiary"))
        return actions

    @cached_property
    def grant_moves(self) -> list[Any]:
        """The moves of the grant and of its usage proof, and the call for money."""
        grant = self.grant
        moves: list[Any] = []
        if grant is None:
            return []
        ready = grant.state == GrantState.ACCEPTED and grant.callable_cents > 0
        if ready and may_call(grant, self.user):
            moves.append(Action(_("Call for money"), reverse("budgets:call", args=[grant.pk]), "primary"))
        moves += grant.moves_for(self.user)
        return moves

    @cached_property
    def proof_moves(self) -> list[Any]:
        return self.proof.moves_for(self.user) if self.proof else []

    @cached_property
    def payment_rows(self) -> list[tuple[Payment, list[Any]]]:
        return [(payment, payment.moves_for(self.user)) for payment in self.payments]

    # --- German version ---------------------------------------------------------------------------------------------

    @cached_property
    def german(self) -> dict[str, Any] | None:
        """How far the German version is; None where it is not needed, and for those who only read the outcome."""
        if not may_read_conversation(self.application, self.user) or not german_versions(self.application):
            return None
        waiting = unconfirmed(self.application)
        return {"missing": sum(not version.is_current for version in waiting), "waiting": len(waiting)}

    # --- Advice -------------------------------------------------------------------------------------------------------

    @cached_property
    def unread(self) -> int | None:
        """How many messages are new to this person; None for those who do not read the conversation."""
        if not may_read_conversation(self.application, self.user):
            return None
        return Remark.objects.unread_by(self.user).filter(application=self.application).count()

    @cached_property
    def internal_notes(self) -> list[InternalNote] | None:
        """What staff wrote among themselves; None for everybody else."""
        if not may_read_notes(self.application, self.user):
            return None
        return list(self.application.internal_notes.select_related("written_by"))

    # --- Answers and plan ---------------------------------------------------------------------------------------------

    @cached_property
    def content(self) -> dict[str, Any]:
        """What was sent in, word for word; people of the organisation and drafts show what is being written."""
        if not self.reader.is_applicant:
            submission = self.application.submissions.first()
            if submission is not None:
                return submission.snapshot
        return snapshot(self.application)

    @property
    def about_project(self) -> list[tuple[Any, Any]]:
        return about_project(self.content["application"], self.application.programme.word)

    @property
    def about_applicant(self) -> list[tuple[Any, Any]]:
        return about_applicant(self.content["organisation"], self.reader)

    @cached_property
    def plan(self) -> dict[str, Any]:
        return plan_of(self.content)

    # --- Who of the staff works on it ---------------------------------------------------------------------------------

    @property
    def may_step_back(self) -> bool:
        """Everybody who works on the case for the town reads who does; others need not know."""
        return may_declare_bias(self.application, self.user)

    @property
    def may_assign(self) -> bool:
        return may_assign(self.application, self.user)

    @cached_property
    def biases(self) -> list[tuple[StaffBias, bool]]:
        """Who stepped back from the case, and whether this person may take that back; for those inside."""
        if not self.reader.is_inside:
            return []
        entries = self.application.biases.filter(withdrawn_at=None).select_related("user", "deputy")
        return [(entry, may_withdraw_bias(entry, self.user)) for entry in entries]

    @cached_property
    def hearings(self) -> list[Hearing]:
        """What the group was asked before a decision against it, and what it said."""
        if not any(letter.kind == Letter.Kind.HEARING for letter in self.letters):
            return []
        return list(self.application.hearings.with_letter())

    @cached_property
    def correctable(self) -> set[int]:
        """The letters this person may correct by a new one."""
        return {letter.pk for letter in self.letters if may_correct(letter, self.user)}

    @cached_property
    def earlier(self) -> list[Earlier] | None:
        """What the organisation got before, and how it ended; for those inside."""
        return earlier_grants(self.application, self.user) if self.reader.is_inside else None

    @cached_property
    def similar(self) -> list[Similar]:
        """Cases of the same year that look like this one; only while it is being looked at, for who checks it."""
        looked_at = self.application.state in UNDER_REVIEW and may_check(self.application, self.user)
        return similar_cases(self.application, self.user) if looked_at else []

    # --- Documents ----------------------------------------------------------------------------------------------------

    @cached_property
    def letters(self) -> list[Letter]:
        """Letters with their dates, without their bytes; the board reads none of them."""
        if self.reader.is_member:
            return []
        found = self.application.letters.select_related("municipality")
        return list(found.defer("content"))

    @cached_property
    def dates(self) -> list[LetterDates]:
        """How each letter went out, and what runs from it."""
        return dates_of(self.letters, self.grant, may_record=self.reader.is_officer, correctable=self.correctable)

    @cached_property
    def submissions(self) -> list[Any]:
        return list(self.application.submissions.defer("snapshot")) if not self.reader.is_member else []

    @property
    def may_compare(self) -> bool:
        """It was sent in more than once, and this person may lay both side by side."""
        return len(self.submissions) > 1 and may_compare(self.application, self.user)

    @cached_property
    def uploads(self) -> list[Any]:
        return list(self.application.uploads.all())

    @property
    def may_help_again(self) -> bool:
        """Written at the counter, and now it came back: the officer and the applicant change it together."""
        back = self.application.state in OPEN_STATES and self.application.assisted == Application.Assisted.SENT
        return back and may_help(self.application, self.user)

    @cached_property
    def may_add_files(self) -> bool:
        """Also after sending: what was promised for later comes in here."""
        return may_add_upload(self.application, self.user)

    @cached_property
    def wanted(self) -> list[str]:
        """The attachments that are still to come."""
        return [found.name for found in self.application.attachments_among(self.uploads) if not found.files]

    # --- Board and decision -------------------------------------------------------------------------------------------

    @cached_property
    def recommendation(self) -> Recommendation | None:
        """What the board advised: for those inside, and for the members who were entitled to vote on it."""
        if not (self.reader.is_inside or self.reader.is_member):
            return None
        return self.application.recommendations.filter(superseded=False).first()

    @cached_property
    def decision(self) -> Decision | None:
        """A released decision for everybody who sees the case; a prepared one only inside."""
        found = Decision.objects.filter(application=self.application)
        return (found if self.reader.is_inside else found.filter(released_at__isnull=False)).first()

    # --- Timeline -----------------------------------------------------------------------------------------------------

    @cached_property
    def timeline(self) -> list[Entry]:
        """What happened, the newest first, in words: each reader's own choice of it."""
        return timeline_of(self)
