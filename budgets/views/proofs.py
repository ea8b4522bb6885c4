"""The usage proof: written by the group, checked line by line, settled with a preview of every step."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_fsm import TransitionNotAllowed

from budgets import operations, policies, rules
from budgets.documents.steps import step_text
from budgets.forms import CheckForm, ProofForm, SettleForm, receipts_of
from budgets.models import UsageProof
from funding.forms import renew_version
from funding.gate import Refused, Stale, carry_out
from funding.templatetags.show import eur_text
from funding.views import confirm_move


def _visible_proof(request: HttpRequest, pk: int) -> UsageProof:
    found = get_object_or_404(UsageProof.objects.visible_to(request.user).with_case(), pk=pk)
    if not policies.may_see_grant(found.grant, request.user):
        raise PermissionDenied
    request.town = found.municipality  # type: ignore[attr-defined]  # whose name stands in the frame
    return found


def _too_late(request: HttpRequest, proof: UsageProof) -> HttpResponse:
    messages.warning(request, _("This was already done, or the usage proof has moved on. Here is how it stands now."))
    return redirect("case", proof.grant.application_id)


def spent_sentence(spent_cents: int, planned_cents: int) -> str:
    """What was spent, beside the plan."""
    if not spent_cents:
        return _("Nothing is entered yet. Planned were %(planned)s.") % {"planned": eur_text(planned_cents)}
    amounts = {"spent": eur_text(spent_cents), "difference": eur_text(abs(spent_cents - planned_cents))}
    if spent_cents > planned_cents:
        return _("You spent %(spent)s, %(difference)s more than planned.") % amounts
    if spent_cents < planned_cents:
        return _("You spent %(spent)s, %(difference)s less than planned.") % amounts
    return _("You spent %(spent)s, exactly as planned.") % amounts


@login_required
@require_http_methods(["GET", "POST"])
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the usage proof while it is open; everybody else, and afterwards, reads it."""
    found = _visible_proof(request, pk)
    if not policies.may_write_proof(found, request.user):
        if request.method == "POST":
            raise PermissionDenied
        return _read(request, found)
    if not found.may_be_written():
        if request.method == "POST":
            return _too_late(request, found)
        return _read(request, found)
    form = ProofForm(request.POST or None, proof=found)
    receipts = receipts_of(found, request.POST or None)
    if request.method == "POST" and form.is_valid() and receipts.is_valid():
        try:
            operations.save_proof(
                found,
                by=request.user,
                version=form.cleaned_data["version"],
                answers=form.answers,
                spent=form.spent,
                input_tax=form.input_tax,
                receipts=receipts.rows,
            )
        except Stale:
            renew_version(form, UsageProof.objects.values_list("version", flat=True).get(pk=pk))
            form.add_error(
                None,
                _("Somebody saved something here while you were writing. Your answers are still below: save again."),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _saved(request, found)
    return _write_page(request, found, form, receipts)


def _saved(request: HttpRequest, proof: UsageProof) -> HttpResponse:
    if "hand-in" in request.POST:
        return redirect("budgets:proof-submit", proof.pk)
    messages.success(request, _("Saved. You can go on whenever you like."))
    place = "#receipts" if "add-receipts" in request.POST else ""
    return redirect(reverse("budgets:proof", args=[proof.pk]) + place)


def _write_page(request: HttpRequest, proof: UsageProof, form: ProofForm, receipts: Any) -> HttpResponse:
    grant = proof.grant
    by_category: dict[str, int] = {}
    for row in proof.receipts.select_related("category"):
        by_category[row.category.name] = by_category.get(row.category.name, 0) + row.amount_cents
    context = {
        "proof": proof,
        "grant": grant,
        "form": form,
        "receipts": receipts,
        "formsets": [receipts],
        "receipt_sums": list(by_category.items()),
        "receipts_cents": sum(by_category.values()),
        "sentence": spent_sentence(proof.spent_cents, grant.planned_cost_cents),
        "goals": grant.application.goals,
        "planned": grant.application,
        "may_hand_in": policies.may_report(proof, request.user),
    }
    return render(request, "budgets/usageproof_applicant.html", context)


def _facts_sentence(proof: UsageProof) -> str:
    """The same for whoever reads or checks it."""
    spent, planned = proof.spent_cents, proof.grant.planned_cost_cents
    amounts = {"spent": eur_text(spent), "difference": eur_text(abs(spent - planned))}
    if spent > planned:
        return _("%(spent)s were spent, %(difference)s more than planned.") % amounts
    if spent < planned:
        return _("%(spent)s were spent, %(difference)s less than planned.") % amounts
    return _("%(spent)s were spent, exactly as planned.") % amounts


def _read(request: HttpRequest, proof: UsageProof) -> HttpResponse:
    lines = list(proof.lines.select_related("category"))
    context = {
        "proof": proof,
        "grant": proof.grant,
        "lines": lines,
        "is_checked": any(line.admitted_cents is not None for line in lines),
        "receipts": proof.receipts.select_related("category"),
        "sentence": _facts_sentence(proof),
        "settlement": proof.settlements.select_related("letter").defer("letter__content").first(),
        "steps": _steps_of(proof),
        "moves": proof.moves_for(request.user),
    }
    return render(request, "budgets/usageproof.html", context)


def _steps_of(proof: UsageProof) -> list[str]:
    settlement = proof.settlements.first()
    return [step_text(code, cents) for code, cents in settlement.steps] if settlement else []


@login_required
@require_POST
def proof_sum(request: HttpRequest, pk: int) -> HttpResponse:
    """The sentence that follows the typing; nothing is saved."""
    found = _visible_proof(request, pk)
    if not policies.may_write_proof(found, request.user):
        raise PermissionDenied
    form = ProofForm(request.POST, proof=found)
    form.is_valid()
    sentence = spent_sentence(max(0, sum(form.spent.values())), found.grant.planned_cost_cents)
    return render(request, "budgets/_spent.html", {"sentence": sentence})


@login_required
@require_http_methods(["GET", "POST"])
def proof_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Look once more at what was entered, and hand it in."""
    found = _visible_proof(request, pk)
    if not policies.may_report(found, request.user):
        raise PermissionDenied
    if not found.may_be_written():
        return _too_late(request, found)
    form = SettleForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            carry_out(found, "submit", by=request.user, version=form.cleaned_data["version"])
        except TransitionNotAllowed:
            return _too_late(request, found)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. We have your usage proof, check it and write to you."))
            return redirect("case", found.grant.application_id)
    lines = list(found.lines.select_related("category"))
    context = {
        "form": form,
        "proof": found,
        "lines": lines,
        "sentence": spent_sentence(found.spent_cents, found.grant.planned_cost_cents),
        "cancel_url": reverse("budgets:proof", args=[pk]),
    }
    return render(request, "budgets/usageproof_submit.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def proof_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Admit the amount of every line; what exceeds the tolerance is marked and lowered beforehand."""
    found = _visible_proof(request, pk)
    if not policies.may_check(found, request.user):
        raise PermissionDenied
    if "finish_check" not in found.moves():
        return _too_late(request, found)
    percent = found.grant.application.programme.category_tolerance_percent
    form = CheckForm(request.POST or None, proof=found, tolerance_percent=percent)
    if request.method == "POST" and form.is_valid():
        try:
            operations.check_proof(found, by=request.user, version=form.cleaned_data["version"], admitted=form.admitted)
        except TransitionNotAllowed:
            return _too_late(request, found)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The check is finished. Now the decider settles."))
            return redirect("case", found.grant.application_id)
    context = {
        "proof": found,
        "grant": found.grant,
        "form": form,
        "percent": percent,
        "receipts": found.receipts.select_related("category"),
        "moves": [move for move in found.moves_for(request.user) if move.name == "return_with_questions"],
        "sentence": _facts_sentence(found),
    }
    return render(request, "budgets/usageproof_check.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Every step of the calculation in words, and the act."""
    found = _visible_proof(request, pk)
    if not policies.may_settle(found, request.user):
        raise PermissionDenied
    if "settle" not in found.moves():
        return _too_late(request, found)
    prefetch_related_objects([found], "lines__category", "grant__payments", "grant__repayments")
    outcome = operations.settlement_of(found)
    consequence = operations.consequence_of(found, outcome)
    form = SettleForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            operations.settle(found, by=request.user, version=form.cleaned_data["version"])
        except TransitionNotAllowed:
            return _too_late(request, found)
        except Stale as stale:
            messages.warning(request, str(stale))
            return redirect("budgets:settle", pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Settled. The letter is made; its mail waits in the outbox."))
            return redirect("case", found.grant.application_id)
    move = found.grant.moves().get("settle")
    context = {
        "proof": found,
        "grant": found.grant,
        "form": form,
        "lines": found.lines.all(),
        "steps": [step_text(code, cents) for code, cents in outcome.steps],
        "outcome": outcome,
        "result": consequence_text(consequence),
        "hindrance": move.hindrance() if move else "",
        "cancel_url": reverse("case", args=[found.grant.application_id]),
    }
    return render(request, "budgets/settle.html", context)


def consequence_text(consequence: rules.Consequence) -> str:
    """What happens with the money once it is settled."""
    if consequence.rest_cents:
        return _("%(amount)s are still to be paid. The payment is asked for at once.") % {
            "amount": eur_text(consequence.rest_cents)
        }
    if consequence.claim_cents:
        return _("%(amount)s are to be paid back.") % {"amount": eur_text(consequence.claim_cents)}
    if consequence.not_pursued_cents:
        return _("%(amount)s too much were paid. The sum is so small that it is not claimed back.") % {
            "amount": eur_text(consequence.not_pursued_cents)
        }
    return _("Exactly this was paid. Nothing is left to pay or to get back.")


@login_required
@require_http_methods(["GET", "POST"])
def proof_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Any move of a usage proof; those with a page of their own lead there."""
    found = _visible_proof(request, pk)
    return confirm_move(request, found, name, back=reverse("case", args=[found.grant.application_id]))
