"""A document without an address: receipt, minutes, dossier, payment order."""

import datetime
from collections.abc import Iterable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.pagesizes import landscape as turned
from reportlab.lib.units import mm

from .blocks import Attachment, Block
from .finish import finish
from .flow import Flow, for_language
from .fonts import is_rtl, one_at_a_time
from .lines import GREY, Style
from .pagination import PAGE_OF, page_number, running_head
from .strips import Frame, Strip, paginate, paint_pages, paragraph
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
    page_of: str = PAGE_OF,
    landscape: bool = False,
    color: str = "#1f3a5f",
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The document as PDF/UA-1 and PDF/A-3a; the same input gives the same bytes.

    `author` (the office) stands above the title and in the metadata; `date` is the date of the file. `page_of` says
    which page of how many, with {number} and {total}. A `language` that is read from the right mirrors the sheet.
    """
    size = turned(A4) if landscape else A4
    frame = Frame(25 * mm, size[0] - 45 * mm)
    canvas = TagCanvas(size)
    rtl = is_rtl(language)
    flow = Flow(canvas, frame, language)

    def top(text: str, style: Style, role: str, gap: float) -> list[Strip]:
        style = for_language(style, language)
        return paragraph(text, style, frame, canvas.root.add(role), lang=language, gap=gap)

    flow.strips += top(author, Style(8.5, 12, color, bold=True), "P", 0)
    flow.strips += top(title, Style(19, 25, bold=True), "H1", 6)
    if subtitle:
        flow.strips += top(subtitle, Style(10.5, 15, GREY), "P", 3)
    for strip in flow.strips:
        strip.keep = True
    flow.white = 8
    flow.add(blocks)

    def furniture(page: TagCanvas, number: int, total: int) -> None:
        if number > 1:
            running_head(page, f"{author} · {title}", frame, size[1], rtl)
        page_number(page, number, total, frame, page_of, rtl)

    pages = paginate(flow.strips, first_top=size[1] - _FIRST_TOP, top=size[1] - _NEXT_TOP, bottom=_BOTTOM)
    paint_pages(canvas, pages, furniture)
    return finish(canvas, title=title, author=author, day=date, language=language, attachments=tuple(attachments))
