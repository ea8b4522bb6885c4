"""Sign-in by a code of six digits: asked for with a mail address, mailed, good once and in one browser.

The accounts are looked at only when the right code has arrived, so nothing on the way tells whether there is one.
Codes, limits and the sign-in itself are django-allauth's; docs/decisions.md says why its own two views are not.
"""

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from funding import clock
from funding.gate import Refused
from funding.languages import remember
from funding.models import User
from funding.personal import read_link
from funding.site.forms import CodeForm, SignInForm
from funding.site.links import safe_next
from funding.site.operations import account_of, mail_code

CODE_SECONDS = 15 * 60
ASKED = "sign-in"  # key of the session: the address, when its code was sent, and the code's keyed hash


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a mail address and send it a code; the answer is the same whether there is an account."""
    if request.user.is_authenticated:
        return redirect(safe_next(request) or "tasks")
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _send_code(request, form.cleaned_data["email"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _to(request, "sign-in-code")
    context = {
        "title": _("Sign in"),
        "form": form,
        "submit_label": _("Send me a code"),
        "lead": _("We send you a mail with a code of six digits. You need no password."),
    }
    return render(request, "_form_page.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Type the code, or have a new one sent; whoever is signed in already is led on."""
    if request.user.is_authenticated:
        return redirect(safe_next(request) or "tasks")
    if ASKED not in request.session:
        if request.method == "POST":
            messages.warning(
                request, _("This code was already used, or another browser asked for it. Please ask for a new one.")
            )
        return _to(request, "sign-in")
    email = request.session[ASKED]["email"]
    # A personal link may have been passed on: whoever holds it does not learn the address from it.
    shown = masked(email) if request.session[ASKED].get("masked") else email
    if request.method == "POST" and "again" in request.POST:
        return _send_another(request, email)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = _who_knows(request, form.cleaned_data["code"])
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            del request.session[ASKED]
            response = perform_login(request, user, redirect_url=safe_next(request) or reverse("tasks"))
            return remember(response, user.language)
    context = {"title": _("Enter the code"), "form": form, "email": shown, "again_url": _address(request, "sign-in")}
    return render(request, "site/sign_in_code.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def personal(request: HttpRequest, token: str) -> HttpResponse:
    """A personal link of a mail: the code goes to the address it was made for, and then its page opens.

    Opening it sends nothing yet (mail programs look at links ahead of their readers) and signs nobody in.
    """
    account, target = read_link(token) or (0, "")
    user = User.objects.filter(pk=account, is_active=True).first()
    if user is None:
        messages.warning(request, _("This link does not work. Please sign in with your mail address."))
        return redirect("sign-in")
    if request.user.pk == user.pk:
        return redirect(target)
    problem = ""
    if request.method == "POST":
        logout(request)  # somebody else's tablet: what comes next is for the person the link is for
        try:
            _send_code(request, user.email, is_masked=True)
        except Refused as refusal:
            problem = str(refusal)
        else:
            return redirect(f"{reverse('sign-in-code')}?{urlencode({'next': target})}")
    context = {
        "title": _("Your personal link"),
        "email": masked(user.email),
        "other": request.user if request.user.is_authenticated else None,
        "problem": problem,
    }
    return render(request, "site/personal_link.html", context)


def masked(email: str) -> str:
    """An address its owner recognises and nobody else learns."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}…@{host}"


def _send_another(request: HttpRequest, email: str) -> HttpResponse:
    try:
        _send_code(request, email, is_masked=request.session[ASKED].get("masked", False))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("We have sent you a new code. The one before it no longer works."))
    return _to(request, "sign-in-code")


def _send_code(request: HttpRequest, email: str, *, is_masked: bool = False) -> None:
    """Mail a code and remember its hash in the session, in place of an earlier one. Raises Refused: limit, mail."""
    asked = ratelimit.consume(request, app="allauth.account", action="request_login_code", key=email)
    if asked is None:
        raise Refused(_("Too many codes were asked for. Please wait an hour, or look for the last mail we sent you."))
    code = get_adapter().generate_login_code()
    try:
        mail_code(email, code, language=get_language() or "de")
    except Refused:
        asked.rollback()
        raise
    at = clock.now().timestamp()
    request.session[ASKED] = {"email": email, "at": at, "hash": _hash(email, at, code), "masked": is_masked}


def _who_knows(request: HttpRequest, code: str) -> User:
    """The account of the address whose code this is, made if there is none. Raises Refused with what to do next."""
    asked = request.session[ASKED]
    if clock.now().timestamp() - asked["at"] > CODE_SECONDS:
        raise Refused(_("This code is older than 15 minutes. Please have a new one sent to you."))
    spent = Refused(_("After five wrong tries this code no longer works. Please have a new one sent to you."))
    if not _count_try(request):
        raise spent
    if constant_time_compare(_hash(asked["email"], asked["at"], code), asked["hash"]):
        user = account_of(asked["email"], language=get_language() or "de")
        if user.is_active:  # a closed account gets the answer a wrong code gets
            return user
    if not _count_try(request, dry_run=True):
        raise spent
    raise Refused(_("This is not the code we sent you last. Please compare it with the newest mail."))


def _count_try(request: HttpRequest, *, dry_run: bool = False) -> bool:
    """Whether the session's code may be tried; counted before it is compared, so that tries at the same time count."""
    key = request.session[ASKED]["hash"]
    app, action = "allauth.account", "confirm_login_code"
    return ratelimit.consume(request, app=app, action=action, key=key, dry_run=dry_run) is not None


def _hash(email: str, at: float, code: str) -> str:
    return salted_hmac("sign-in-code", f"{email} {at} {code}", algorithm="sha256").hexdigest()


def _address(request: HttpRequest, name: str) -> str:
    """A page of the sign-in, with where the person wants to go."""
    target = safe_next(request)
    return f"{reverse(name)}?{urlencode({'next': target})}" if target else reverse(name)


def _to(request: HttpRequest, name: str) -> HttpResponse:
    return redirect(_address(request, name))
