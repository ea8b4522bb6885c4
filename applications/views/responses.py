"""Answers that are files: never cached, never guessed at by the browser."""

from typing import IO, TypeVar

from django.http import FileResponse, HttpResponse, HttpResponseBase

T = TypeVar("T", bound=HttpResponseBase)


def pdf(content: bytes, name: str) -> HttpResponse:
    """One of our own documents, shown in the browser."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return _guarded(response)


def attachment(file: IO[bytes], name: str, media_type: str) -> FileResponse:
    """Somebody else's file, only ever saved, never shown as part of this site."""
    return _guarded(FileResponse(file, as_attachment=True, filename=name, content_type=media_type))


def _guarded(response: T) -> T:
    response["X-Content-Type-Options"] = "nosniff"
    return response
