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
from review.checklist import Point, points
from review.models import CheckResult, ConceptFit, CostCut, cuts_of, facts_mark

IN_CHECK = (State.SUBMITTED, State.INCOMPLETE)


def _lock_for_check(application: Application, *, by: Any, version: int | None = None) -> Application:
    """The case as it is now, for the officer who checks it. Raises Refused when it is not in the check (any more)."""
    fresh = lock(application, version=version)
    if not policies.may_check(fresh, by):
        raise PermissionDenied("only the officer checks")
    if fresh.state == State.WITHDRAWN:
        raise Refused(_("This application was withdrawn meanwhile. What you typed was not saved."))
    if fresh.state not in IN_CHECK:
        raise Refused(_("This application is not in the formal check."))
    fresh.worked_on(by)
    return fresh


@writes
def check(
    application: Application,
    results: Mapping[str, tuple[str, str]],
    *,
    by: Any,
    fit: tuple[str, str] | None = None,
    seen: Mapping[str, str] | None = None,
) -> Application:
    """Write the officer's answers to the checklist: item -> (result, note). Unknown items raise ValueError.

    What the machine found and suggested is kept beside each answer. `fit` is the fit with the concept and its sentence.
    `seen` is item (and "fit") -> stamp of the answer the page was made from ("" for none). Raises Stale when somebody
    else answered one of these points otherwise since; Refused when the case is not in the formal check, and for "not in
    order" or an overruled finding without a note.
    """
    fresh = _lock_for_check(application, by=by)
    found = {point.code: point for point in points(fresh, clock.today())}
    if unknown := [item for item in results if item not in found]:
        raise ValueError(f"unknown points of the checklist: {unknown}")
    known = {result.item: result for result in fresh.check_results.all()}
    for item, (result, note) in results.items():
        entry = known.get(item)
        same = entry is not None and (entry.result, entry.note) == (result, note.strip())
        if seen is not None and not same and seen.get(item, "") != (entry.stamp if entry else ""):
            raise Stale
        if (sentence := wants_note(found[item].suggestion, result, note)) is not None:
            raise Refused(sentence)
        if entry is None or not same or entry.is_stale:  # who looked at it first stays on record
            _write_answer(entry, fresh, found[item], result, note.strip(), by=by)
    if fit is not None:
        _state_fit(fresh, *fit, by=by, seen=None if seen is None else seen.get("fit", ""))
    fresh.version += 1
    save_with_history(fresh, by=by, reason="check")
    details = {"results": {item: list(answer) for item, answer in results.items()}}
    record(fresh.municipality_id, "application.check", fresh, by=by, details=details)
    return fresh


def wants_note(suggestion: str, result: str, note: str) -> Any:
    """The sentence that asks for a note where one is missing, else None.

    "Not in order" says what is wrong, unless the machine has said it; who overrules the machine says why.
    """
    if note.strip() or result == suggestion:
        return None
    if result == CheckResult.Result.NO:
        return _("Please say what is not in order.")
    return _("You decide otherwise than the machine suggests. Please say why.") if suggestion else None


def _write_answer(
    entry: CheckResult | None, application: Application, point: Point, result: str, note: str, *, by: Any
) -> None:
    entry = entry or CheckResult(municipality_id=application.municipality_id, application=application, item=point.code)
    entry.result, entry.note, entry.checked_by, entry.checked_at = result, note, by, clock.now()
    entry.suggestion, entry.mark = point.suggestion, facts_mark(application, point.code)
    entry.findings = [str(finding.text) for finding in point.findings]
    save_with_history(entry, by=by, reason="check")


def _state_fit(application: Application, value: str, sentence: str, *, by: Any, seen: str | None) -> None:
    """How the project fits the concept, in one of the programme's words, with a sentence."""
    if value not in application.programme.concept_fit:
        raise ValueError(f"unknown fit: {value}")
    if not sentence.strip():
        raise Refused(_("Please say in a sentence how the project fits the concept."))
    entry = application.concept_fits.first()
    if entry is not None and (entry.value, entry.sentence) == (value, sentence.strip()):
        return  # who said it first stays on record
    if seen is not None and seen != (entry.stamp if entry else ""):
        raise Stale
    entry = entry or ConceptFit(municipality_id=application.municipality_id, application=application)
    entry.value, entry.sentence, entry.stated_by, entry.stated_at = value, sentence.strip(), by, clock.now()
    save_with_history(entry, by=by, reason="concept fit")


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
