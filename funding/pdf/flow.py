"""Blocks turned into strips and structure elements, in reading order."""

from collections.abc import Iterable
from dataclasses import replace

from pikepdf import Name
from reportlab.lib.units import mm

from .blocks import (
    Bar,
    Block,
    Bullets,
    Facts,
    Figure,
    Grid,
    Heading,
    NewPage,
    QrCode,
    Runs,
    Signature,
    Space,
    Text,
    plain,
)
from .codes import qr_strip
from .fonts import is_rtl
from .lines import GREY, Style, set_lines
from .pictures import bar_strip, figure_strip
from .strips import Frame, Strip, paragraph
from .tables import facts_strips, grid_strips
from .tags import Element, Place, TagCanvas

BODY, SMALL = Style(), Style(8.5, 12, GREY)
_HEADINGS = {2: Style(11.5, 16, bold=True), 3: Style(10, 14.5, bold=True)}
_ABOVE_HEADING = {2: 16.0, 3: 11.0}
_ARABIC = 1.18
"""Arabic needs larger letters and more room between lines to be as readable."""


class Flow:
    """Collects the strips of blocks set in `frame`; the document's title counts as level 1.

    A `language` that is read from the right mirrors every block that has none of its own.
    """

    def __init__(self, canvas: TagCanvas, frame: Frame, language: str = ""):
        self.parent, self.frame = canvas.root, frame
        self.lang = language if is_rtl(language) else None
        self.strips: list[Strip] = []
        self.level, self.white, self.break_page = 1, 0.0, False

    def add(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            match block:
                case Space(mm=height):
                    self.white += height * mm
                case NewPage():
                    self.break_page = True
                case _:
                    self._append(self._strips(block))

    def _append(self, strips: list[Strip]) -> None:
        if not strips:
            return
        strips[0].gap += self.white
        strips[0].new_page = self.break_page
        self.white, self.break_page = 0.0, False
        self.strips += strips

    def _strips(self, block: Block) -> list[Strip]:
        match block:
            case Heading():
                return self._heading(block)
            case Text(runs=runs, small=small, lang=own):
                lang = own or self.lang
                style = for_language(SMALL if small else BODY, lang)
                strips = paragraph(runs, style, self.frame, self._element("P", lang), lang=lang, gap=7)
                # "… these costs:" stays with what it announces.
                strips[-1].keep = plain(runs).rstrip().endswith(":")
                return strips
            case Bullets():
                return self._list(block)
            case Grid():
                return grid_strips(block, self.style, self.frame, self.parent, gap=10, rtl=bool(self.lang))
            case Facts():
                return facts_strips(block, self.style, self.frame, self.parent, gap=8, rtl=bool(self.lang))
            case Figure():
                return [figure_strip(block, self.frame, self.parent)]
            case Bar():
                return [bar_strip(block, self.frame, self.parent)]
            case QrCode():
                return [qr_strip(block, for_language(SMALL, self.lang), self.frame, self.parent)]
            case Signature():
                return self._signature(block)
        raise TypeError(f"Not a block: {block!r}")

    @property
    def style(self) -> Style:
        """The body's, in the document's language."""
        return for_language(BODY, self.lang)

    def _element(self, role: str, lang: str | None = None) -> Element:
        attributes = {"O": Name.Layout, "WritingMode": Name.RlTb} if is_rtl(lang) else {}
        return self.parent.add(role, lang=lang, attributes=attributes)

    def _heading(self, heading: Heading) -> list[Strip]:
        # A document that jumps from level 1 to 3 breaks PDF/UA (7.4.2).
        self.level = max(2, min(heading.level, self.level + 1, 3))
        lang = heading.lang or self.lang
        style = for_language(_HEADINGS[self.level], lang)
        element = self._element(f"H{self.level}", lang)
        strips = paragraph(heading.text, style, self.frame, element, lang=lang, gap=_ABOVE_HEADING[self.level])
        for strip in strips:
            strip.keep = True
        if heading.anchor:
            strips[0].place = Place(heading.anchor, heading.text, self.level)
        return strips

    def _list(self, block: Bullets) -> list[Strip]:
        lang = block.lang or self.lang
        rtl, style = is_rtl(lang), for_language(BODY, lang)
        tree = self._element("L", lang)
        tree.attributes = {"O": Name.List, "ListNumbering": Name.Decimal if block.numbered else Name.Disc}
        strips: list[Strip] = []
        for number, runs in enumerate(block.items, start=1):
            item = tree.add("LI")
            label = f"{number}." if block.numbered else "•"
            strips += self._item(label, runs, style, item, rtl, gap=7 if number == 1 else 3)
        return strips

    def _item(self, label: str, runs: Runs, style: Style, item: Element, rtl: bool, gap: float) -> list[Strip]:
        indent = 6 * mm
        frame = self.frame.indented(indent, rtl)
        label_line = set_lines(label + " ", style, indent, item.add("Lbl"), rtl)[0]
        left = self.frame.left + self.frame.width - indent if rtl else self.frame.left + 1.2 * mm
        strips = paragraph(runs, style, frame, item.add("LBody"), lang="ar" if rtl else None, gap=gap)
        first = strips[0].paint

        def paint(canvas: TagCanvas, top: float) -> None:
            label_line.paint(canvas, left, top, indent - 1.2 * mm)
            first(canvas, top)

        strips[0].paint = paint
        return strips

    def _signature(self, block: Signature) -> list[Strip]:
        strips = paragraph(block.greeting, BODY, self.frame, self._element("P"), gap=18)
        strips += paragraph(
            block.name, replace(BODY, bold=True), self.frame, self._element("P"), gap=block.room_mm * mm
        )
        if block.role:
            strips += paragraph(block.role, BODY, self.frame, self._element("P"))
        for strip in strips[:-1]:
            strip.keep = True
        if self.strips:
            self.strips[-1].keep = True
        return strips


def for_language(style: Style, lang: str | None) -> Style:
    """The style in the size that language needs."""
    return replace(style, size=style.size * _ARABIC, leading=style.leading * 1.3) if is_rtl(lang) else style
