"""My tasks: what waits for exactly this person, in all machines, the oldest promise first.

One function per role; each makes a fixed number of queries however many cases there are.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, Count, Min, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application, Letter
from applications.narrative import unconfirmed
from applications.operations import BEFORE_ADMISSION, OPEN_STATES
from applications.policies import may_confirm_german
from applications.workflow import UNDER_REVIEW, State
from budgets.models import Grant, Payment, UsageProof
from budgets.policies import may_check, may_order, may_pay_out, may_record_repayment, may_rule, may_settle, may_verify
from budgets.workflow import GrantState, PaymentState, ProofState
from funding import calendar, clock
from funding.models import Message, Municipality, Programme
from funding.outbox import late
from funding.policies import Role, is_withheld
from funding.site.mails import mails_of
from review.models import BoardItem, BoardMember, Decision, Meeting, Motion, Proposal, Remark, Ruling, still_seated
from review.policies import may_decide


@dataclass(frozen=True)
class Task:
    """One thing to do: what, about what, where, and the day that was promised or (`since`) from which it waits.

    `kind` says what is urgent about it beside its days: "new", "answered" (the applicant did something) or "overdue".
    """

    what: str
    title: str
    url: str
    due: datetime.date | None = None
    since: datetime.date | None = None
    case: Application | None = None
    kind: str = ""
    role: str = ""

    @property
    def is_late(self) -> bool:
        """A promised day is over."""
        return self.kind == "overdue" or (self.due is not None and self.due < clock.today())

    @property
    def order(self) -> tuple[Any, ...]:
        """The oldest promise first, then what waits longest, then what has no day."""
        return (self.due or self.since or datetime.date.max, self.title, self.what)


def tasks_of(user: Any) -> list[Task]:
    """Everything that waits for this person in any of their towns and organisations."""
    found: list[Task] = [*_of_applicant(user)]
    for role, of_role in BY_ROLE.items():
        if towns := user.towns_as(role):
            found += [
                replace(task, role=role)
                for task in of_role(user, towns)
                if task.case is None or not is_withheld(task.case, user)
            ]
    return sorted(found, key=lambda task: task.order)


def _case(application: Application, what: str, **more: Any) -> Task:
    return Task(what, str(application), reverse("case", args=[application.pk]), case=application, **more)


def _about(obj: Any, what: str, url: str, *args: Any, **more: Any) -> Task:
    case = obj if isinstance(obj, Application) else None
    return Task(what, str(obj), reverse(url, args=args), case=case, **more)


def _day(moment: datetime.datetime | None) -> datetime.date | None:
    return timezone.localdate(moment, clock.BERLIN) if moment else None


# --- Applicants -------------------------------------------------------------------------------------------------------


def _of_applicant(user: Any) -> Iterator[Task]:
    """What the groups this person may write for still have to do."""
    if not user.organisation_ids:
        return
    mine = Q(organisation__memberships__user=user, organisation__memberships__right__in=("edit", "submit"))
    waiting = (State.DRAFT, State.RETURNED, State.INCOMPLETE)
    for application in Application.objects.filter(mine, state__in=waiting).order_by("pk"):
        what = _("Finish and send") if application.state == State.DRAFT else _("Change something and send again")
        yield _about(application, what, "applications:detail", application.pk, due=application.answer_by)
    asked = Application.objects.filter(mine, confirm_by__isnull=False, state__in=BEFORE_ADMISSION)
    for application in asked.order_by("pk"):
        if may_confirm_german(application, user) and unconfirmed(application):
            what = _("Read the German text and confirm it")
            yield _about(application, what, "review:german", application.pk, due=application.confirm_by)
    yield from _advice_to_applicant(user, mine)
    letters = Letter.objects.filter(
        kind__in=Letter.TO_BE_RECEIVED,
        opened_at=None,
        application__organisation__memberships__user=user,
        application__organisation__memberships__right="submit",
    )
    for letter in letters.select_related("application").order_by("pk"):
        yield _about(letter.application, _("Open your letter"), "document", letter.key, since=_day(letter.issued_at))
    grants = Grant.objects.filter(
        organisation__memberships__user=user,
        organisation__memberships__right__in=("edit", "submit"),
        state__in=(GrantState.ISSUED, GrantState.ACCEPTED),
    )
    for grant in grants.select_related("application", "letter").prefetch_related("payments", "proofs").order_by("pk"):
        yield from _of_recipient(grant, user)


def _advice_to_applicant(user: Any, mine: Q) -> Iterator[Task]:
    """Wordings the town proposes, and messages this person has not opened: one entry per case."""
    open_cases = Application.objects.filter(mine, state__in=OPEN_STATES).values("pk")
    remarks = Remark.objects.select_related("application").order_by("pk")
    proposed = remarks.filter(proposals__status=Proposal.State.OPEN, application__in=open_cases)
    unread = Remark.objects.unread_by(user).filter(from_town=True).select_related("application").order_by("pk")
    found = {remark.application: (_("A wording is proposed: take it or keep yours"), remark) for remark in proposed}
    for remark in unread:
        found.setdefault(remark.application, (_("New message"), remark))
    for application, (what, remark) in found.items():
        yield _about(application, what, "review:conversation", application.pk, since=_day(remark.written_at))


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
        yield _about(grant.application, _("Call for the money when you need it"), "budgets:call", grant.pk)
    for proof in grant.proofs.all():
        if proof.state in (ProofState.OPEN, ProofState.RETURNED):
            what = _("Tell us how it went") if proof.state == ProofState.OPEN else _("Answer questions about the proof")
            yield _about(grant.application, what, "budgets:proof", proof.pk, due=grant.proof_due_on)


# --- Officer ----------------------------------------------------------------------------------------------------------


def _of_officer(user: Any, towns: list[int]) -> Iterator[Task]:
    today = clock.today()
    yield from _questions_of_officer(user, towns)
    yield from _cases_of_officer(user, towns, today)
    waiting = Q(kind__in=Letter.TO_BE_RECEIVED) | Q(delivery=Letter.Delivery.POST)
    letters = Letter.objects.filter(waiting, municipality__in=towns, notified_on=None).defer("content")
    for letter in letters.select_related("application", "municipality").order_by("pk"):
        if letter.delivery == Letter.Delivery.POST and letter.returned_on:
            what = _("The letter came back: check the address and post it again")
            yield _case(letter.application, what, since=letter.returned_on)
        elif letter.delivery == Letter.Delivery.POST:
            yield _case(letter.application, _("Post the letter and note the day"), since=_day(letter.issued_at))
        elif letter.delivery == Letter.Delivery.DOWNLOAD and letter.provided_on is not None:
            closes = calendar.download_closes_on(letter.provided_on, letter.municipality.state)
            if closes < today:
                yield _case(letter.application, _("The letter was not opened: send it by post"), since=closes)
    yield from _unanswered_grants(towns, today)
    yield from _mails_of_officer(user, towns)
    yield from _proofs_of_officer(user, towns, today)
    meetings = Meeting.objects.filter(municipality__in=towns, closed_at=None, held_on__lte=today)
    for meeting in meetings.select_related("programme").order_by("pk"):
        yield _about(meeting, _("Hold it, and finish every case"), "review:meeting", meeting.pk, since=meeting.held_on)


def _unanswered_grants(towns: list[int], today: datetime.date) -> Iterator[Task]:
    """Awards that are final and that nobody has accepted: the money waits for an answer."""
    found = Grant.objects.filter(municipality__in=towns, state=GrantState.ISSUED, letter__remedy_ends_on__lt=today)
    for grant in found.select_related("application", "letter").order_by("pk"):
        ended_on = grant.letter.remedy_ends_on
        since = calendar.binding_on(ended_on) if ended_on else None
        yield _case(grant.application, _("Final, but not accepted: ask the group, or let it lapse"), since=since)


def _questions_of_officer(user: Any, towns: list[int]) -> Iterator[Task]:
    """What groups asked and nobody has answered yet: one entry per case, from its first open question."""
    waiting = Remark.objects.readable_to(user).filter(needs_answer=True, municipality__in=towns)
    first: dict[Application, Remark] = {}
    for remark in waiting.select_related("application").order_by("pk"):
        first.setdefault(remark.application, remark)
    for application, remark in first.items():
        if not user.right_in(application.organisation_id):
            what, since = _("Answer a question"), _day(remark.written_at)
            yield _about(application, what, "review:conversation", application.pk, since=since, kind="answered")


def _mails_of_officer(user: Any, towns: list[int]) -> Iterator[Task]:
    """Mails are read one after the other: one entry for all drafts, one for all that did not go out as they should."""
    found = mails_of(user).filter(municipality__in=towns).order_by()
    drafts = Q(state=Message.State.DRAFT)
    waits = When(drafts, then=Value("draft"))
    counted = found.filter(drafts | late()).annotate(waits=Case(waits, default=Value(""))).values("waits")
    for row in counted.annotate(count=Count("pk"), oldest=Min("written_at")).order_by("-waits"):
        what = _("Read mails and send them") if row["waits"] else _("Mails did not go out")
        title = ngettext("%s mail", "%s mails", row["count"]) % row["count"]
        state = row["waits"] or "late"
        yield Task(what, title, f"{reverse('outbox')}?state={state}", since=_day(row["oldest"]))


def _cases_of_officer(user: Any, towns: list[int], today: datetime.date) -> Iterator[Task]:
    cases = Application.objects.filter(municipality__in=towns, state__in=UNDER_REVIEW).annotate(
        with_submissions=Count("submissions", distinct=True),
        with_open_items=Count("board_items", filter=Q(board_items__closed_at=None), distinct=True),
    )
    for application in cases.order_by("pk"):
        if user.right_in(application.organisation_id):
            continue  # a deputy looks at the officer's own case
        if application.early_start == Application.EarlyStart.ASKED:
            yield _case(application, _("Wants to begin early: say yes or no"), due=application.start)
        if application.state == State.SUBMITTED:
            answered = application.with_submissions > 1
            what = _("Answered: check again") if answered else _("New: check")
            kind = "answered" if answered else "new"
            yield _about(application, what, "review:check", application.pk, due=application.promised_on, kind=kind)
            yield from _german_of_officer(application, today)
        elif application.state == State.DEFERRED:
            yield _case(application, _("Deferred: take up again"), due=application.promised_on)
        elif application.state == State.ADMITTED:
            if not application.with_open_items:
                yield _case(application, _("Put on the agenda of a meeting"), due=application.promised_on)
        elif application.time_wanted_until is not None:
            what = _("Wants time until %s: say yes or no") % date_format(application.time_wanted_until)
            yield _case(application, what, since=application.answer_by, kind="answered")
        elif application.answer_by is not None and application.answer_by < today:
            yield _case(application, _("No answer came in time"), since=application.answer_by, kind="overdue")
    papers = Application.objects.filter(municipality__in=towns, state=State.DRAFT, paper=True)
    for paper in papers.order_by("pk"):
        yield _case(paper, _("Paper: complete it, or record it as incomplete"), since=paper.received_on)


def _german_of_officer(application: Application, today: datetime.date) -> Iterator[Task]:
    """Before admission the German version has to be written, put to the group, and confirmed by it in time."""
    waiting = unconfirmed(application)
    if any(not version.is_current for version in waiting):
        yield _about(application, _("Write the German text"), "review:german", application.pk)
    elif waiting and application.confirm_by is None:
        yield _about(application, _("Put the German text to the group"), "review:german", application.pk)
    elif waiting and application.confirm_by is not None and application.confirm_by < today:
        what = _("The German text was not confirmed in time")
        yield _about(application, what, "review:german", application.pk, since=application.confirm_by, kind="overdue")


def _proofs_of_officer(user: Any, towns: list[int], today: datetime.date) -> Iterator[Task]:
    overdue = UsageProof.objects.overdue(today).values("pk")
    proofs = UsageProof.objects.filter(municipality__in=towns)
    proofs = proofs.filter(Q(state=ProofState.SUBMITTED) | Q(pk__in=overdue))
    for proof in proofs.select_related("grant__application").order_by("pk"):
        if not may_check(proof, user):
            continue
        if proof.state == ProofState.SUBMITTED:
            day = _day(proof.submitted_at)
            what, case = _("Check the usage proof"), proof.grant.application
            yield _about(case, what, "budgets:proof_check", proof.pk, since=day, kind="answered")
        else:
            yield _case(
                proof.grant.application, _("The usage proof is late: remind or extend"), due=proof.grant.proof_due_on
            )
    settled = Grant.objects.filter(municipality__in=towns, state=GrantState.SETTLED)
    for grant in settled.select_related("application").prefetch_related("payments", "repayments").order_by("pk"):
        if grant.open_cents == 0:
            yield _case(grant.application, _("Everything is paid: close the case"))


# --- Board ------------------------------------------------------------------------------------------------------------


def _of_member(user: Any, towns: list[int]) -> Iterator[Task]:
    """Declare bias per meeting, then vote; a vote is asked for where the person is present and not biased."""
    seats = Q(meeting__attendance__member__user=user, meeting__municipality__in=towns)
    in_doubt = Ruling.objects.filter(member__user=user, ruled_at=None).values("item")
    items = (
        BoardItem.objects.filter(seats & still_seated("meeting__attendance__member__"), closed_at=None)
        .filter(meeting__closed_at=None)
        .exclude(pk__in=in_doubt)
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
            what = _("Vote on number %s") % item.position
            yield _about(item.meeting, what, "review:item", item.pk, due=item.meeting.held_on)
    for meeting, count in undeclared.items():
        what = ngettext("Say whether you are biased: %s case", "Say whether you are biased: %s cases", count) % count
        yield _about(meeting, what, "review:meeting", meeting.pk, due=meeting.held_on)
    chaired = Meeting.objects.filter(
        still_seated("attendance__member__"),
        municipality__in=towns,
        attendance__member__user=user,
        attendance__member__position=BoardMember.Position.CHAIR,
    )
    unsigned = chaired.filter(closed_at__isnull=False, cancelled_at=None).exclude(minutes__signatures__user=user)
    for meeting in unsigned.select_related("programme").order_by("pk"):
        yield _about(meeting, _("Read the minutes and sign them"), "review:minutes", meeting.pk, 1)


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
        if not may_decide(application, user):
            continue
        what = _("Read the decision again and release it") if application.pk in prepared else _("Decide")
        yield _about(application, what, "review:decide", application.pk, due=application.promised_on)
    proofs = UsageProof.objects.filter(municipality__in=towns, state=ProofState.CHECKED)
    for proof in proofs.select_related("grant__application").order_by("pk"):
        if may_settle(proof, user):
            yield _about(proof.grant.application, _("Settle"), "budgets:settle", proof.pk, since=_day(proof.checked_at))
    contested = Grant.objects.filter(municipality__in=towns, state=GrantState.CONTESTED)
    for grant in contested.select_related("application").order_by("pk"):
        if not may_rule(grant, user):
            continue
        yield _case(grant.application, _("A remedy is recorded: release what is undisputed"), since=grant.contested_on)


# --- Money ------------------------------------------------------------------------------------------------------------


def _payments(towns: list[int], *states: str) -> Any:
    found = Payment.objects.filter(municipality__in=towns, state__in=states)
    return found.select_related("grant__application").order_by("pk")


def _payment(payment: Payment, what: str, since: datetime.date | None) -> Task:
    return _about(payment.grant.application, what, "budgets:payment", payment.pk, since=since)


def _of_verifier(user: Any, towns: list[int]) -> Iterator[Task]:
    for payment in _payments(towns, PaymentState.REQUESTED):
        if may_verify(payment, user):
            yield _payment(payment, _("Verify the payment"), _day(payment.requested_at))


def _of_authoriser(user: Any, towns: list[int]) -> Iterator[Task]:
    for payment in _payments(towns, PaymentState.VERIFIED):
        if may_order(payment, user):
            yield _payment(payment, _("Order the payment"), _day(payment.verified_at))


def _of_cashier(user: Any, towns: list[int]) -> Iterator[Task]:
    for payment in _payments(towns, PaymentState.ORDERED, PaymentState.EXPORTED):
        if not may_pay_out(payment, user):
            continue
        if payment.state == PaymentState.ORDERED:
            what = _("Hand the payment over")
            yield _about(payment.grant.application, what, "budgets:run-create", due=payment.due_on)
        else:
            yield _payment(payment, _("Book the payment when the bank has paid"), payment.due_on)
    owed = Grant.objects.filter(municipality__in=towns, settled_cents__isnull=False).exclude(state=GrantState.CLOSED)
    for grant in owed.select_related("application").prefetch_related("payments", "repayments").order_by("pk"):
        if grant.claim_cents and may_record_repayment(grant, user):
            what = _("Money has to come back: book it when it is there")
            yield _about(grant.application, what, "budgets:repayment", grant.pk)


# --- Administrator and auditor ----------------------------------------------------------------------------------------


def _of_administrator(user: Any, towns: list[int]) -> Iterator[Task]:
    for town in Municipality.objects.filter(pk__in=towns).order_by("name", "pk"):
        if missing := town.missing_for_letters:
            yield _about(town, _("Complete the letterhead: %s") % _names(missing), "town", town.pk)
    today = clock.today()
    ahead = Count("rounds", filter=Q(rounds__closes_on__gte=today), distinct=True)
    programmes = Programme.objects.filter(municipality__in=towns).annotate(with_rounds_ahead=ahead)
    found = list(programmes.prefetch_related("categories").in_order())
    for programme in found:
        if missing := programme.missing_for_round():
            yield _about(programme, _("Complete the programme: %s") % _names(missing), "programme-edit", programme.pk)
        elif not programme.with_rounds_ahead:  # type: ignore[attr-defined]
            yield _about(programme, _("Open a round"), "round-create", programme.pk)
    if not found:
        yield _about(_("Programmes"), _("Load the first programme"), "programme-upload")


def _names(missing: list[Any]) -> str:
    return ", ".join(str(name) for name in missing)


def _of_auditor(user: Any, towns: list[int]) -> Iterator[Task]:
    yield _about(_("Event log"), _("Verify that nothing was altered"), "audit")


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
