"""Verbs that move money: the pot, grants, payments, usage proofs.

Importing this package registers the operations of the moves (`funding.gate.carries`).
"""

from budgets.operations.grants import accept, award, close, record_remedy
from budgets.operations.letters import answer_hearing, extend, hear, revoke
from budgets.operations.payments import (
    applied_account,
    book,
    call_for_funds,
    export,
    hindrance,
    latest_account,
    record_repayment,
    return_by_bank,
)
from budgets.operations.pot import (
    Overdrawn,
    block_year,
    last_number,
    lock_year,
    move_year,
    open_year,
    outstanding_cents,
    post,
    pot_of,
    reserve,
    reserved_cents,
    verify_ledger,
)
from budgets.operations.proofs import (
    check_proof,
    consequence_of,
    save_proof,
    settle,
    settlement_of,
    submit_proof,
)

__all__ = [
    "Overdrawn",
    "accept",
    "answer_hearing",
    "applied_account",
    "award",
    "block_year",
    "book",
    "call_for_funds",
    "check_proof",
    "close",
    "consequence_of",
    "export",
    "extend",
    "hear",
    "hindrance",
    "last_number",
    "latest_account",
    "lock_year",
    "move_year",
    "open_year",
    "outstanding_cents",
    "post",
    "pot_of",
    "record_remedy",
    "record_repayment",
    "reserve",
    "reserved_cents",
    "return_by_bank",
    "revoke",
    "save_proof",
    "settle",
    "settlement_of",
    "submit_proof",
    "verify_ledger",
]
