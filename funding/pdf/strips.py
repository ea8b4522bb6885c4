"""Strips: what cannot be cut (a line, a table row, a picture), and how they are dealt out to pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .blocks import Runs
from .fonts import is_rtl
from .lines import Line, Style, set_lines
from .tags import Element, Place, TagCanvas


@dataclass
class Strip:
    """`paint(canvas, top)` fills `height` points below `top`."""

    height: float
    paint: Callable[[TagCanvas, float], None]
    gap: float = 0
    """White above, in points; none at the top of a page."""
    keep: bool = False
    """Stays on one page with the strip after it."""
    header: "Strip | None" = None
    """Repeated above, as an artifact, where this strip opens a page."""
    new_page: bool = False
    place: Place | None = None
    """A heading begins here to which links and bookmarks lead."""


@dataclass(frozen=True)
class Frame:
    """Where text stands on the page: left edge and width in points."""

    left: float
    width: float

    def indented(self, by: float, rtl: bool = False) -> "Frame":
        return Frame(self.left if rtl else self.left + by, self.width - by)


def paragraph(runs: Runs, style: Style, frame: Frame, element: Element, *, lang=None, gap: float = 0) -> list[Strip]:
    """One strip per line; neither the first nor the last line is left alone on a page."""
    lines = set_lines(runs, style, frame.width, element, is_rtl(lang))
    strips = [line_strip(line, frame) for line in lines]
    strips[0].gap = gap
    if len(strips) > 1:
        strips[0].keep = strips[-2].keep = True
    return strips


def line_strip(line: Line, frame: Frame) -> Strip:
    return Strip(line.style.leading, lambda canvas, top: line.paint(canvas, frame.left, top, frame.width))


def paginate(
    strips: Sequence[Strip], *, first_top: float, top: float, bottom: float
) -> list[list[tuple[Strip, float]]]:
    """Pages of (strip, top edge); heights in points from the bottom of the paper."""
    pages: list[list[tuple[Strip, float]]] = [[]]
    position = first_top
    for group in _groups(strips):
        needed = sum(strip.gap + strip.height for strip in group)
        fits_a_page = needed <= top - bottom
        if pages[-1] and (group[0].new_page or (fits_a_page and position - needed < bottom - 0.01)):
            pages.append([])
            position = top
        for strip in group:
            if pages[-1] and position - strip.gap - strip.height < bottom - 0.01:
                pages.append([])
                position = top
            if pages[-1]:
                position -= strip.gap
            elif strip.header and len(pages) > 1:
                pages[-1].append((strip.header, position))
                position -= strip.header.height
            pages[-1].append((strip, position))
            position -= strip.height
    return pages


def _groups(strips: Sequence[Strip]) -> list[list[Strip]]:
    groups: list[list[Strip]] = []
    joined = False
    for strip in strips:
        if joined and not strip.new_page:
            groups[-1].append(strip)
        else:
            groups.append([strip])
        joined = strip.keep
    return groups


def paint_pages(canvas: TagCanvas, pages, furniture: Callable[[TagCanvas, int, int], None]) -> None:
    """Paint all pages; `furniture(canvas, number, total)` adds what stands around the text."""
    canvas.page_numbers = {
        strip.place.name: number for number, page in enumerate(pages, start=1) for strip, _top in page if strip.place
    }
    for number, page in enumerate(pages, start=1):
        furniture(canvas, number, len(pages))
        for strip, top in page:
            if strip.place:
                canvas.mark_place(strip.place, top)
            strip.paint(canvas, top)
        canvas.showPage()
