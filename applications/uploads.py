"""Files people hand in, parsed and written anew: what is stored holds pictures and pages, nothing that acts or spies.

The content decides what a file is, never its name or the type it claims. Nothing here touches the database or the
storage, and nothing of it may run inside a transaction.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pikepdf
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pikepdf import Dictionary, Name, Object, Pdf, Stream
from PIL import Image, ImageOps, UnidentifiedImageError

from funding.fields import clean_text
from funding.gate import Refused

MAX_UPLOADS = 50  # per application
MAX_PAGES = 300
MAX_PIXELS = 60_000_000  # a telephone's best camera takes 50 million
MAX_EDGE = 5_000  # enough to read a receipt the size of a sheet; larger pictures are made smaller
MAX_STREAM_BYTES = 50_000_000  # one part of a PDF, unpacked
MAX_UNPACKED_BYTES = 200_000_000  # all parts together, pictures aside
LONGEST_NAME = 100

# qpdf unpacks some parts while it opens a file: these bounds hold for the whole process and are set once.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=MAX_STREAM_BYTES,
    run_length_max_memory=MAX_STREAM_BYTES,
    png_max_memory=MAX_STREAM_BYTES,
    tiff_max_memory=MAX_STREAM_BYTES,
    max_stream_filters=5,
    parser_max_nesting=100,
)

# What a page or a part of it can hold besides what is seen: actions, scripts, files, data about the author.
_HIDDEN = ("/AA", "/A", "/JS", "/OpenAction", "/Metadata", "/PieceInfo", "/AF", "/EF", "/XFA", "/Annots", "/Thumb")


# Why a file is not taken, and what to do: kept by its code, so that everybody reads it in their own language.
REASONS: dict[str, Any] = {
    "unknown": _("This is no PDF, JPEG or PNG, whatever its name says. Please save it as a PDF or take a photo."),
    "empty": _("This file is empty. Please save it again, then add it."),
    "large": _("This file is larger than %(megabytes)s megabytes. Please make it smaller, or take a photo of it."),
    "together": _("Together these files are too large to send at once. Please add fewer at a time."),
    "locked": _("This PDF is locked with a password. Please save it without one and add it again."),
    "damaged": _("This PDF is damaged and cannot be read. Please save or scan it again."),
    "bomb": _("This file holds far more than its size shows. Please save it again, or print it to a new PDF."),
    "pages": _("A PDF may have 1 to %(pages)s pages. Please split it."),
    "picture": _("This picture is damaged and cannot be read. Please take or save it again."),
    "pixels": _("This picture has too many pixels. Please make it smaller or take it again."),
    "full": _("There are already %(files)s files. Please remove one first, or put several into one PDF."),
}


def sentence(reason: str) -> str:
    """What to tell about a file that was not taken, in the active language."""
    figures = {"megabytes": settings.UPLOAD_MAX_BYTES // 1024 // 1024, "pages": MAX_PAGES, "files": MAX_UPLOADS}
    return str(REASONS[reason]) % figures


class UploadRefused(Refused):
    """The file cannot be taken; the message says why and what to do, `reason` is its code."""

    def __init__(self, reason: str) -> None:
        super().__init__(sentence(reason))
        self.reason = reason


@dataclass(frozen=True)
class CleanFile:
    """A file as it will be stored."""

    content: bytes
    media_type: str
    extension: str


def rewrite(content: bytes) -> CleanFile:
    """The file written anew from its pages or its picture. Raises UploadRefused."""
    if b"%PDF-" in content[:1024]:
        return CleanFile(_rewrite_pdf(content), "application/pdf", "pdf")
    if content.startswith(b"\xff\xd8\xff"):
        return CleanFile(_rewrite_picture(content, "JPEG"), "image/jpeg", "jpg")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return CleanFile(_rewrite_picture(content, "PNG"), "image/png", "png")
    raise UploadRefused("unknown" if content else "empty")


def clean_name(name: str, extension: str) -> str:
    """The name as shown and offered for saving: no folders, no invisible marks, and the ending of what it really is."""
    last = _last_part(name)
    return f"{_plain(last.rpartition('.')[0] or last) or _('File')}.{extension}"


def shown_name(name: str) -> str:
    """The name of a file that was not taken, as its owner knows it: no folders, no invisible marks, not too long."""
    return _plain(_last_part(name)) or str(_("File"))


def _last_part(name: str) -> str:
    return PurePosixPath(clean_text(name).replace("\\", "/")).name


def _plain(name: str) -> str:
    words = re.sub(r'[\x00-\x1f<>:"|?*/]+', " ", name)
    return " ".join(words.split()).strip(". ")[:LONGEST_NAME].strip()


# --- PDF --------------------------------------------------------------------------------------------------------------


def _rewrite_pdf(content: bytes) -> bytes:
    try:
        with Pdf.open(io.BytesIO(content)) as source:
            if source.is_encrypted:
                raise UploadRefused("locked")
            return _pages_only(source)
    except pikepdf.PasswordError as error:
        raise UploadRefused("locked") from error
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, ValueError, TypeError, KeyError) as error:
        if "limit exceeded" in str(error):
            raise UploadRefused("bomb") from error
        raise UploadRefused("damaged") from error


def _pages_only(source: Pdf) -> bytes:
    """A new file with the pages alone: scripts, actions, attached files and data about the author stay behind."""
    if not 0 < len(source.pages) <= MAX_PAGES:
        raise UploadRefused("pages")
    if Name.AcroForm in source.Root:
        source.generate_appearance_streams()
    source.flatten_annotations("all")  # what was typed into a form becomes part of the page
    with Pdf.new() as fresh:
        fresh.pages.extend(source.pages)
        _strip(fresh)
        written = io.BytesIO()
        fresh.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return written.getvalue()


def _strip(pdf: Pdf) -> None:
    """Take out what acts, and measure what the parts unpack to."""
    unpacked = 0
    for found in pdf.objects:
        for part in _dictionaries(found):
            for key in _HIDDEN:
                if key in part:
                    del part[key]
        if isinstance(found, Stream):
            unpacked += _measured(found)
            if unpacked > MAX_UNPACKED_BYTES:
                raise UploadRefused("bomb")


def _dictionaries(found: Object, depth: int = 0) -> Iterator[Object]:
    """A dictionary or stream and those written inside it (what it only points to comes by itself)."""
    if depth > 20:
        return
    if isinstance(found, Dictionary | Stream):
        yield found
        inner = [found[key] for key in found.keys()]  # noqa: SIM118 - a pikepdf dictionary iterates differently
    else:
        inner = list(found) if isinstance(found, pikepdf.Array) else []
    for value in inner:
        if isinstance(value, Object) and not value.is_indirect:
            yield from _dictionaries(value, depth + 1)


def _measured(stream: Object) -> int:
    """The size of a part when it is unpacked; a picture counts by its pixels and loses the camera's data."""
    if stream.get(Name.Subtype) == Name.Image:
        if int(stream.get(Name.Width, 0)) * int(stream.get(Name.Height, 0)) > MAX_PIXELS:
            raise UploadRefused("bomb")
        if stream.get(Name.Filter) == Name.DCTDecode:
            stream.write(without_camera_data(stream.read_raw_bytes()), filter=Name.DCTDecode)
        return 0
    try:
        return len(stream.read_bytes())
    except pikepdf.PdfError as error:
        raise UploadRefused("bomb") from error


