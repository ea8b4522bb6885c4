"""Who may do what with the money; four eyes hold whatever roles one person has. Pure predicates, no query."""

from typing import Any

from applications.policies import may_read_letters
from funding.policies import (
    is_auditor,
    is_authoriser,
    is_cashier,
    is_decider,
    is_officer,
    is_verifier,
    may_act_for,
    may_write_for,
)


def _is_outside(obj: Any, user: Any) -> bool:
    """Not of the organisation itself: staff are bound by bias too (§ 20 VwVfG)."""
    return not user.right_in(obj.organisation_id)


def may_see_grant(grant: Any, user: Any) -> bool:
    """Read a grant and its usage proof: the organisation and whoever works on money; not the advisory board."""
    return may_read_letters(grant, user)


def may_answer(grant: Any, user: Any) -> bool:
    """Accept, decline and waive: a person entitled to act for the organisation."""
    return may_act_for(grant, user)


def may_call(grant: Any, user: Any) -> bool:
    """Call for money: a person entitled to act for the organisation."""
    return may_act_for(grant, user)


def may_record_remedy(grant: Any, user: Any) -> bool:
    """Keep the grant's dates: remedy, lapse, more time for the proof."""
    return is_officer(grant, user) and _is_outside(grant, user)


def may_rule(grant: Any, user: Any) -> bool:
    """Decide on a grant that exists: release what is undisputed, revoke, settle."""
    return is_decider(grant, user) and _is_outside(grant, user)


def may_hear(grant: Any, user: Any) -> bool:
    """Ask the recipient before something is decided against them: who decides, or the officer for them."""
    return may_rule(grant, user) or may_record_remedy(grant, user)


def may_answer_hearing(grant: Any, user: Any) -> bool:
    """Say something in a hearing: who may act for the organisation; the officer notes what came on paper."""
    return may_act_for(grant, user) or may_record_remedy(grant, user)


def may_move_year(year: Any, user: Any) -> bool:
    """Supplement, cut and block a pot: whoever decides on its money."""
    return is_decider(year, user)


def may_open_year(programme: Any, user: Any) -> bool:
    """Open the pot of a year with the budget the programme states."""
    return is_officer(programme, user)


def may_verify(payment: Any, user: Any) -> bool:
    """Confirm ground and amount (§ 31 KomHVO NRW); never the person who asked for the money."""
    return is_verifier(payment, user) and payment.requested_by_id != user.pk and _is_outside(payment, user)


def may_order(payment: Any, user: Any) -> bool:
    """Order the payment; never the person who verified it, whatever roles they have."""
    others = (payment.verified_by_id, payment.requested_by_id)
    return is_authoriser(payment, user) and user.pk not in others and _is_outside(payment, user)


def may_pay_out(payment: Any, user: Any) -> bool:
    """Export and book; payment handling neither verifies nor orders (§ 31 KomHVO NRW)."""
    others = (payment.verified_by_id, payment.ordered_by_id, payment.requested_by_id)
    return is_cashier(payment, user) and user.pk not in others and _is_outside(payment, user)


def may_hand_over(town: Any, user: Any) -> bool:
    """Make payment runs; each payment in one is asked for itself by may_pay_out."""
    return is_cashier(town, user)


def may_read_runs(run: Any, user: Any) -> bool:
    """The file of a run names people and accounts: payment handling and audit only."""
    return is_cashier(run, user) or is_auditor(run, user)


def may_record_repayment(grant: Any, user: Any) -> bool:
    return is_cashier(grant, user) and _is_outside(grant, user)


def may_send_back(payment: Any, user: Any) -> bool:
    return may_verify(payment, user) or may_order(payment, user)


def may_cancel(payment: Any, user: Any) -> bool:
    return (is_officer(payment, user) or is_authoriser(payment, user)) and _is_outside(payment, user)


def may_report(proof: Any, user: Any) -> bool:
    """Hand in the usage proof: a person entitled to act for the organisation."""
    return may_act_for(proof, user)


def may_check(proof: Any, user: Any) -> bool:
    """Check a usage proof; never somebody of the organisation itself."""
    return is_officer(proof, user) and _is_outside(proof, user)


def may_settle(proof: Any, user: Any) -> bool:
    """Settle; never the person who checked the proof."""
    return is_decider(proof, user) and proof.checked_by_id != user.pk and _is_outside(proof, user)


def may_close(grant: Any, user: Any) -> bool:
    return (is_officer(grant, user) or is_decider(grant, user) or is_cashier(grant, user)) and _is_outside(grant, user)


def may_write_proof(proof: Any, user: Any) -> bool:
    """Write at the usage proof: anybody of the organisation with the right to edit."""
    return may_write_for(proof, user)
