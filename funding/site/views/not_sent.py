"""A page that was open before its person signed in again, and was then sent: nothing is done, nothing typed is lost."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.views import stash
from funding.kept import keep
from funding.site.links import page_of

SECTION = "applications:edit"


def not_sent(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form without the present token: lead back to the form, with everything that was typed.

    Only what a page of ours sent is kept, and no view acts on it: the answers of a section wait for the person whose
    page it was (its signed mark says so), everything else comes back into its form to be sent once more.
    """
    if not _is_from_a_page_of_ours(request):
        return render(request, "403_csrf.html", status=403)
    match = request.resolver_match
    if match is not None and match.view_name == SECTION and stash.put(request, **match.kwargs):
        return redirect(request.get_full_path())
    page = page_of(request)
    if keep(request, page, sent_before=False):
        said = _("This was not sent, because you signed in again meanwhile. Your input is still here: send it again.")
    else:
        said = _("This was not done, because you signed in again meanwhile. Please press the button again.")
    messages.warning(request, said)
    return redirect(page)


def _is_from_a_page_of_ours(request: HttpRequest) -> bool:
    """A whole page of this site, in a browser that keeps cookies: another site's form must put nothing into ours."""
    sender = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    is_ours = (sender.scheme, sender.netloc) == (request.scheme, request.get_host())
    is_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" and "HX-Request" not in request.headers
    return is_ours and is_page and settings.CSRF_COOKIE_NAME in request.COOKIES
