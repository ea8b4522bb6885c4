"""Who of the staff works on a case: assign and hand over, declare bias, take a declaration back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications.models import Application, StaffBias
from funding.gate import Refused
from funding.models import User
from funding.policies import STAFF, Role
from review import operations, policies
from review.forms import AssignForm, StaffBiasForm, WithdrawBiasForm
from review.views.desk import GET_POST, visible_case


@login_required
@require_http_methods(GET_POST)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a case, or hand it over to a colleague with a note."""
    application = visible_case(request, pk)
    officers = _who_can(application, Role.OFFICER)
    chosen = application.assigned_to_id or request.user.pk
    form = AssignForm(
        request.POST or None, officers=officers, initial={"officer": chosen, "version": application.version}
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.assign(application, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%s works on it now.") % form.cleaned_data["officer"])
            return redirect("case", pk)
    lead = _("Whoever is responsible finds the case among their tasks. Every officer can still open it.")
    return _form(request, application, form, _("Who works on it"), lead, _("Save"))


def _who_can(application: Application, *roles: str) -> QuerySet[User]:
    """Who has one of these roles in the town, and neither belongs to the group nor declared bias."""
    found = User.objects.with_role(application.municipality_id, *roles)
    found = found.exclude(pk__in=application.biases.filter(withdrawn_at=None).values("user"))
    return found.exclude(pk__in=application.organisation.memberships.values("user"))


@login_required
@require_http_methods(GET_POST)
def declare_bias(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody who works for the town steps back from a case; a colleague takes over."""
    user: Any = request.user
    application = get_object_or_404(Application.objects.visible_to(user).with_parties(), pk=pk)
    if not policies.may_declare_bias(application, user):
        raise PermissionDenied
    shared = user.roles_in(application.municipality_id) & set(STAFF)
    deputies = _who_can(application, *shared).exclude(pk=user.pk)
    form = StaffBiasForm(request.POST or None, deputies=deputies)
    if request.method == "POST" and form.is_valid():
        try:
            operations.declare_bias(application, by=user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted. You no longer work on this case and do not see its file."))
            return redirect("case", pk)
    lead = _(
        "You or people close to you could gain or lose by this case (§§ 20, 21 VwVfG)? Then step back from it. "
        "You lose its file in every role; only a colleague can take that back."
    )
    return _form(request, application, form, _("I am biased"), lead, _("Step back from this case"))


@login_required
@require_http_methods(GET_POST)
def withdraw_bias(request: HttpRequest, pk: int) -> HttpResponse:
    """A colleague's declaration was a mistake, or its ground is gone."""
    visible = Application.objects.visible_to(request.user)
    entries = StaffBias.objects.filter(application__in=visible).select_related("application__organisation", "user")
    entry = get_object_or_404(entries, pk=pk)
    if not policies.may_withdraw_bias(entry, request.user):
        raise PermissionDenied
    form = WithdrawBiasForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.withdraw_bias(entry, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%s may work on this case again.") % entry.user)
            return redirect("case", entry.application_id)
    lead = _("%(name)s declared: “%(reason)s”") % {"name": entry.user, "reason": entry.reason}
    return _form(request, entry.application, form, _("Take back a declaration of bias"), lead, _("Take it back"))


def _form(
    request: HttpRequest, application: Application, form: Any, title: str, lead: str, submit_label: str
) -> HttpResponse:
    context = {
        "title": f"{title}: {application}",
        "lead": lead,
        "form": form,
        "submit_label": submit_label,
        "cancel_url": reverse("case", args=[application.pk]),
    }
    return render(request, "_form_page.html", context)
