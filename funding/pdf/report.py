"""A document without an address: receipt, minutes, dossier, payment order."""

import datetime
from collections.abc import Iterable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.pagesizes import landscape as turned
from reportlab.lib.units import mm

from .blocks import Attachment, Block
from .finish import finish
from .flow import Flow
from .fonts import one_at_a_time
from .lines import GREY, Style
from .pagination import page_number, running_head
from .strips import Frame, paginate, paint_pages, paragraph
from .tags import TagCanvas

_FIRST_TOP, _NEXT_TOP, _BOTTOM = 22 * mm, 30 * mm, 24 * mm


@one_at_a_time
def render_report(
    blocks: Iterable[Block],
    *,
    title: str,
    subtitle: str = "",
    author: str,
    date: datetime.date,
    language: str = "de-DE",
    landscape: bool = False,
    color: str = "#1f3a5f",
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The document as PDF/UA-1 and PDF/A-3a; the same input gives the same bytes.

    `author` (the office) stands above the title and in the metadata; `date` is the date of the file.
    """
    size = turned(A4) if landscape else A4
    frame = Frame(25 * mm, size[0] - 45 * mm)
    canvas = TagCanvas(size)
    flow = Flow(canvas, frame)
    flow.strips += paragraph(author, Style(8.5, 12, color, bold=True), frame, canvas.root.add("P"))
    flow.strips += paragraph(title, Style(19, 25, bold=True), frame, canvas.root.add("H1"), gap=6)
    if subtitle:
        flow.strips += paragraph(subtitle, Style(10.5, 15, GREY), frame, canvas.root.add("P"), gap=3)
    for strip in flow.strips:
        strip.keep = True
    flow.white = 8
    flow.add(blocks)

    def furniture(page: TagCanvas, number: int, total: int) -> None:
        if number > 1:
            running_head(page, f"{author} · {title}", frame, size[1])
        page_number(page, number, total, frame)

    pages = paginate(flow.strips, first_top=size[1] - _FIRST_TOP, top=size[1] - _NEXT_TOP, bottom=_BOTTOM)
    paint_pages(canvas, pages, furniture)
    return finish(canvas, title=title, author=author, day=date, language=language, attachments=tuple(attachments))
