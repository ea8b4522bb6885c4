"""What follows a sign-in, sign-out, and the first administrator."""

from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from funding.gate import Refused
from funding.languages import remember
from funding.models import User
from funding.operations import set_up
from funding.site.forms import SetupForm
from funding.site.links import is_setup_token, safe_next


def enter(request: HttpRequest, user: User) -> HttpResponse:
    """Sign a person in, with a fresh session in their language, and lead them on."""
    target = safe_next(request)
    language = user.language
    login(request, user)
    response = redirect(target or "tasks")
    return remember(response, language)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("home")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The first town and its administrator; the page exists only while nobody is one."""
    if not is_setup_token(token):
        raise Http404
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = set_up(**form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            login(request, user)
            messages.success(request, _("The town is set up. Next: complete its letterhead and load a programme."))
            return redirect("tasks")
    context = {
        "title": _("Set up your town"),
        "lead": _("You become its administrator: you give roles and keep the settings, and decide about no case."),
        "form": form,
        "submit_label": _("Set up"),
    }
    return render(request, "_form_page.html", context)
