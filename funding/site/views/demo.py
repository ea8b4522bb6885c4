"""The demo's own pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def people(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def mail(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})
