"""Who may do what with the money; four eyes hold whatever roles one person has. Pure predicates, no query."""

from typing import Any

from funding.policies import (
    is_authoriser,
    is_cashier,
    is_decider,
    is_officer,
    is_verifier,
    may_act_for,
    may_write_for,
)


def may_answer(grant: Any, user: Any) -> bool:
    """Accept, decline and waive: a person entitled to act for the organisation."""
    return may_act_for(grant, user)


def may_call(payment: Any, user: Any) -> bool:
    return may_act_for(payment, user)


def may_verify(payment: Any, user: Any) -> bool:
    """Confirm ground and amount (§ 31 KomHVO NRW); never the person who asked for the money."""
    return is_verifier(payment, user) and payment.requested_by_id != user.pk


def may_order(payment: Any, user: Any) -> bool:
    """Order the payment; never the person who verified it, whatever roles they have."""
    return is_authoriser(payment, user) and user.pk not in (payment.verified_by_id, payment.requested_by_id)


def may_pay_out(payment: Any, user: Any) -> bool:
    """Export and book; payment handling neither verifies nor orders (§ 31 KomHVO NRW)."""
    return is_cashier(payment, user) and user.pk not in (payment.verified_by_id, payment.ordered_by_id)


def may_send_back(payment: Any, user: Any) -> bool:
    return may_verify(payment, user) or may_order(payment, user)


def may_cancel(payment: Any, user: Any) -> bool:
    return is_officer(payment, user) or is_authoriser(payment, user)


def may_report(proof: Any, user: Any) -> bool:
    """Hand in the usage proof: a person entitled to act for the organisation."""
    return may_act_for(proof, user)


def may_check(proof: Any, user: Any) -> bool:
    """Check a usage proof; never somebody of the organisation itself."""
    return is_officer(proof, user) and not user.right_in(proof.organisation_id)


def may_settle(proof: Any, user: Any) -> bool:
    """Settle; never the person who checked the proof."""
    return is_decider(proof, user) and proof.checked_by_id != user.pk


def may_close(grant: Any, user: Any) -> bool:
    return is_officer(grant, user) or is_decider(grant, user) or is_cashier(grant, user)


def may_write_proof(proof: Any, user: Any) -> bool:
    return may_write_for(proof, user)
