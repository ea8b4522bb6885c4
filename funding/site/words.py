"""What the case page says: the next step of every state, and every event of the timeline in words."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from applications.workflow import State
from budgets.workflow import GrantState, PaymentState, ProofState

APPLICANT, OFFICER, BOARD = _("The applicant"), _("The integration office"), _("The advisory board")
DECIDER, VERIFIER, AUTHORISER, CASHIER = (
    _("The decider"),
    _("The verifier"),
    _("The payment authoriser"),
    _("The cashier"),
)
NOBODY = ""


class Step(NamedTuple):
    """What happens next and who has it; `yours` says the same to the group when it is its turn."""

    what: Any
    who: Any = NOBODY
    yours: Any = ""


_AGAIN = Step(_("It can be revised and applied for again, at any time."))

NEXT: dict[str, Step] = {
    State.DRAFT: Step(
        _("The group finishes its application and sends it."), APPLICANT, _("Finish your application and send it.")
    ),
    State.SUBMITTED: Step(_("The integration office checks the application."), OFFICER),
    State.INCOMPLETE: Step(
        _("The group hands in what is missing."), APPLICANT, _("Please hand in what is still missing.")
    ),
    State.RETURNED: Step(
        _("The group changes what was asked for and sends the application again."),
        APPLICANT,
        _("Please change what we ask for, then send the application again. It keeps its date."),
    ),
    State.ADMITTED: Step(_("The advisory board looks at it in a meeting."), BOARD),
    State.DEFERRED: Step(_("The advisory board looks at it again in a later meeting."), OFFICER),
    State.RECOMMENDED: Step(_("The town decides."), DECIDER),
    State.AWARDED: Step(_("The project runs."), APPLICANT),
    State.REJECTED: _AGAIN,
    State.WITHDRAWN: _AGAIN,
    State.LAPSED: _AGAIN,
    State.COMPLETED: Step(_("Everything is done.")),
}
ACCEPT = Step(
    _("The group reads the letter and says whether it accepts the grant."),
    APPLICANT,
    _("Please read the letter. Then say whether you accept the grant."),
)
CALL = Step(_("The group calls for the money when it needs it."), APPLICANT, _("Call for the money when you need it."))
REPORT = Step(
    _("The group carries out its project and hands in the usage proof."),
    APPLICANT,
    _("Carry out your project. When it is over, tell us what you did with the money."),
)
ANSWER_PROOF = Step(
    _("The group answers questions about its usage proof."),
    APPLICANT,
    _("Please answer our questions about your usage proof."),
)
PAY_BACK = Step(
    _("The group pays back what it got too much."),
    APPLICANT,
    _("Part of the money has to be paid back. The letter says why and how much."),
)
CLOSE = Step(_("The integration office closes the case."), OFFICER)
REMEDY = Step(_("A remedy is recorded. The decider releases what is undisputed."), DECIDER)
PAYMENTS: dict[str, Step] = {
    PaymentState.REQUESTED: Step(_("The verifier checks the payment."), VERIFIER),
    PaymentState.VERIFIED: Step(_("The payment authoriser orders the payment."), AUTHORISER),
    PaymentState.ORDERED: Step(_("The cashier hands the payment to the bank or the finance system."), CASHIER),
    PaymentState.EXPORTED: Step(_("The bank pays, and the cashier books it."), CASHIER),
    PaymentState.RETURNED: Step(
        _("The bank sent the money back. The group enters the right account."),
        APPLICANT,
        _("The bank sent the money back. Please call for it again and enter the right account."),
    ),
}
PROOFS: dict[str, Step] = {
    ProofState.SUBMITTED: Step(_("The integration office checks the usage proof."), OFFICER),
    ProofState.CHECKED: Step(_("The decider settles the usage proof."), DECIDER),
    ProofState.RETURNED: ANSWER_PROOF,
}
ENDED_GRANTS = (GrantState.DECLINED, GrantState.LAPSED, GrantState.REVOKED)

# What is open to everybody who sees the case; what is not listed here or below is never shown.
PUBLIC: dict[str, Any] = {
    "application.start": _("Application begun"),
    "application.assist": _("Written at the counter with the integration office"),
    "application.take_over": _("The group goes on alone"),
    "application.confirm": _("Read back and confirmed by the applicant"),
    "application.submit": _("Application received"),
    "application.receive_incomplete": _("Application received, incomplete"),
    "application.return_for_changes": _("Changes asked for"),
    "application.resubmit": _("Application sent again"),
    "application.ask_for_time": _("More time asked for"),
    "application.extend": _("More time given to answer"),
    "application.refuse_time": _("No more time given"),
    "application.allow_early_start": _("Early start allowed"),
    "application.refuse_early_start": _("Early start not allowed"),
    "application.admit": _("Formal check done"),
    "application.withdraw": _("Application withdrawn"),
    "application.lapse": _("Closed without an answer"),
    "application.reopen": _("Opened again"),
    "application.skip_board": _("Goes to the decision without the board"),
    "application.award": _("Grant awarded"),
    "application.reject": _("Application rejected"),
    "application.complete": _("Case completed"),
}
PARTIES: dict[str, Any] = {
    "application.german": _("German text written"),
    "application.ask_to_confirm": _("German text put to the group"),
    "application.confirm_german": _("German text confirmed"),
    "application.share": _("Draft shared with the integration office"),
    "application.unshare": _("Draft no longer shared"),
    "application.propose": _("Wording proposed"),
    "application.proposal_taken": _("Proposed wording taken"),
    "application.proposal_left": _("Proposed wording left"),
    "letter.issue": _("Letter issued"),
    "letter.provide": _("Letter provided for download"),
    "letter.open": _("Letter opened"),
    "letter.download": _("Notified by download"),
    "letter.post": _("Letter posted"),
    "letter.handover": _("Letter handed over"),
    "letter.return": _("Letter came back"),
    "letter.receipt": _("Letter received later, as proven"),
    "letter.contest": _("Remedy recorded against the letter"),
    "hearing.open": _("Hearing opened"),
    "hearing.answer": _("Answered in the hearing"),
    "grant.accept": _("Grant accepted"),
    "grant.decline": _("Grant declined"),
    "grant.waive": _("Right to sue waived"),
    "grant.record_remedy": _("Remedy recorded"),
    "grant.release_undisputed": _("Undisputed part released"),
    "grant.lapse": _("Grant lapsed"),
    "grant.revoke": _("Grant revoked"),
    "grant.extend": _("More time given for the usage proof"),
    "grant.settle": _("Usage proof settled"),
    "grant.repayment": _("Repayment received"),
    "grant.close": _("Case closed"),
    "payment.call": _("Money called for"),
    "payment.send_back": _("Call for money sent back"),
    "payment.order": _("Payment ordered"),
    "payment.book": _("Payment booked"),
    "payment.return_by_bank": _("Payment returned by the bank"),
    "payment.cancel": _("Payment cancelled"),
    "usageproof.submit": _("Usage proof handed in"),
    "usageproof.return_with_questions": _("Questions about the usage proof"),
    "usageproof.finish_check": _("Usage proof checked"),
}
INSIDE: dict[str, Any] = {
    "application.advice": _("Advice given"),
    "application.assign": _("Given to an officer"),
    "application.declare_bias": _("Bias declared"),
    "application.withdraw_bias": _("Declaration of bias taken back"),
    "application.check": _("Checklist filled in"),
    "application.cut": _("Costs cut"),
    "application.reopen_check": _("Back to the formal check"),
    "application.defer": _("Deferred by the board"),
    "application.resume": _("Taken up again"),
    "application.recommend": _("Recommendation recorded"),
    "application.give_back": _("Given back to the board"),
    "decision.prepare": _("Decision prepared"),
    "decision.release": _("Decision released"),
    "payment.verify": _("Payment verified"),
    "payment.export": _("Payment handed over"),
}
