"""Files that are too large: nothing of them is held, in memory or on disk."""

import io
import tracemalloc

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import RequestFactory

from funding.quota import TooLarge, too_large

MEGABYTE = 1024 * 1024


class Endless(io.RawIOBase):
    """The body of a form with one file of zeros, made while it is read."""

    HEAD = (
        b'--x\r\nContent-Disposition: form-data; name="chosen"; filename="film.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n"
    )
    TAIL = b"\r\n--x--\r\n"

    def __init__(self, size: int) -> None:
        self.parts, self.zeros = [self.HEAD, self.TAIL], size
        self.length = size + len(self.HEAD) + len(self.TAIL)

    def read(self, size: int = -1) -> bytes:
        if len(self.parts) == 2:
            return self.parts.pop(0)
        if self.zeros:
            size = min(size if size > 0 else MEGABYTE, self.zeros)
            self.zeros -= size
            return bytes(size)
        return self.parts.pop(0) if self.parts else b""


def received(size: int):
    body = Endless(size)
    request = RequestFactory().generic("POST", "/", b"x", content_type="multipart/form-data; boundary=x")
    request.META |= {"CONTENT_LENGTH": str(body.length), "wsgi.input": body}
    request._stream = body
    return request.FILES["chosen"]


def test_file_of_200_megabytes_is_let_by_without_being_held():
    tracemalloc.start()
    file = received(200 * MEGABYTE)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (file.name, file.size, file.read(), too_large(file)) == ("film.pdf", 200 * MEGABYTE, b"", "together")
    assert most < 5 * MEGABYTE


def test_file_above_the_limit_keeps_its_name_and_no_byte():
    file = received(10 * MEGABYTE + 1)

    assert (type(file), file.name, file.read(), too_large(file)) == (TooLarge, "film.pdf", b"", "large")


def test_file_of_just_the_limit_is_taken_whole():
    with received(10 * MEGABYTE) as file:
        assert (type(file), len(file.read()), too_large(file)) == (TemporaryUploadedFile, 10 * MEGABYTE, "")
