"""Beginning an application: for oneself with what was answered before signing in, or for one that came on paper."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applications import operations, policies
from applications.forms import StartForm
from applications.models import Application, Organisation
from applications.views.beginning import Beginning
from applications.workflow import State
from funding import clock
from funding.models import Programme
from funding.policies import is_officer

WRITERS = ("edit", "submit")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest, programme_pk: int) -> HttpResponse:
    """Begin a draft; who pressed "start" before signing in and has nothing to choose from gets it at once."""
    programme = get_object_or_404(Programme.objects.select_related("municipality"), pk=programme_pk)
    if not policies.may_start(programme, request.user):
        raise PermissionDenied
    organisations = _organisations(programme, request.user)
    data = request.POST if request.method == "POST" else request.POST or None
    if is_officer(programme, request.user):
        form = StartForm(data, organisations=organisations)
        if request.method == "POST" and form.is_valid():
            return _begin(request, programme, form.cleaned_data["organisation"], {"paper": True})
        return _page(request, programme, form, has_choice=organisations.exists(), paper=True)
    beginning = Beginning(request, programme)
    drafts = _drafts(programme, request.user)
    has_choice = organisations.exists()
    at_once = beginning.wanted and request.method == "GET" and not programme.missing_for_round()
    if at_once and not has_choice and not drafts:
        return _begin(request, programme, None, beginning.for_draft())
    form = StartForm(data, organisations=organisations, initial={"organisation": _likely(organisations, beginning)})
    if request.method == "POST" and form.is_valid():
        return _begin(request, programme, form.cleaned_data["organisation"], beginning.for_draft())
    return _page(request, programme, form, has_choice=has_choice, drafts=drafts, idea=beginning.idea)


def _begin(
    request: HttpRequest, programme: Programme, organisation: Organisation | None, answers: dict[str, Any]
) -> HttpResponse:
    application = operations.start(programme, by=request.user, organisation=organisation, **answers)
    Beginning(request, programme).clear()
    if answers.keys() - {"paper", "short"}:
        messages.success(request, _("What you have told us already stands in your application."))
    return redirect("applications:detail", application.pk)


def _organisations(programme: Programme, user: Any) -> QuerySet[Organisation]:
    """Whom this person may write for in this town; the officer for everybody."""
    named = Organisation.objects.filter(municipality=programme.municipality_id).exclude(name="").order_by("name", "pk")
    if is_officer(programme, user):
        return named
    return named.filter(memberships__user=user.pk, memberships__right__in=WRITERS)


def _likely(organisations: QuerySet[Organisation], beginning: Beginning) -> Organisation | None:
    """The organisation that is what the visitor said they are, or any when they did not say."""
    legal_form = beginning.answers.get("legal_form")
    return organisations.filter(legal_form=legal_form).first() if legal_form else organisations.first()


def _drafts(programme: Programme, user: Any) -> list[Application]:
    """What this person has begun here and not sent: perhaps they only want to go on with it."""
    mine = {"organisation__memberships__user": user.pk, "organisation__memberships__right__in": WRITERS}
    return list(Application.objects.filter(**mine, programme=programme, state=State.DRAFT).in_order()[:5])


def _page(request: HttpRequest, programme: Programme, form: StartForm, **more: Any) -> HttpResponse:
    context = {
        "programme": programme,
        "town": programme.municipality,
        "form": form,
        "missing": programme.missing_for_round(),
        "round": programme.rounds.open_on(clock.today()).first(),
        **more,
    }
    return render(request, "applications/application_start.html", context)
