"""Verbs of the release: look at the letters, then release one or many decisions in one act, all or nothing."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.operations import issue_letter, recipients
from budgets import operations as money
from budgets.models import BudgetYear
from funding import calendar, clock, outbox
from funding.gate import Refused, Stale, lock, perform, record, save_with_history, writes
from funding.money import format_eur
from review import documents, policies
from review.models import Decision, admitted_plan
from review.operations.decision import assert_may_decide, assert_proofs_are_in

TRIES = 3


@dataclass(frozen=True)
class _Finished:
    """A letter made before the transaction, and what it was made from."""

    decision: Decision
    kind: str
    title: str
    content: bytes
    proof_due_on: date


def _letter(decision: Decision, *, by: Any) -> _Finished:
    """The letter as it would go out today."""
    application = decision.application
    if (submission := application.submissions.first()) is not None:
        # Who answers for the group and where the money goes: as it was sent in, not as another draft has changed it.
        application.organisation = submission.organisation
    if missing := application.municipality.missing_for_letters:
        names = ", ".join(str(name) for name in missing)
        raise Refused(_("No letter can be issued yet. Please enter first: %s") % names)
    if application.end is None:
        raise Refused(_("The case has no end date: it has to go back to the applicant."))
    proof_due_on = calendar.proof_due_on(
        application.end, application.programme.proof_due_months, application.municipality.state
    )
    kind, title, content = documents.decision_letter(decision, day=clock.today(), proof_due_on=proof_due_on, by=by)
    return _Finished(decision, kind, title, content, proof_due_on)


def preview_letter(decision: Decision, *, by: Any) -> tuple[str, bytes]:
    """(title, PDF) of a prepared decision's letter; it is not kept. Raises Refused as the release would."""
    letter = _letter(decision, by=by)
    return letter.title, letter.content


def release(decision: Decision, *, by: Any, seen: int | None = None) -> Decision:
    """Release one prepared decision; see `release_together`."""
    [done] = release_together([decision], by=by, seen={} if seen is None else {decision.pk: seen})
    return done


def release_together(
    decisions: Iterable[Decision], *, by: Any, seen: Mapping[int, int] | None = None
) -> list[Decision]:
    """Release prepared decisions in one transaction: letters, states, money and grants, mails as drafts.

    The letters are made before the transaction (no PDF under a lock); if a case changes meanwhile, they are made
    again. `seen` holds the version of each decision as the person read it. Raises Refused (already released, no longer
    prepared, changed since it was read, a pot does not suffice, provisional budget, letterhead incomplete) and
    PermissionDenied, and then nothing of it has happened for any of them.
    """
    wanted = sorted({decision.pk for decision in decisions})
    if not wanted:
        raise Refused(_("Please choose at least one decision."))
    for _attempt in range(TRIES):
        fresh = list(Decision.objects.with_case().filter(pk__in=wanted).order_by("application", "pk"))
        if len(fresh) != len(wanted):
            raise Refused(_("This decision was taken back. Nothing was sent."))
        for decision in fresh:
            _assert_unchanged(decision, seen or {}, of=fresh)
            if not policies.may_decide(decision.application, by):
                raise PermissionDenied("only the decider, and never who checked the case")
        letters = []
        for decision in fresh:
            with _named(decision, of=fresh):
                letters.append(_letter(decision, by=by))
        try:
            return _release(letters, by=by)
        except Stale:
            continue
    raise Stale


@contextmanager
def _named(decision: Decision, *, of: list[Decision]) -> Iterator[None]:
    """Of several decisions a refusal says which one it is about."""
    try:
        yield
    except Stale:
        raise
    except Refused as refusal:
        if len(of) == 1:
            raise
        values = {"number": decision.application.file_number, "sentence": str(refusal)}
        raise Refused(_("%(number)s: %(sentence)s Nothing was released.") % values) from None


def _assert_unchanged(decision: Decision, seen: Mapping[int, int], *, of: list[Decision]) -> None:
    with _named(decision, of=of):
        if decision.is_released:
            raise Refused(_("This decision was already released."))
        if seen.get(decision.pk, decision.version) != decision.version:
            raise Refused(_("Somebody else changed this decision in the meantime. Please read it again."))


@writes
def _release(letters: list[_Finished], *, by: Any) -> list[Decision]:
    read = [letter.decision for letter in letters]
    # In the order of their numbers, so that two people who release at once wait for each other and never for ever.
    cases = [lock(decision.application, version=decision.application.version) for decision in read]
    found = Decision.objects.select_for_update(of=("self",)).in_bulk([decision.pk for decision in read])
    if any(decision.pk not in found or found[decision.pk].version != decision.version for decision in read):
        raise Stale
    for decision in read:
        _assert_unchanged(found[decision.pk], {}, of=read)
    pairs = [(found[decision.pk], case) for decision, case in zip(read, cases, strict=True)]
    for decision, application in pairs:
        with _named(decision, of=read):
            assert_may_decide(application, by)
            assert_proofs_are_in(application, decision.kind, found[decision.pk].overrule_reason)
    _assert_money(pairs, by=by)
    done = []
    for (decision, application), letter in zip(pairs, letters, strict=True):
        with _named(decision, of=read):
            done.append(_release_one(decision, application, letter, by=by))
    return done


def _assert_money(pairs: list[tuple[Decision, Application]], *, by: Any) -> None:
    """Every pot suffices for all its awards together; what is held for them counts as free."""
    wanted: dict[BudgetYear, int] = {}
    held: dict[BudgetYear, int] = {}
    for decision, application in pairs:
        if decision.kind == Decision.Kind.AWARD:
            year = money.pot_of(application, by=by)
            wanted[year] = wanted.get(year, 0) + decision.amount_cents
            held[year] = held.get(year, 0) + money.reserved_cents(application)
    for year in sorted(wanted, key=lambda year: year.pk):
        free = money.lock_year(year).balances.free_cents + held[year]
        if free < wanted[year]:
            figures = {"free": free, "wanted": wanted[year], "short": wanted[year] - free}
            raise Refused(
                _(
                    "The pot of %(year)s does not suffice: %(free)s are free for this, %(wanted)s are needed, "
                    "%(short)s are missing. Nothing was released."
                )
                % {"year": year.year, **{name: format_eur(cents) for name, cents in figures.items()}}
            )


def _release_one(decision: Decision, application: Application, finished: _Finished, *, by: Any) -> Decision:
    application = perform(application, "award" if decision.kind == Decision.Kind.AWARD else "reject", by=by)
    letter = issue_letter(
        application,
        finished.kind,
        title=finished.title,
        content=finished.content,
        facts={
            "cents": decision.amount_cents,
            "requested_cents": application.evaluate().requested_cents,
            "until": finished.proof_due_on.isoformat(),
        },
        by=by,
    )
    if decision.kind == Decision.Kind.AWARD:
        money.award(
            application,
            cents=decision.amount_cents,
            letter=letter,
            proof_due_on=finished.proof_due_on,
            by=by,
            plan=admitted_plan(application),
        )
    decision.application, decision.letter = application, letter
    decision.released_by, decision.released_at = by, clock.now()
    save_with_history(decision, by=by, reason="release")
    record(decision.municipality_id, "decision.release", decision, by=by, details={"letter": letter.sha256})
    outbox.post(
        "decision",
        to=recipients(application),
        about=letter,  # sending this mail is what provides the letter for download
        text=lambda: documents.decision_mail(decision, letter),
        draft=True,
    )
    return decision
