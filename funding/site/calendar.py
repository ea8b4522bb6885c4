"""What the calendar makes due: `manage.py tick` does it, as often as anybody likes.

Every step can be repeated, run twice at once and be late: it looks at what is there, not at when it ran last. What
needs a person is left to the person.
"""

from datetime import date, timedelta

from django.db.models import Min
from django.utils import timezone

from applications.documents import answer_reminder_mail
from applications.models import Application, Letter
from applications.operations import recipients
from applications.workflow import State
from budgets.documents import proof_reminder_mail
from budgets.models import Grant, UsageProof
from budgets.workflow import GrantState, ProofState
from funding import clock, jobs, outbox, reminders
from funding.gate import record, save_with_history, writes
from funding.models import Event, Message
from funding.policies import SYSTEM
from review.operations import forget_dossiers

PROOF_DAYS = (-30, -7, 1, 14)
ANSWER_DAYS = (-3,)


class WrongClock(Exception):
    """The machine's clock stands before what already happened."""


def tick() -> dict[str, int]:
    """Everything that is due now; how much was done of each. Raises WrongClock and has then done nothing."""
    latest = Event.objects.order_by("-pk").values_list("at", flat=True).first()
    if latest is not None and latest > clock.now() + timedelta(days=1):
        raise WrongClock
    return {
        "tasks_put_back": jobs.revive_lost(),
        "tasks_forgotten": jobs.forget_done(),
        "mails_in_doubt": outbox.doubt_lost(),
        "mails_woken": outbox.wake_waiting(),
        "dossiers_forgotten": forget_dossiers(),
        "letters_provided_later": sum(provide_as_sent(pk, day) for pk, day in _provided_later()),
        "proofs_reminded": sum(remind_of_proof(pk) for pk in _proofs()),
        "answers_reminded": sum(remind_of_answer(pk) for pk in _answers()),
    }


# --- Usage proofs -----------------------------------------------------------------------------------------------------


def _proofs() -> list[int]:
    """Proofs that are still to be handed in and whose day is near or over."""
    first = clock.today() - timedelta(days=PROOF_DAYS[0])
    open_ = Grant.objects.filter(state=GrantState.ACCEPTED, proof_due_on__lte=first)
    found = UsageProof.objects.filter(grant__in=open_, state__in=(ProofState.OPEN, ProofState.RETURNED))
    return list(found.order_by("pk").values_list("pk", flat=True))


@writes
def remind_of_proof(pk: int) -> bool:
    """Remind the group of its usage proof if that is due (30 and 7 days before, 1 and 14 after)."""
    proof = UsageProof.objects.select_for_update(of=("self",)).with_case().get(pk=pk)
    if proof.state not in (ProofState.OPEN, ProofState.RETURNED):
        return False
    due_on = proof.grant.proof_due_on
    offset = reminders.due_offset(due_on, PROOF_DAYS, clock.today())
    to = recipients(proof.grant.application)
    if offset is None or not to or not reminders.note(proof, due_on, offset):
        return False
    case, late = proof.grant.application, due_on < clock.today()
    outbox.post("proof-reminder", to=to, about=case, text=lambda: proof_reminder_mail(proof, late=late))
    record(proof.municipality_id, "proof.remind", proof, by=SYSTEM, details={"due_on": str(due_on), "offset": offset})
    return True


# --- Answers ----------------------------------------------------------------------------------------------------------


def _answers() -> list[int]:
    """Applications that wait for an answer which is due in a few days; afterwards a person looks at them."""
    today = clock.today()
    near = (today, today - timedelta(days=ANSWER_DAYS[0]))
    found = Application.objects.filter(state__in=(State.RETURNED, State.INCOMPLETE), answer_by__range=near)
    return list(found.order_by("pk").values_list("pk", flat=True))


@writes
def remind_of_answer(pk: int) -> bool:
    """Remind the group that its answer is due, three days before; not while the question itself still waits here."""
    found = Application.objects.select_for_update(of=("self",))
    application = found.select_related("municipality", "organisation").get(pk=pk)
    due_on, today = application.answer_by, clock.today()
    if application.state not in (State.RETURNED, State.INCOMPLETE) or due_on is None or due_on < today:
        return False
    asked = Message.objects.filter(kind="return", about=application._meta.label_lower, about_id=application.pk)
    if asked.filter(state__in=outbox.SENDABLE).exists():
        return False
    offset = reminders.due_offset(due_on, ANSWER_DAYS, today)
    to = recipients(application)
    if offset is None or not to or not reminders.note(application, due_on, offset):
        return False
    outbox.post("answer-reminder", to=to, about=application, text=lambda: answer_reminder_mail(application))
    record(application.municipality_id, "answer.remind", application, by=SYSTEM, details={"due_on": str(due_on)})
    return True


# --- Letters whose mail went later than it was released ---------------------------------------------------------------


def _provided_later() -> list[tuple[int, date]]:
    """Letters for download whose notice went out on a later day than the officer sent it (the server was away)."""
    waiting = Letter.objects.filter(delivery=Letter.Delivery.DOWNLOAD, notified_on=None, provided_on__isnull=False)
    provided = {letter.pk: letter.provided_on for letter in waiting.only("provided_on").order_by("pk")}
    sent = Message.objects.filter(about=Letter._meta.label_lower, about_id__in=provided, state=Message.State.SENT)
    first = sent.values_list("about_id").annotate(Min("sent_at")).order_by("about_id")
    days = [(pk, timezone.localdate(moment, clock.BERLIN)) for pk, moment in first]
    return [(pk, day) for pk, day in days if day > (provided[pk] or day)]


@writes
def provide_as_sent(pk: int, day: date) -> bool:
    """The ten days of a download begin with the mail that says the letter is there, not with the will to send it."""
    letter = Letter.objects.select_for_update().get(pk=pk)
    if letter.notified_on is not None or letter.provided_on is None or letter.provided_on >= day:
        return False
    letter.provided_on = day
    save_with_history(letter, by=SYSTEM, reason="provide")
    record(letter.municipality_id, "letter.provide", letter, by=SYSTEM)
    return True
