"""What the case page says: the next step of every state, and every event of the timeline in words."""

from typing import Any

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

# State -> (what happens next, who has it).
NEXT: dict[str, tuple[Any, Any]] = {
    State.DRAFT: (_("The application is finished and sent."), APPLICANT),
    State.SUBMITTED: (_("The application is checked."), OFFICER),
    State.INCOMPLETE: (_("What is missing is handed in."), APPLICANT),
    State.RETURNED: (_("What was asked for is changed, and the application is sent again."), APPLICANT),
    State.ADMITTED: (_("The advisory board looks at it in a meeting."), BOARD),
    State.DEFERRED: (_("The advisory board looks at it again in a later meeting."), OFFICER),
    State.RECOMMENDED: (_("The town decides."), DECIDER),
    State.AWARDED: (_("The project runs."), APPLICANT),
    State.REJECTED: (_("Nothing more happens. A new application is always possible."), NOBODY),
    State.WITHDRAWN: (_("Nothing more happens. A new application is always possible."), NOBODY),
    State.LAPSED: (_("Nothing more happens. A new application is always possible."), NOBODY),
    State.COMPLETED: (_("Everything is done."), NOBODY),
}
ACCEPT = (_("The grant is accepted."), APPLICANT)
CALL = (_("The money is called for when it is needed."), APPLICANT)
REPORT = (_("The usage proof is handed in."), APPLICANT)
ANSWER_PROOF = (_("Questions about the usage proof are answered."), APPLICANT)
PAY_BACK = (_("What was paid too much is paid back."), APPLICANT)
CLOSE = (_("The case is closed."), OFFICER)
REMEDY = (_("A remedy is recorded; what is undisputed can be released."), DECIDER)
PAYMENTS: dict[str, tuple[Any, Any]] = {
    PaymentState.REQUESTED: (_("The payment is verified."), VERIFIER),
    PaymentState.VERIFIED: (_("The payment is ordered."), AUTHORISER),
    PaymentState.ORDERED: (_("The payment is handed over."), CASHIER),
    PaymentState.EXPORTED: (_("The bank pays, and the payment is booked."), CASHIER),
    PaymentState.RETURNED: (_("The bank sent the money back: the right account is entered."), APPLICANT),
}
PROOFS: dict[str, tuple[Any, Any]] = {
    ProofState.SUBMITTED: (_("The usage proof is checked."), OFFICER),
    ProofState.CHECKED: (_("The usage proof is settled."), DECIDER),
    ProofState.RETURNED: ANSWER_PROOF,
}
ENDED_GRANTS = (GrantState.DECLINED, GrantState.LAPSED, GrantState.REVOKED)

# What is open to everybody who sees the case; what is not listed here or below is never shown.
PUBLIC: dict[str, Any] = {
    "application.start": _("Application begun"),
    "application.submit": _("Application received"),
    "application.receive_incomplete": _("Application received, incomplete"),
    "application.return_for_changes": _("Changes asked for"),
    "application.resubmit": _("Application sent again"),
    "application.extend": _("More time given to answer"),
    "application.admit": _("Formal check done"),
    "application.withdraw": _("Application withdrawn"),
    "application.lapse": _("Closed without an answer"),
    "application.reopen": _("Opened again"),
    "application.award": _("Grant awarded"),
    "application.reject": _("Application rejected"),
    "application.complete": _("Case completed"),
}
PARTIES: dict[str, Any] = {
    "letter.issue": _("Letter issued"),
    "letter.provide": _("Letter provided for download"),
    "letter.open": _("Letter opened"),
    "letter.download": _("Notified by download"),
    "letter.post": _("Letter posted"),
    "letter.handover": _("Letter handed over"),
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
    "application.check": _("Checklist filled in"),
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
