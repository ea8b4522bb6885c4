"""Verbs of the formal check: the answers to the checklist, costs that are admitted only in part."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Submission
from applications.workflow import State
from funding import clock
from funding.gate import Refused, Stale, lock, record, save_with_history, writes
from funding.money import format_eur
from review import policies
from review.models import CheckResult, CostCut, cuts_of

IN_CHECK = (State.SUBMITTED, State.INCOMPLETE)


def _lock_for_check(application: Application, *, by: Any, version: int | None = None) -> Application:
    """The case as it is now, for the officer who checks it. Raises Refused when it is not in the check (any more)."""
    fresh = lock(application, version=version)
    if not policies.may_check(fresh, by):
        raise PermissionDenied("only the officer checks")
    if fresh.state not in IN_CHECK:
        raise Refused(_("This application is not in the formal check."))
    return fresh


@writes
def check(
    application: Application, results: dict[str, tuple[str, str]], *, by: Any, version: int | None = None
) -> Application:
    """Write the officer's answers to the checklist: item -> (result, note). Unknown items raise ValueError.

    Raises Stale, or Refused when the case is no longer in the formal check, or for "not in order" without a note.
    """
    fresh = _lock_for_check(application, by=by, version=version)
    for item, (result, note) in results.items():
        if item not in fresh.programme.checklist:
            raise ValueError(f"unknown point of the checklist: {item}")
        if result == CheckResult.Result.NO and not note.strip():
            raise Refused(_("Please say what is not in order."))
        entry = CheckResult.objects.filter(application=fresh, item=item).first() or CheckResult(
            municipality_id=fresh.municipality_id, application=fresh, item=item
        )
        if entry.pk and (entry.result, entry.note) == (result, note):
            continue  # who looked at it first stays on record
        entry.result, entry.note, entry.checked_by, entry.checked_at = result, note, by, clock.now()
        save_with_history(entry, by=by, reason="check")
    fresh.version += 1
    save_with_history(fresh, by=by, reason="check")
    record(fresh.municipality_id, "application.check", fresh, by=by, details={"results": results})
    return fresh


def cuts_mark(application: Application) -> str:
    """Changes with every cut and every submission: what a page of the cuts was made from."""
    last = application.submissions.order_by("-number").first()
    cuts = [f"{cut.line}:{cut.admitted_cents}:{cut.cut_at.timestamp()}" for cut in cuts_of(application).values()]
    return ",".join([str(last.number if last else 0), *cuts])


@writes
def cut_costs(
    application: Application, cuts: Mapping[int, tuple[int, str]], *, by: Any, seen: str | None = None
) -> Application:
    """Admit less of some cost lines: line -> (admitted cents, reason); lines that are not named are admitted whole.

    `seen` is the `cuts_mark` the page was made from. Raises Stale when somebody else cut meanwhile, or Refused: not in
    the formal check, above the planned amount, without a reason; ValueError for a line that is not there.
    """
    fresh = _lock_for_check(application, by=by)
    if seen is not None and seen != cuts_mark(fresh):
        raise Stale
    last = fresh.submissions.order_by("-number").first()
    if last is None:
        raise Refused(_("Nothing was sent in yet whose costs could be cut."))
    costs, before = list(fresh.costs.all()), cuts_of(fresh)
    if unknown := [line for line in cuts if not 0 <= line < len(costs)]:
        raise ValueError(f"unknown lines of the plan: {unknown}")
    named = {line: costs[line].amount_cents for line in cuts}
    for line, planned in named.items():
        _assert_cut(planned, *cuts[line])
    for cut in CostCut.objects.filter(submission=last):
        if named.get(cut.line) != cut.planned_cents or cuts[cut.line][0] == cut.planned_cents:
            cut._history_user, cut._change_reason = by, "admitted whole"  # type: ignore[attr-defined]
            cut.delete()
    for line, (cents, reason) in cuts.items():
        if cents < named[line]:
            _write_cut(before.get(line), last, line, named[line], cents, reason.strip(), by=by)
    fresh.version += 1
    save_with_history(fresh, by=by, reason="cut costs")
    details = {"cuts": {str(line): list(cut) for line, cut in cuts.items()}}
    record(fresh.municipality_id, "application.cut", fresh, by=by, details=details)
    return fresh


def _assert_cut(planned_cents: int, cents: int, reason: str) -> None:
    if not 0 <= cents <= planned_cents:
        raise Refused(_("At most the planned %s can be admitted.") % format_eur(planned_cents))
    if cents < planned_cents and not reason.strip():
        raise Refused(_("Please say why less is admitted. The reason stands in the letter."))


def _write_cut(
    cut: CostCut | None, last: Submission, line: int, planned_cents: int, cents: int, reason: str, *, by: Any
) -> None:
    if cut is not None and (cut.admitted_cents, cut.reason) == (cents, reason):
        return  # who cut it first stays on record
    cut = cut or CostCut(municipality_id=last.municipality_id, submission=last, line=line, planned_cents=planned_cents)
    cut.admitted_cents, cut.reason, cut.cut_by, cut.cut_at = cents, reason, by, clock.now()
    save_with_history(cut, by=by, reason="cut")
