"""The officer's desk: which cases are theirs, asking for changes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from applications.models import Application
from applications.operations import recipients
from funding.gate import Refused
from review import operations, policies
from review.forms import ReturnForm

GET_POST = ["GET", "HEAD", "POST"]


def visible_case(request: HttpRequest, pk: int) -> Application:
    """The case, for the officer; 404 when it does not exist for this person, 403 when it is not theirs to check."""
    cases = Application.objects.visible_to(request.user).with_parties().with_plan()
    application = get_object_or_404(cases, pk=pk)
    if not policies.may_check(application, request.user):
        raise PermissionDenied
    return application


def too_late(request: HttpRequest, application: Application) -> HttpResponse:
    """The case has moved on since the page was loaded: say so and show how it stands."""
    messages.warning(request, _("This was already done, or the case has moved on. Here is how it stands now."))
    return redirect("case", application.pk)


@login_required
@require_http_methods(GET_POST)
def return_for_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for changes section by section; the mail can be read before, and waits in the outbox as a draft."""
    application = visible_case(request, pk)
    if request.method != "POST" and "return_for_changes" not in application.moves():
        return too_late(request, application)
    initial = {"version": application.version, "answer_by": operations.day_to_answer(application)}
    form = ReturnForm(request.POST or None, application=application, initial=initial)
    mail = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if "preview" in request.POST:
            words = {"reason": data["reason"], "answer_by": data["answer_by"]}
            mail = operations.preview_return(application, form.sections(), **words)
        elif _returned(request, application, form):
            return redirect("case", application.pk)
    context = {
        "application": application,
        "form": form,
        "mail": mail,
        "recipients": [address for address, _language in recipients(application)],
        "over": "return_for_changes" not in application.moves(),
    }
    return render(request, "review/application_return.html", context)


def _returned(request: HttpRequest, application: Application, form: ReturnForm) -> bool:
    """Ask for the changes; False, with the sentence in the form, when that is not possible (any more)."""
    data = form.cleaned_data
    try:
        operations.return_for_changes(
            application,
            form.sections(),
            by=request.user,
            reason=data["reason"],
            answer_by=data["answer_by"],
            version=data["version"],
        )
    except TransitionNotAllowed:
        form.add_error(
            None, _("The case has moved on meanwhile. Nothing was sent; what you typed still stands here to be copied.")
        )
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        # What was typed is shown again beside the case as it is now, and can be sent a second time.
        form.carry(version=Application.objects.get(pk=application.pk).version)
        return False
    messages.success(request, _("The application is open for changes. Its mail waits as a draft: please send it."))
    return True
