"""Pages everybody may read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.i18n import set_language as _set


def home(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def imprint(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def privacy(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def accessibility(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def set_language(request: HttpRequest) -> HttpResponse:
    return _set(request)


def programme(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})
