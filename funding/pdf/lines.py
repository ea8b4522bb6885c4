"""Runs of text broken into lines, ragged and without hyphens, and painted with their tags."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import fonts
from .blocks import Link, PageOf, Run, Runs, Strong, as_runs
from .tags import Element, TagCanvas, rgb

INK, GREY, LINK = "#1b1b1b", "#595959", "#0b4f8a"

# A line may end at a space (not after "§", "Abs.", "Nr." or one letter or digit as in "e. V.", nor before "€" and
# "%") and inside compounds like "Kinder-/Jugendarbeit", never inside file numbers.
_BREAK = re.compile(r"\n|(?<!§)(?<!Abs\.)(?<!Nr\.)(?<!\s\w\.) +(?![€%])|(?<=[^\W\d_]{2}[-/])(?=[^\W\d_]{2})")
_SIGNS_IN_WORDS = "@/.-_?&="


@dataclass(frozen=True)
class Style:
    """Size and leading in points; `color` is "#rrggbb"."""

    size: float = 10
    leading: float = 14.5
    color: str = INK
    bold: bool = False

    @property
    def baseline(self) -> float:
        """From the top of a line down to its baseline."""
        return (self.leading + self.size * 0.73) / 2


@dataclass(frozen=True)
class Fragment:
    """What stands together in a line: text of one look and one structure element."""

    text: str
    font: str
    element: Element
    link: Link | PageOf | None = None


@dataclass(frozen=True)
class Line:
    """One line, ready to paint; its last fragment keeps the space at which the line was broken."""

    fragments: tuple[Fragment, ...]
    style: Style
    rtl: bool = False
    on_right: bool = False

    @property
    def width(self) -> float:
        """Visible width in points, without the space at the end."""
        last = len(self.fragments) - 1
        return sum(
            fonts.width(part.text.rstrip(" ") if index == last else part.text, part.font, self.style.size)
            for index, part in enumerate(self.fragments)
        )

    def paint(self, canvas: TagCanvas, x: float, top: float, width: float, right: bool = False) -> None:
        """Paint below `top` between x and x + width, to the right when asked or when its page is read from there."""
        baseline = top - self.style.baseline
        if not self.rtl:
            x += width - self.width if right or self.on_right else 0
            for part in self.fragments:
                x += self._paint_fragment(canvas, part, x, baseline)
            return
        x += width
        for part in self.fragments:
            x -= fonts.width(part.text, part.font, self.style.size)
            self._paint_fragment(canvas, part, x, baseline)

    def _paint_fragment(self, canvas: TagCanvas, part: Fragment, x: float, baseline: float) -> float:
        size = self.style.size
        if isinstance(part.link, PageOf):
            return self._paint_page_number(canvas, part, part.link, x, baseline)
        canvas.tag(part.element)
        canvas.setFillColor(rgb(LINK if part.link else self.style.color))
        canvas.setFont(part.font, size)
        shown = fonts.glyphs(part.text, part.font, self.rtl)
        if shown == part.text:
            canvas.drawString(x, baseline, shown)
        else:
            with canvas.spoken(part.text):
                canvas.drawString(x, baseline, shown)
        advance = fonts.width(part.text, part.font, size)
        if part.link:
            visible = fonts.width(part.text.rstrip(" "), part.font, size)
            rect = (x, baseline - size * 0.3, x + visible, baseline + size)
            canvas.add_link(part.element, rect, part.link.url, fonts.clean(part.link.text))
            canvas.hairline(x, x + visible, baseline - size * 0.16, LINK)
        return advance

    def _paint_page_number(self, canvas: TagCanvas, part: Fragment, page: PageOf, x: float, baseline: float) -> float:
        """At the right end of the room that was kept for it."""
        room = fonts.width(part.text, part.font, self.style.size)
        number = Fragment(str(canvas.page_numbers.get(page.anchor, "")), part.font, part.element)
        self._paint_fragment(canvas, number, x + room - fonts.width(number.text, part.font, self.style.size), baseline)
        return room


def set_lines(runs: Runs, style: Style, width: float, element: Element, rtl: bool = False) -> list[Line]:
    """`runs` in lines no wider than `width` points (one line at least), tagged as `element`.

    `rtl`: the text belongs to a page read from the right; a name or an amount in it still runs from left to right.
    """
    paragraph = _Paragraph(as_runs(runs), style, element)
    from_right = rtl and fonts.reads_from_right(paragraph.text)
    return [Line(tuple(paragraph.fragments(*span)), style, from_right, rtl) for span in paragraph.spans(width)]


class _Paragraph:
    """The characters of several runs in one string, with the place where each run ends."""

    def __init__(self, runs: tuple[Run, ...], style: Style, element: Element):
        self.size = style.size
        self.looks: list[tuple[int, str, Element, Link | PageOf | None]] = []
        self.text = ""
        for run in runs:
            self.text += fonts.clean(run if isinstance(run, str) else run.text)
            font = fonts.BOLD if style.bold or isinstance(run, Strong) else fonts.REGULAR
            inline = element.inline("Link") if isinstance(run, Link) else element
            self.looks.append((len(self.text), font, inline, run if isinstance(run, Link | PageOf) else None))

    def fragments(self, start: int, end: int) -> Iterator[Fragment]:
        position = start
        for stop, font, element, link in self.looks:
            if position < min(stop, end):
                yield Fragment(self.text[position : min(stop, end)].replace("\n", " "), font, element, link)
                position = min(stop, end)

    def measure(self, start: int, end: int) -> float:
        position, total = start, 0.0
        for stop, font, _, _ in self.looks:
            if position < min(stop, end):
                total += fonts.width(self.text[position : min(stop, end)].replace("\n", " "), font, self.size)
                position = min(stop, end)
        return total

    def spans(self, width: float) -> list[tuple[int, int]]:
        """Where each line begins and ends, the space at its end included."""
        spans, begin, used = [], 0, 0.0
        for start, end, after in self._words():
            wide = self.measure(start, end)
            if used and used + wide > width:
                spans.append((begin, start))
                begin, used = start, 0.0
            while wide > width:
                cut = self._fitting(start, end, width)
                spans.append((start, cut))
                begin = start = cut
                wide = self.measure(start, end)
            used += wide + self.measure(end, after)
            if self.text[end:after] == "\n":
                spans.append((begin, after))
                begin, used = after, 0.0
        if begin < len(self.text) or not spans:
            spans.append((begin, len(self.text)))
        return spans

    def _words(self) -> Iterator[tuple[int, int, int]]:
        """Begin and end of each word, and the end of the space after it."""
        position = 0
        for gap in _BREAK.finditer(self.text):
            yield position, gap.start(), gap.end()
            position = gap.end()
        yield position, len(self.text), len(self.text)

    def _fitting(self, start: int, end: int, width: float) -> int:
        """How far a word too long for any line gets; rather behind a sign, as in addresses."""
        cut = start + 1
        while cut < end and self.measure(start, cut + 1) <= width:
            cut += 1
        behind = max(self.text.rfind(sign, start, cut) for sign in _SIGNS_IN_WORDS) + 1
        return behind if behind > (start + cut) / 2 else cut
