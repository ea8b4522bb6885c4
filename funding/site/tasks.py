"""My tasks: what waits for exactly this person, in all machines, the oldest promise first.

One function per role; each makes a fixed number of queries however many cases there are.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application, Letter
from applications.workflow import State
from budgets.models import Grant, Payment, UsageProof
from budgets.policies import may_check, may_order, may_pay_out, may_record_repayment, may_rule, may_settle, may_verify
from budgets.workflow import GrantState, PaymentState, ProofState
from funding import calendar, clock
from funding.models import Message, Municipality, Programme
from funding.policies import Role
from funding.site.links import SIGN_IN_KIND
from review.models import BoardItem, Decision, Meeting, Motion
from review.policies import may_prepare_decision

OUTCOMES = (Letter.Kind.AWARD, Letter.Kind.REJECTION, Letter.Kind.SETTLEMENT)


@dataclass(frozen=True)
class Task:
    """One thing to do: about what, what to do, by when (None: no promise was made), and where."""

    title: str
    what: str
    url: str
    due: datetime.date | None = None
    hint: str = ""

    @property
    def status(self) -> str:
        return self.what

    @property
    def tone(self) -> str:
        return "danger" if self.due is not None and self.due < clock.today() else "info"


def tasks_of(user: Any) -> list[Task]:
    """Everything that waits for this person in any of their towns and organisations."""
    found: list[Task] = [*_of_applicant(user)]
    for role, of_role in BY_ROLE.items():
        if towns := user.towns_as(role):
            found += of_role(user, towns)
    return sorted(found, key=lambda task: (task.due is None, task.due or datetime.date.max, task.title, task.what))


def _task(title: Any, what: str, url: str, due: datetime.date | None = None) -> Task:
    hint = _("by %s") % date_format(due) if due else ""
    return Task(str(title), what, url, due, hint)


def _case(application: Application, what: str, due: datetime.date | None = None) -> Task:
    return _task(application, what, reverse("case", args=[application.pk]), due)


# --- Applicants -------------------------------------------------------------------------------------------------------


def _of_applicant(user: Any) -> Iterator[Task]:
    """What the groups this person may write for still have to do."""
    mine = Q(organisation__memberships__user=user, organisation__memberships__right__in=("edit", "submit"))
    waiting = (State.DRAFT, State.RETURNED, State.INCOMPLETE)
    for application in Application.objects.filter(mine, state__in=waiting).order_by("pk"):
        url = reverse("applications:detail", args=[application.pk])
        if application.state == State.DRAFT:
            yield _task(application, _("Finish and send"), url)
        else:
            yield _task(application, _("Change something and send again"), url, application.answer_by)
    letters = Letter.objects.filter(
        kind__in=OUTCOMES,
        opened_at=None,
        application__organisation__memberships__user=user,
        application__organisation__memberships__right="submit",
    )
    for letter in letters.select_related("application").order_by("pk"):
        yield _task(letter.application, _("Open your letter"), reverse("document", args=[letter.key]))
    grants = Grant.objects.filter(
        organisation__memberships__user=user,
        organisation__memberships__right__in=("edit", "submit"),
        state__in=(GrantState.ISSUED, GrantState.ACCEPTED),
    )
    for grant in grants.select_related("application", "letter").prefetch_related("payments", "proofs").order_by("pk"):
        yield from _of_recipient(grant, user)


def _of_recipient(grant: Grant, user: Any) -> Iterator[Task]:
    entitled = user.right_in(grant.organisation_id) == "submit"
    if grant.state == GrantState.ISSUED:
        if entitled and grant.letter.opened_at is not None:
            yield _case(grant.application, _("Accept the grant"))
        return
    remedy_open = grant.letter.remedy_ends_on is None or grant.letter.remedy_ends_on >= clock.today()
    if entitled and grant.waived_on is None and grant.letter.opened_at is not None and remedy_open:
        yield _case(grant.application, _("If you like: waive the right to sue, so the money comes sooner"))
    if entitled and grant.callable_cents > 0 and grant.payment_mode == Programme.PaymentMode.ON_CALL:
        yield _task(grant.application, _("Call for the money"), reverse("budgets:call", args=[grant.pk]))
    for proof in grant.proofs.all():
        if proof.state in (ProofState.OPEN, ProofState.RETURNED):
            what = _("Tell us how it went") if proof.state == ProofState.OPEN else _("Answer questions about the proof")
            yield _task(grant.application, what, reverse("budgets:proof", args=[proof.pk]), grant.proof_due_on)


# --- Officer ----------------------------------------------------------------------------------------------------------


def _of_officer(user: Any, towns: list[int]) -> Iterator[Task]:
    today = clock.today()
    yield from _cases_of_officer(user, towns, today)
    letters = Letter.objects.filter(municipality__in=towns, kind__in=OUTCOMES, notified_on=None)
    for letter in letters.select_related("application", "municipality").order_by("pk"):
        if letter.delivery == Letter.Delivery.POST:
            yield _case(letter.application, _("Post the letter and note the day"), timezone.localdate(letter.issued_at))
        elif letter.delivery == Letter.Delivery.DOWNLOAD and letter.provided_on is not None:
            closes = calendar.download_closes_on(letter.provided_on, letter.municipality.state)
            if closes < today:
                yield _case(letter.application, _("The letter was not opened: send it by post"), closes)
    waiting = (Message.State.DRAFT, Message.State.FAILED)
    messages = Message.objects.filter(municipality__in=towns, state__in=waiting).exclude(kind=SIGN_IN_KIND)
    for message in messages.order_by("pk"):
        what = _("Read the mail and send it") if message.state == Message.State.DRAFT else _("The mail did not go out")
        yield _task(
            message.subject, what, reverse("message", args=[message.pk]), timezone.localdate(message.written_at)
        )
    yield from _proofs_of_officer(user, towns, today)
    meetings = Meeting.objects.filter(municipality__in=towns, closed_at=None, held_on__lte=today)
    for meeting in meetings.select_related("programme").order_by("pk"):
        yield _task(meeting, _("Finish the minutes"), reverse("review:meeting", args=[meeting.pk]), meeting.held_on)


def _cases_of_officer(user: Any, towns: list[int], today: datetime.date) -> Iterator[Task]:
    states = (State.SUBMITTED, State.RETURNED, State.INCOMPLETE, State.ADMITTED, State.DEFERRED)
    cases = Application.objects.filter(municipality__in=towns, state__in=states).annotate(
        with_submissions=Count("submissions", distinct=True),
        with_open_items=Count("board_items", filter=Q(board_items__closed_at=None), distinct=True),
    )
    for application in cases.order_by("pk"):
        if user.right_in(application.organisation_id):
            continue  # a deputy looks at the officer's own case
        if application.state == State.SUBMITTED:
            answered = application.with_submissions > 1
            what = _("Answered: check again") if answered else _("New: check")
            url = reverse("review:check", args=[application.pk])
            yield _task(application, what, url, application.promised_on)
        elif application.state == State.DEFERRED:
            yield _case(application, _("Deferred: take up again"), application.promised_on)
        elif application.state == State.ADMITTED:
            if not application.with_open_items:
                yield _case(application, _("Put on the agenda of a meeting"), application.promised_on)
        elif application.answer_by is not None and application.answer_by < today:
            yield _case(application, _("No answer came in time"), application.answer_by)
    papers = Application.objects.filter(municipality__in=towns, state=State.DRAFT, paper=True)
    for application in papers.order_by("pk"):
        yield _case(
            application, _("Paper application: complete it or record it as incomplete"), application.received_on
        )


def _proofs_of_officer(user: Any, towns: list[int], today: datetime.date) -> Iterator[Task]:
    proofs = UsageProof.objects.filter(municipality__in=towns).filter(
        Q(state=ProofState.SUBMITTED)
        | Q(
            state__in=(ProofState.OPEN, ProofState.RETURNED),
            grant__state=GrantState.ACCEPTED,
            grant__proof_due_on__lt=today,
        )
    )
    for proof in proofs.select_related("grant__application").order_by("pk"):
        if not may_check(proof, user):
            continue
        if proof.state == ProofState.SUBMITTED:
            url = reverse("budgets:proof_check", args=[proof.pk])
            day = timezone.localdate(proof.submitted_at) if proof.submitted_at else None
            yield _task(proof.grant.application, _("Check the usage proof"), url, day)
        else:
            yield _case(proof.grant.application, _("The usage proof is late"), proof.grant.proof_due_on)
    settled = Grant.objects.filter(municipality__in=towns, state=GrantState.SETTLED)
    for grant in settled.select_related("application").prefetch_related("payments", "repayments").order_by("pk"):
        if grant.open_cents == 0:
            yield _case(grant.application, _("Everything is paid: close the case"))


# --- Board ------------------------------------------------------------------------------------------------------------


def _of_member(user: Any, towns: list[int]) -> Iterator[Task]:
    """Declare bias per meeting, then vote; a vote is asked for where the person is present and not biased."""
    seats = Q(meeting__attendance__member__user=user, meeting__municipality__in=towns)
    items = (
        BoardItem.objects.filter(seats, closed_at=None, meeting__closed_at=None)
        .select_related("meeting__programme")
        .prefetch_related("declarations__member", "motions__votes__member", "meeting__attendance__member")
        .order_by("meeting__held_on", "position", "pk")
    )
    undeclared: dict[Meeting, int] = {}
    for item in items.distinct():
        own = next((d for d in item.declarations.all() if d.member.user_id == user.pk), None)
        if own is None:
            undeclared[item.meeting] = undeclared.get(item.meeting, 0) + 1
        elif not own.biased and _may_vote_now(item, user):
            url = reverse("review:item", args=[item.pk])
            yield _task(item.meeting, _("Vote on number %s") % item.position, url, item.meeting.held_on)
    for meeting, count in undeclared.items():
        what = ngettext("Say whether you are biased: %s case", "Say whether you are biased: %s cases", count) % count
        yield _task(meeting, what, reverse("review:meeting", args=[meeting.pk]), meeting.held_on)


def _may_vote_now(item: BoardItem, user: Any) -> bool:
    seat = next((a for a in item.meeting.attendance.all() if a.member.user_id == user.pk), None)
    if seat is None or not seat.member.votes or not (seat.present or item.meeting.is_written):
        return False
    motion: Motion | None = next((m for m in item.motions.all() if m.is_open), None)
    return motion is not None and all(vote.member.user_id != user.pk for vote in motion.votes.all())


# --- Decider ----------------------------------------------------------------------------------------------------------


def _of_decider(user: Any, towns: list[int]) -> Iterator[Task]:
    prepared = set(
        Decision.objects.filter(municipality__in=towns, released_at=None).values_list("application", flat=True)
    )
    waiting = Application.objects.filter(municipality__in=towns, state=State.RECOMMENDED)
    for application in waiting.order_by("pk"):
        if not may_prepare_decision(application, user):
            continue
        what = _("Read the decision again and release it") if application.pk in prepared else _("Decide")
        url = reverse("review:decide", args=[application.pk])
        yield _task(application, what, url, application.promised_on)
    proofs = UsageProof.objects.filter(municipality__in=towns, state=ProofState.CHECKED)
    for proof in proofs.select_related("grant__application").order_by("pk"):
        if may_settle(proof, user):
            yield _task(proof.grant.application, _("Settle"), reverse("budgets:settle", args=[proof.pk]))
    contested = Grant.objects.filter(municipality__in=towns, state=GrantState.CONTESTED)
    for grant in contested.select_related("application").order_by("pk"):
        if not may_rule(grant, user):
            continue
        yield _case(grant.application, _("A remedy is recorded: release what is undisputed"), grant.contested_on)


# --- Money ------------------------------------------------------------------------------------------------------------


def _payments(towns: list[int], *states: str) -> Any:
    found = Payment.objects.filter(municipality__in=towns, state__in=states)
    return found.select_related("grant__application").order_by("pk")


def _payment(payment: Payment, what: str, due: datetime.date | None) -> Task:
    return _task(payment.grant.application, what, reverse("budgets:payment", args=[payment.pk]), due)


def _of_verifier(user: Any, towns: list[int]) -> Iterator[Task]:
    for payment in _payments(towns, PaymentState.REQUESTED):
        if may_verify(payment, user):
            yield _payment(payment, _("Verify the payment"), timezone.localdate(payment.requested_at))


def _of_authoriser(user: Any, towns: list[int]) -> Iterator[Task]:
    for payment in _payments(towns, PaymentState.VERIFIED):
        if may_order(payment, user):
            day = timezone.localdate(payment.verified_at) if payment.verified_at else None
            yield _payment(payment, _("Order the payment"), day)


def _of_cashier(user: Any, towns: list[int]) -> Iterator[Task]:
    for payment in _payments(towns, PaymentState.ORDERED, PaymentState.EXPORTED):
        if not may_pay_out(payment, user):
            continue
        if payment.state == PaymentState.ORDERED:
            url = reverse("budgets:run-create")
            yield _task(payment.grant.application, _("Hand the payment over"), url, payment.due_on)
        else:
            yield _payment(payment, _("Book the payment when the bank has paid"), payment.due_on)
    owed = Grant.objects.filter(municipality__in=towns, settled_cents__isnull=False).exclude(state=GrantState.CLOSED)
    for grant in owed.select_related("application").prefetch_related("payments", "repayments").order_by("pk"):
        if grant.claim_cents and may_record_repayment(grant, user):
            url = reverse("budgets:repayment", args=[grant.pk])
            yield _task(grant.application, _("Money has to come back: book it when it is there"), url)


# --- Administrator and auditor ----------------------------------------------------------------------------------------


def _of_administrator(user: Any, towns: list[int]) -> Iterator[Task]:
    for town in Municipality.objects.filter(pk__in=towns).order_by("name", "pk"):
        if missing := town.missing_for_letters:
            names = ", ".join(str(name) for name in missing)
            yield Task(str(town), _("Complete the letterhead"), reverse("town", args=[town.pk]), None, names)
    today = clock.today()
    ahead = Count("rounds", filter=Q(rounds__closes_on__gte=today), distinct=True)
    found = Programme.objects.filter(municipality__in=towns).annotate(with_rounds_ahead=ahead)
    for programme in found.prefetch_related("categories").in_order():
        if missing := programme.missing_for_round():
            names = ", ".join(str(name) for name in missing)
            url = reverse("programme-edit", args=[programme.pk])
            yield Task(str(programme), _("Complete the programme"), url, None, names)
        elif not programme.with_rounds_ahead:
            yield _task(programme, _("Open a round"), reverse("round-create", args=[programme.pk]))
    if not Programme.objects.filter(municipality__in=towns).exists():
        yield _task(_("Programmes"), _("Load the first programme"), reverse("programme-upload"))


def _of_auditor(user: Any, towns: list[int]) -> Iterator[Task]:
    yield _task(_("Event log"), _("Verify that nothing was altered"), reverse("audit"))


BY_ROLE = {
    Role.OFFICER: _of_officer,
    Role.BOARD: _of_member,
    Role.DECIDER: _of_decider,
    Role.VERIFIER: _of_verifier,
    Role.AUTHORISER: _of_authoriser,
    Role.CASHIER: _of_cashier,
    Role.ADMINISTRATOR: _of_administrator,
    Role.AUDITOR: _of_auditor,
}
