"""Sign-in, sign-out and the first administrator."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def sign_in(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def sign_in_link(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def sign_out(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})


def setup(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return render(request, "base.html", {"title": "…"})
