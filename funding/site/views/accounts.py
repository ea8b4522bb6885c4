"""Sign-in without a password, sign-out, and the first administrator."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from funding.gate import Refused
from funding.models import User
from funding.operations import set_up
from funding.site.forms import SetupForm, SignInForm
from funding.site.links import address_of, client_address, is_setup_token, safe_next, sign_in_token, use_sign_in
from funding.site.operations import count_sign_in, mail_sign_in

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a mail address and send a link; the answer is the same whether there is an account."""
    if request.user.is_authenticated:
        return redirect(safe_next(request) or "tasks")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        language = get_language() or "de"
        try:
            count_sign_in(email, client_address(request))
            mail_sign_in(email, _link(request, email), language=language)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "site/sign_in_sent.html", {"title": _("Look into your mails"), "email": email})
    context = {
        "title": _("Sign in"),
        "form": form,
        "submit_label": _("Send me a link"),
        "lead": _("You have no account yet? Enter your address all the same; the link makes one."),
    }
    return render(request, "_form_page.html", context)


def _link(request: HttpRequest, email: str) -> str:
    url = request.build_absolute_uri(reverse("sign-in-link", args=[sign_in_token(email)]))
    target = safe_next(request)
    return f"{url}?{urlencode({'next': target})}" if target else url


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, link: str) -> HttpResponse:
    """Confirm the link: only the button uses it up, so a mail scanner that follows links does not."""
    email = address_of(link)
    if email is None:
        return _used_up(request)
    if request.method == "POST":
        try:
            user = use_sign_in(link, language=get_language() or "de")
        except Refused:
            return _used_up(request)
        return enter(request, user)
    context = {"title": _("Sign in"), "email": email, "next": safe_next(request)}
    return render(request, "site/sign_in_link.html", context)


def _used_up(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("This link was already used or is older than half an hour. Please ask for a new one."))
    return redirect("sign-in")


def enter(request: HttpRequest, user: User) -> HttpResponse:
    """Sign a person in, with a fresh session in their language, and lead them on."""
    target = safe_next(request)
    language = user.language
    login(request, user, backend=BACKEND)
    response = redirect(target or "tasks")
    return remember_language(response, language)


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    """The language cookie of the person's own choice."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response


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
            login(request, user, backend=BACKEND)
            messages.success(request, _("The town is set up. Next: complete its letterhead and load a programme."))
            return redirect("tasks")
    context = {
        "title": _("Set up your town"),
        "lead": _("You become its administrator: you give roles and keep the settings, and decide about no case."),
        "form": form,
        "submit_label": _("Set up"),
    }
    return render(request, "_form_page.html", context)
