"""The outbox and the audit log."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def outbox(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def message(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def message_discard(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def audit(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})
