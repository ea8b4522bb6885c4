"""A letter on the German business letter sheet (DIN 5008:2020, form B)."""

import datetime
from collections.abc import Iterable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from .blocks import Attachment, Block, Letterhead
from .finish import finish
from .flow import Flow
from .fonts import one_at_a_time
from .lines import GREY, INK, Line, Style, set_lines
from .pagination import page_number, running_head
from .pictures import paint_figure, scaled
from .strips import Frame, paginate, paint_pages, paragraph
from .tags import Element, TagCanvas, rgb

_HEIGHT = A4[1]
_TEXT = Frame(25 * mm, 165 * mm)
_ADDRESS = Frame(25 * mm, 80 * mm)
_INFO = Frame(125 * mm, 75 * mm)
_ADDRESS_TOP, _ADDRESS_HEIGHT = 62.7 * mm, 27.3 * mm
_INFO_TOP = 50 * mm
_SUBJECT_TOP = 98.5 * mm
_FOLDS, _HOLE = (105 * mm, 210 * mm), 148.5 * mm
_MARK = "#a6a6a6"
_NEXT_TOP, _BOTTOM = 32 * mm, 27 * mm


@one_at_a_time
def render_letter(
    blocks: Iterable[Block],
    *,
    letterhead: Letterhead,
    addressee: Sequence[str],
    info: Sequence[tuple[str, str]],
    subject: str,
    date: datetime.date,
    title: str,
    author: str,
    reference: str = "",
    language: str = "de-DE",
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The letter as PDF/UA-1 and PDF/A-3a; the same input gives the same bytes.

    `info` is the block at the right (file number, contact, date as text); `reference` heads the following pages;
    `date` is the date of the file, `title` and `author` its metadata.
    """
    canvas = TagCanvas(A4)
    sheet = _FirstSheet(canvas.root, letterhead, addressee, info)
    flow = Flow(canvas, _TEXT)
    heading = paragraph(subject, Style(11.5, 16, bold=True), _TEXT, canvas.root.add("H1"))
    for strip in heading:
        strip.keep = True
    flow.strips += heading
    flow.white = 12
    flow.add(blocks)

    def furniture(page: TagCanvas, number: int, total: int) -> None:
        if number == 1:
            sheet.paint(page)
        else:
            running_head(page, " · ".join(filter(None, (letterhead.name, reference))), _TEXT, _HEIGHT)
        page_number(page, number, total, _TEXT)

    pages = paginate(flow.strips, first_top=sheet.subject_top, top=_HEIGHT - _NEXT_TOP, bottom=_BOTTOM)
    paint_pages(canvas, pages, furniture)
    return finish(canvas, title=title, author=author, day=date, language=language, attachments=tuple(attachments))


class _FirstSheet:
    """What stands on the first page around the text, in reading order: sender, address, info block."""

    def __init__(self, root: Element, letterhead: Letterhead, addressee: Sequence[str], info):
        self.letterhead = letterhead
        self.logo = root.add("Figure", alt=f"Logo: {letterhead.name}") if letterhead.logo else None
        self.head = self._set_head(root)
        self.address = self._set_address(root, addressee)
        self.info = self._set_info(root, info)
        self.subject_top = min(_HEIGHT - _SUBJECT_TOP, self._info_bottom - 8.5 * mm)

    def paint(self, canvas: TagCanvas) -> None:
        if self.logo and self.letterhead.logo:
            size = scaled(self.letterhead.logo, 50 * mm, 20 * mm)
            paint_figure(canvas, self.logo, self.letterhead.logo, 190 * mm - size[0], _HEIGHT - 34 * mm, size)
        for line, frame, top in (*self.head, *self.address, *self.info):
            line.paint(canvas, frame.left, top, frame.width)
        with canvas.artifact():
            canvas.setFillColor(rgb(self.letterhead.color))
            canvas.rect(_TEXT.left, _HEIGHT - 38 * mm, _TEXT.width, 0.7 * mm, stroke=0, fill=1)
            self._paint_return_line(canvas)
            for mark, length in ((_FOLDS[0], 4 * mm), (_HOLE, 6 * mm), (_FOLDS[1], 4 * mm)):
                canvas.hairline(5 * mm, 5 * mm + length, _HEIGHT - mark, _MARK, 0.4)

    def _set_head(self, root: Element) -> "_Placed":
        head = self.letterhead
        frame = Frame(_TEXT.left, (110 if head.logo else 165) * mm)
        contact = (head.street, head.place, f"Telefon {head.phone}" if head.phone else "", head.email)
        foot = [_joined(contact)] if any(contact) else []
        names = [Style(size, size * 1.25, head.color, bold=True) for size in (17, 14, 11, 9)]
        name = _fitted(head.name, names, frame.width, 2 * names[0].leading, root.add("P"))
        office = set_lines(head.office, Style(9.5, 13, GREY), frame.width, root.add("P")) if head.office else []
        small = [set_lines(text, Style(7.5, 11, GREY), _TEXT.width, root.add("P")) for text in foot]
        height = sum(line.style.leading for line in (*name, *office))
        placed = _stacked([*name, *office], frame, _HEIGHT - 35.5 * mm + height)
        return placed + [item for lines in small for item in _stacked(lines, _TEXT, 16.5 * mm)]

    def _paint_return_line(self, canvas: TagCanvas) -> None:
        # A repetition for the window of the envelope; the sender has been read above.
        own = _joined((self.letterhead.name, self.letterhead.street, self.letterhead.place))
        text = self.letterhead.return_address or own
        sizes = [Style(size, 9, GREY) for size in (7, 6.5, 6, 5.5, 5, 4)]
        line = _fitted(text, sizes, _ADDRESS.width, 9, Element("P"))[0]
        top = _HEIGHT - _ADDRESS_TOP + 10
        line.paint(canvas, _ADDRESS.left, top, _ADDRESS.width)
        canvas.hairline(_ADDRESS.left, _ADDRESS.left + line.width, top - 9, _MARK, 0.4)

    def _set_address(self, root: Element, addressee: Sequence[str]) -> "_Placed":
        sizes = [Style(size, size * 1.27) for size in (10, 9.5, 9, 8.5, 8, 7.5, 7)]
        lines = _fitted("\n".join(addressee), sizes, _ADDRESS.width, _ADDRESS_HEIGHT, root.add("P"))
        return _stacked(lines, _ADDRESS, _HEIGHT - _ADDRESS_TOP - 3)

    def _set_info(self, root: Element, info: Sequence[tuple[str, str]]) -> "_Placed":
        placed: _Placed = []
        top = _HEIGHT - _INFO_TOP
        label_frame, value_frame = Frame(_INFO.left, 23 * mm), Frame(_INFO.left + 25 * mm, _INFO.width - 25 * mm)
        for label, value in info:
            element = root.add("P")
            labels = set_lines(label + " ", Style(8.5, 12.5, GREY), label_frame.width, element)
            values = set_lines(value, Style(8.5, 12.5, INK), value_frame.width, element)
            placed += _stacked(labels, label_frame, top) + _stacked(values, value_frame, top)
            top -= 12.5 * max(len(labels), len(values)) + 1.5
        self._info_bottom = top
        return placed


_Placed = list[tuple[Line, Frame, float]]


def _fitted(text: str, styles: Sequence[Style], width: float, height: float, element: Element) -> list[Line]:
    """`text` in the first of `styles`, from large to small, in which it is no higher than `height` points."""
    for style in styles:
        lines = set_lines(text, style, width, element)
        if len(lines) * style.leading <= height:
            break
    return lines


def _stacked(lines: Sequence[Line], frame: Frame, top: float) -> _Placed:
    placed = []
    for line in lines:
        placed.append((line, frame, top))
        top -= line.style.leading
    return placed


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)
