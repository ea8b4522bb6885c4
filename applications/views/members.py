"""Who may work for an organisation: the list, the invitation and its link, rights and leaving."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applications import operations, policies
from applications.forms import InvitationForm, RightForm
from applications.models import Invitation, Membership, Organisation
from funding.gate import Refused


def _own(request: HttpRequest, pk: int) -> Organisation:
    return get_object_or_404(Organisation.objects.filter(memberships__user=request.user.pk), pk=pk)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who may work for this organisation and every open invitation; below it the way to invite."""
    organisation = _own(request, pk)
    may_invite = policies.may_invite(organisation, request.user)
    if request.method == "POST" and not may_invite:
        raise PermissionDenied
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invite(request, organisation, form):
        return redirect("applications:members", organisation.pk)
    context = {
        "organisation": organisation,
        "form": form,
        "members": organisation.memberships.select_related("user").order_by("user__name", "pk"),
        "invitations": organisation.invitations.open(),
        "may_invite": may_invite,
    }
    return render(request, "applications/member_list.html", context)


def _invite(request: HttpRequest, organisation: Organisation, form: InvitationForm) -> bool:
    try:
        invitation = operations.invite(organisation, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Invited: %s. The link in the mail is good for two weeks.") % invitation.email)
    return True


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """What the link opens: who invites to what, and one button; every reason why not has its sentence."""
    found = Invitation.objects.select_related("organisation", "invited_by").filter(key=key).first()
    if found is None:
        messages.warning(request, _("There is no such invitation. Please open the link as it stands in the mail."))
        return redirect("home")
    target = reverse("applications:invitation", args=[key])
    if request.method == "POST" and not request.user.is_authenticated:
        return redirect(f"{reverse('sign-in')}?{urlencode({'next': target})}")
    sentence = operations.refusal_of(found, request.user)
    if request.method == "POST":
        try:
            operations.accept_invitation(found, by=request.user)
        except Refused as refusal:
            sentence = refusal
        else:
            messages.success(request, _("You now work on the applications of %s.") % found.organisation)
            return redirect("applications:list")
    context = {"invitation": found, "refusal": sentence, "target": target}
    return render(request, "applications/invitation.html", context)


@login_required
@require_POST
def revoke_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        Invitation.objects.select_related("organisation").filter(organisation__memberships__user=request.user.pk), pk=pk
    )
    _try(request, _("Taken back: %s") % found.email, operations.revoke_invitation, found)
    return redirect("applications:members", found.organisation_id)


@login_required
@require_http_methods(["GET", "POST"])
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """What one person may do: change it."""
    found = _membership(request, pk)
    if not policies.may_invite(found.organisation, request.user):
        raise PermissionDenied
    form = RightForm(request.POST or None, initial={"right": found.right})
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_right(found, form.cleaned_data["right"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved: %s") % found.user)
            return redirect("applications:members", found.organisation_id)
    context = {
        "title": str(found.user),
        "lead": str(found.organisation),
        "form": form,
        "cancel_url": reverse("applications:members", args=[found.organisation_id]),
    }
    return render(request, "_form_page.html", context)


@login_required
@require_POST
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody out; people may always leave by themselves."""
    found = _membership(request, pk)
    _try(request, _("No longer in the list: %s") % found.user, operations.remove_member, found)
    left = found.user_id == request.user.pk and not found.organisation.memberships.filter(user=found.user_id).exists()
    return redirect("applications:list") if left else redirect("applications:members", found.organisation_id)


def _membership(request: HttpRequest, pk: int) -> Membership:
    own = Organisation.objects.filter(memberships__user=request.user.pk)
    return get_object_or_404(Membership.objects.select_related("organisation", "user"), pk=pk, organisation__in=own)


def _try(request: HttpRequest, done: str, operation: Any, *args: Any) -> None:
    try:
        operation(*args, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
