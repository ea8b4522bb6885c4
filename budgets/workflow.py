"""The life of a grant, a payment and a usage proof: states and moves, declared once each."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from applications.workflow import hearing_is_open, no_hearing_is_open
from budgets import policies
from funding import clock
from funding.gate import Machine, condition

# --- Grant ------------------------------------------------------------------------------------------------------------


class GrantState(models.TextChoices):
    ISSUED = "issued", _("Letter issued")
    ACCEPTED = "accepted", _("Accepted")
    CONTESTED = "contested", _("Remedy recorded")
    DECLINED = "declined", _("Declined by the recipient")
    LAPSED = "lapsed", _("Lapsed")
    REVOKED = "revoked", _("Revoked")
    SETTLED = "settled", _("Settled")
    CLOSED = "closed", _("Closed")


G = GrantState


@condition(_("Please open the letter first. Only then can you decide to waive your right to sue."))
def letter_was_opened(grant: Any) -> bool:
    return grant.letter.opened_at is not None


@condition(_("The right to sue was already waived."))
def not_waived(grant: Any) -> bool:
    return grant.waived_on is None


@condition(_("Money has already been ordered for this grant. It has to be claimed back instead."))
def nothing_paid(grant: Any) -> bool:
    return grant.called_cents == 0


@condition(_("A payment is still on its way. Book it, send it back or cancel it first."))
def nothing_on_its_way(grant: Any) -> bool:
    return grant.called_cents == grant.paid_cents


@condition(_("There is still something to pay or to get back."))
def is_even(grant: Any) -> bool:
    return grant.open_cents == 0


@condition(_("The grant was already accepted."))
def not_accepted(grant: Any) -> bool:
    return grant.accepted_on is None


@condition(_("The group has not accepted the grant yet. It can do so while the remedy is recorded."))
def was_accepted(grant: Any) -> bool:
    return grant.accepted_on is not None


# A remedy does not take the recipient's own answer away: accepting is possible before and after it is recorded.
ACCEPT = {
    "label": _("Accept the grant"),
    "hint": _("You promise to use the money as the letter says. You keep your right to sue."),
    "tone": "primary",
}


@condition(_("There is nothing to claim back."))
def may_be_heard(grant: Any) -> bool:
    return grant.state != G.SETTLED or grant.claim_cents > 0


@condition(
    _(
        "The recipient must be heard first (§ 28 VwVfG). That is done when an answer came, or when the letter of the "
        "hearing was received and the time to answer is over."
    )
)
def was_heard(grant: Any) -> bool:
    return grant.open_hearing is None and grant.last_hearing("revocation") is not None


class GrantWorkflow(Machine):
    """A grant is alive from the letter until its usage proof is settled and the money is even."""

    accepted_on: Any
    waived_on: Any
    closed_on: Any

    state = FSMField(choices=G, default=G.ISSUED, protected=True, editable=False)

    class Meta:
        abstract = True

    @transition(state, source=G.ISSUED, target=G.ACCEPTED, permission=policies.may_answer, custom=ACCEPT)
    @transition(
        state,
        source=G.CONTESTED,
        target=G.CONTESTED,
        permission=policies.may_answer,
        conditions=[not_accepted],
        custom=ACCEPT,
    )
    def accept(self, *, by: Any) -> None:
        self.accepted_on, self.accepted_by = clock.today(), by

    @transition(
        state,
        source=G.ISSUED,
        target=G.DECLINED,
        permission=policies.may_answer,
        custom={"label": _("Decline the grant"), "asks": ("reason",), "tone": "tertiary"},
    )
    def decline(self, *, by: Any, reason: str) -> None:
        self.note = reason

    @transition(
        state,
        source=G.ACCEPTED,
        target=None,
        permission=policies.may_answer,
        conditions=[letter_was_opened, not_waived],
        custom={
            "label": _("Waive the right to sue, so the money comes sooner"),
            "hint": _(
                "You can sue against the letter within one month. If you waive this right, the letter becomes final "
                "at once and the money can be paid now. You cannot take the waiver back. You need not do this: "
                "without it the money comes after the month is over."
            ),
            "asks": ("waiver",),
        },
    )
    def waive(self, *, by: Any, waiver: bool) -> None:
        self.waived_on, self.waived_by = clock.today(), by

    @transition(
        state,
        source=[G.ISSUED, G.ACCEPTED],
        target=G.CONTESTED,
        permission=policies.may_record_remedy,
        custom={
            "label": _("Record a remedy"),
            "hint": _("Somebody has sued or objected. Nothing is paid until the decider releases what is undisputed."),
            "asks": ("day", "reason"),
        },
    )
    def record_remedy(self, *, by: Any, day: Any, reason: str) -> None:
        self.contested_on, self.note = day, reason

    @transition(
        state,
        source=G.CONTESTED,
        target=G.ACCEPTED,
        permission=policies.may_rule,
        conditions=[was_accepted],
        custom={
            "label": _("Release the undisputed part"),
            "hint": _("The grant can be paid again as far as it is not in dispute."),
            "asks": ("reason",),
            "tone": "primary",
        },
    )
    def release_undisputed(self, *, by: Any, reason: str) -> None:
        self.note = reason

    @transition(
        state,
        source=G.ISSUED,
        target=G.LAPSED,
        permission=policies.may_record_remedy,
        conditions=[nothing_paid],
        custom={
            "label": _("Let the grant lapse"),
            "hint": _("It was not accepted in time. The money goes back to the year."),
            "asks": ("reason",),
            "tone": "tertiary",
        },
    )
    def lapse(self, *, by: Any, reason: str) -> None:
        self.note = reason

    @transition(
        state,
        source=[G.ISSUED, G.ACCEPTED, G.CONTESTED],
        target=G.REVOKED,
        permission=policies.may_rule,
        conditions=[was_heard, nothing_on_its_way],
        custom={
            "label": _("Revoke the grant"),
            "hint": _("With this the letter is made. What was not paid goes back to the year."),
            "asks": ("reason",),
            "tone": "tertiary",
        },
    )
    def revoke(self, *, by: Any, reason: str) -> None:
        self.note, self.settled_cents = reason, 0

    @transition(
        state,
        source=[G.ISSUED, G.ACCEPTED, G.CONTESTED, G.SETTLED],
        target=None,
        permission=policies.may_hear,
        conditions=[no_hearing_is_open, may_be_heard],
        custom={
            "label": _("Hear the recipient"),
            "hint": _(
                "Before a grant is revoked or money claimed back, a letter tells the recipient why and asks what they "
                "say, by the day you choose (§ 28 VwVfG)."
            ),
            "asks": ("day", "reason"),
            "tone": "tertiary",
        },
    )
    def hear(self, *, by: Any, day: Any, reason: str) -> None:
        pass  # the hearing itself is a row of its own

    @transition(
        state,
        source=[G.ISSUED, G.ACCEPTED, G.CONTESTED, G.SETTLED],
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
        source=G.ACCEPTED,
        target=None,
        permission=policies.may_record_remedy,
        custom={
            "label": _("Extend the time for the usage proof"),
            "asks": ("day", "reason"),
        },
    )
    def extend(self, *, by: Any, day: Any, reason: str) -> None:
        self.proof_due_on, self.note = day, reason

    @transition(
        state,
        source=G.ACCEPTED,
        target=G.SETTLED,
        permission=policies.may_rule,
        conditions=[nothing_on_its_way],
        custom={"label": _("Settle"), "internal": True},
    )
    def settle(self, *, by: Any, settled_cents: int) -> None:
        self.settled_cents = settled_cents

    @transition(
        state,
        source=[G.SETTLED, G.REVOKED, G.DECLINED, G.LAPSED],
        target=G.CLOSED,
        permission=policies.may_close,
        conditions=[is_even],
        custom={
            "label": _("Close the case"),
            "hint": _("Everything is paid and proven. The file is complete."),
            "tone": "primary",
        },
    )
    def close(self, *, by: Any) -> None:
        self.closed_on = clock.today()


# --- Payment ----------------------------------------------------------------------------------------------------------


class PaymentState(models.TextChoices):
    REQUESTED = "requested", _("Asked for")
    VERIFIED = "verified", _("Verified")
    ORDERED = "ordered", _("Ordered")
    EXPORTED = "exported", _("Handed to the bank or the finance system")
    BOOKED = "booked", _("Booked")
    RETURNED = "returned", _("Returned by the bank")
    SENT_BACK = "sent-back", _("Sent back")
    CANCELLED = "cancelled", _("Cancelled")


P = PaymentState


@condition(_("The letter is not binding yet, and its right to sue was not waived: there is no day to pay on."))
def is_payable(payment: Any) -> bool:
    return payment.grant.payable_from is not None


@condition(_("A remedy is recorded. Nothing is paid until the decider releases what is undisputed."))
def is_undisputed(payment: Any) -> bool:
    return payment.grant.state in (G.ACCEPTED, G.SETTLED)


@condition(_("This case is closed. Its payments stay as they are."))
def case_is_open(payment: Any) -> bool:
    return payment.grant.state != G.CLOSED


class PaymentWorkflow(Machine):
    """A payment order: asked for, verified by one, ordered by another, handed over by a third, booked."""

    grant: Any
    verified_at: Any
    ordered_at: Any

    state = FSMField(choices=P, default=P.REQUESTED, protected=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        state,
        source=P.REQUESTED,
        target=P.VERIFIED,
        permission=policies.may_verify,
        conditions=[is_undisputed],
        custom={
            "label": _("Verify"),
            "hint": _("You confirm that the ground and the amount are right (sachlich und rechnerisch richtig)."),
            "tone": "primary",
        },
    )
    def verify(self, *, by: Any) -> None:
        self.verified_by, self.verified_at = by, clock.now()

    @transition(
        state,
        source=[P.REQUESTED, P.VERIFIED],
        target=P.SENT_BACK,
        permission=policies.may_send_back,
        custom={
            "label": _("Send back"),
            "hint": _("The group reads your reason and can ask again."),
            "asks": ("reason",),
            "tone": "tertiary",
        },
    )
    def send_back(self, *, by: Any, reason: str) -> None:
        self.note = reason

    @transition(
        state,
        source=P.VERIFIED,
        target=P.ORDERED,
        permission=policies.may_order,
        conditions=[is_undisputed, is_payable],
        custom={
            "label": _("Order the payment"),
            "hint": _("Payee, account and amount are fixed from now on."),
            "tone": "primary",
        },
    )
    def order(self, *, by: Any) -> None:
        self.ordered_by, self.ordered_at = by, clock.now()
        self.due_on = max(self.grant.payable_from, clock.today())

    @transition(
        state,
        source=P.ORDERED,
        target=P.EXPORTED,
        permission=policies.may_pay_out,
        conditions=[is_undisputed],
        custom={"label": _("Hand over"), "internal": True},
    )
    def export(self, *, by: Any, run: Any) -> None:
        self.run, self.exported_by = run, by

    @transition(
        state,
        source=P.EXPORTED,
        target=P.BOOKED,
        permission=policies.may_pay_out,
        custom={"label": _("Book as paid"), "asks": ("booked_on",), "tone": "primary"},
    )
    def book(self, *, by: Any, booked_on: Any) -> None:
        self.booked_on, self.booked_by = booked_on, by

    @transition(
        state,
        source=[P.EXPORTED, P.BOOKED],
        target=P.RETURNED,
        permission=policies.may_pay_out,
        conditions=[case_is_open],
        custom={
            "label": _("Returned by the bank"),
            "hint": _("The money came back. The group is asked for the right account and calls again."),
            "asks": ("reason",),
            "tone": "tertiary",
        },
    )
    def return_by_bank(self, *, by: Any, reason: str) -> None:
        self.note, self.booked_on = reason, None

    @transition(
        state,
        source=[P.VERIFIED, P.ORDERED],
        target=P.CANCELLED,
        permission=policies.may_cancel,
        custom={
            "label": _("Cancel this payment"),
            "hint": _("Payee, account and amount are never changed: cancel, and the group asks anew."),
            "asks": ("reason",),
            "tone": "tertiary",
        },
    )
    def cancel(self, *, by: Any, reason: str) -> None:
        self.note = reason


# --- Usage proof ------------------------------------------------------------------------------------------------------


class ProofState(models.TextChoices):
    OPEN = "open", _("Being written")
    SUBMITTED = "submitted", _("Handed in")
    RETURNED = "returned", _("Returned with questions")
    CHECKED = "checked", _("Checked")
    SETTLED = "settled", _("Settled")


U = ProofState


@condition(_("Please accept the grant first. A usage proof belongs to a grant that was accepted and has not ended."))
def grant_runs(proof: Any) -> bool:
    return proof.grant.state in (G.ACCEPTED, G.CONTESTED)


class UsageProofWorkflow(Machine):
    """How a group proves what it did with the money, and how the town settles it."""

    submitted_at: Any
    checked_at: Any
    checked_by: Any

    state = FSMField(choices=U, default=U.OPEN, protected=True, editable=False)

    class Meta:
        abstract = True

    @transition(
        state,
        source=[U.OPEN, U.RETURNED],
        target=U.SUBMITTED,
        permission=policies.may_report,
        conditions=[grant_runs],
        custom={"label": _("Hand in the usage proof"), "at": "budgets:proof", "tone": "primary"},
    )
    def submit(self, *, by: Any) -> None:
        self.submitted_by, self.submitted_at, self.note = by, clock.now(), ""

    @transition(
        state,
        source=[U.SUBMITTED, U.CHECKED],
        target=U.RETURNED,
        permission=policies.may_check,
        custom={"label": _("Ask questions"), "asks": ("reason",)},
    )
    def return_with_questions(self, *, by: Any, reason: str) -> None:
        self.note, self.checked_by = reason, None

    @transition(
        state,
        source=U.SUBMITTED,
        target=U.CHECKED,
        permission=policies.may_check,
        custom={"label": _("Check the usage proof"), "at": "budgets:proof_check", "tone": "primary"},
    )
    def finish_check(self, *, by: Any) -> None:
        self.checked_by, self.checked_at = by, clock.now()

    @transition(
        state,
        source=U.CHECKED,
        target=U.SETTLED,
        permission=policies.may_settle,
        custom={"label": _("Settle"), "at": "budgets:settle", "tone": "primary"},
    )
    def settle(self, *, by: Any) -> None:
        self.note = ""

    def may_be_written(self) -> bool:
        """The recipient may still change it."""
        return self.state in (U.OPEN, U.RETURNED)