def without_camera_data(jpeg: bytes) -> bytes:
    """A JPEG without its EXIF, GPS, XMP and comment segments; its picture stays byte for byte."""
    kept, position = [jpeg[:2]], 2
    while position + 4 <= len(jpeg) and jpeg[position] == 0xFF and jpeg[position + 1] != 0xDA:
        marker, end = jpeg[position + 1], position + 2 + int.from_bytes(jpeg[position + 2 : position + 4])
        # APP0 (JFIF), APP2 (colour profile) and APP14 (colour order) say how to show the picture.
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in (0xE0, 0xE2, 0xEE):
            kept.append(jpeg[position:end])
        position = end
    return b"".join([*kept, jpeg[position:]])


# --- Pictures ---------------------------------------------------------------------------------------------------------


def _rewrite_picture(content: bytes, kind: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as source:
            if source.width * source.height > MAX_PIXELS:
                raise UploadRefused("pixels")
            picture = ImageOps.exif_transpose(source)
            picture = picture.convert(_mode(picture, kind))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UploadRefused("pixels") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise UploadRefused("picture") from error
    picture.info.clear()  # EXIF, GPS, comments: Pillow would write some of it again
    picture.thumbnail((MAX_EDGE, MAX_EDGE))
    written = io.BytesIO()
    picture.save(written, kind, **({"quality": 88} if kind == "JPEG" else {}))
    return written.getvalue()


def _mode(picture: Image.Image, kind: str) -> str:
    if kind == "PNG" and ("A" in picture.getbands() or "transparency" in picture.info):
        return "RGBA"
    return "L" if picture.mode in ("1", "L") else "RGB"
