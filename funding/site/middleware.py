"""Requests no page of ours would send, the language of staff, the answer Django gives without a page, small pages."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils import translation

from funding.languages import is_staff
from funding.site.links import page_of

GetResponse = Callable[[HttpRequest], HttpResponse]


class Utf8Request(WSGIRequest):
    """Every page of ours is UTF-8: whatever character set a header names, text is read as that."""

    encoding = property(lambda self: None, lambda self, value: None)


class Utf8Handler(WSGIHandler):
    """The web server's way in."""

    request_class = Utf8Request


def without_null_cookies(get_response: GetResponse) -> GetResponse:
    """Leave out cookies with a null character: no browser keeps one, and PostgreSQL refuses to look for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return get_response(request)

    return middleware


def with_a_way_back(get_response: GetResponse) -> GetResponse:
    """After an ended session: lead back to the page with the form or button, whose own address may have no page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and response.get("Location") == redirect_to_login(request.get_full_path()).url:
            response["Location"] = redirect_to_login(page_of(request)).url
        return response

    return middleware


def in_a_language_of_staff(get_response: GetResponse) -> GetResponse:
    """Show people with a role the German page where their language has no texts for staff."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if translation.get_language() not in settings.STAFF_LANGUAGES and is_staff(request.user):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
        return get_response(request)

    return middleware


def with_a_page_for_wrong_methods(get_response: GetResponse) -> GetResponse:
    """Say something where Django answers with an empty page: an address that only takes a button was opened.

    That is where somebody lands who pressed the button after their session had ended and then signed in again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            response.content = render_to_string("405.html", request=request).encode()
        return response

    return middleware


class SmallPages(GZipMiddleware):
    """Compress pages; what is compressed already (PDFs, pictures) goes out as it is.

    Django pads every answer with a random length, so that its size tells nothing of the secrets in it (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("text/"):
            return response
        return super().process_response(request, response)
