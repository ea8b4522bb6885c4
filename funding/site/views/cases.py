"""My tasks and the page of one case."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def tasks(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def case(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})
