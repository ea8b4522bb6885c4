"""How much of a file is let in: what is too large is thrown away while it arrives, never held in memory or on disk."""

import io
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class TooLarge(UploadedFile):
    """What is left of a file that was not let in: its name, its size, and why ("large" or "together")."""

    def __init__(self, *, reason: str, **about: Any) -> None:
        super().__init__(file=io.BytesIO(), **about)
        self.reason = reason


class QuotaHandler(TemporaryFileUploadHandler):
    """Writes files up to the allowed size to the disk. A request whose declared length is too large keeps no byte."""

    reason = ""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any) -> None:
        self.overall = content_length > settings.UPLOAD_MAX_REQUEST_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.reason = "together" if self.overall else ""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if not self.reason and start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            self.reason = "large"
            self.file.truncate(0)
        if not self.reason:
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self.reason:
            return super().file_complete(file_size)
        self.file.close()
        about = {"name": self.file_name, "content_type": self.content_type, "size": file_size, "charset": self.charset}
        return TooLarge(reason=self.reason, **about)


def too_large(file: UploadedFile) -> str:
    """Why a file that arrived is too large ("large" or "together"), or nothing."""
    if isinstance(file, TooLarge):
        return file.reason
    return "large" if file.size is None or file.size > settings.UPLOAD_MAX_BYTES else ""
