"""Where the money is: the year's pot and its ledger, grants, payments, usage proofs, settlements."""

from budgets.models.grants import Grant, GrantQuerySet
from budgets.models.payments import Payment, PaymentQuerySet, PaymentRun, PaymentRunQuerySet, Repayment
from budgets.models.proofs import ProofLine, Receipt, Settlement, UsageProof, UsageProofQuerySet
from budgets.models.years import BALANCES, BudgetYear, BudgetYearQuerySet, LedgerEntry

__all__ = [
    "BALANCES",
    "BudgetYear",
    "BudgetYearQuerySet",
    "Grant",
    "GrantQuerySet",
    "LedgerEntry",
    "Payment",
    "PaymentQuerySet",
    "PaymentRun",
    "PaymentRunQuerySet",
    "ProofLine",
    "Receipt",
    "Repayment",
    "Settlement",
    "UsageProof",
    "UsageProofQuerySet",
]
