"""Pages about money: the pot, grants, payments and their runs, usage proofs."""

from budgets.views.grants import call, grant, grant_move, repayment
from budgets.views.payments import payment, payment_move, payment_order, payments, run, run_create, run_file, runs
from budgets.views.proofs import proof, proof_check, proof_move, proof_submit, proof_sum, settle
from budgets.views.years import year, year_block, year_move, year_open, years

__all__ = [
    "call",
    "grant",
    "grant_move",
    "payment",
    "payment_move",
    "payment_order",
    "payments",
    "proof",
    "proof_check",
    "proof_move",
    "proof_submit",
    "proof_sum",
    "repayment",
    "run",
    "run_create",
    "run_file",
    "runs",
    "settle",
    "year",
    "year_block",
    "year_move",
    "year_open",
    "years",
]
