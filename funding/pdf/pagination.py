"""What repeats on pages: running head and page number, as artifacts."""

from reportlab.lib.units import mm

from .lines import GREY, Style, set_lines
from .strips import Frame
from .tables import HAIRLINE
from .tags import Element, TagCanvas

_SMALL = Style(7.5, 11, GREY)
PAGE_OF = "Seite {number} von {total}"
"""Letters are in German, the language of the office; a mail in the reader's language goes with them."""


def page_number(
    canvas: TagCanvas, number: int, total: int, frame: Frame, page_of: str = PAGE_OF, rtl: bool = False
) -> None:
    """At the end of the last line: right, or left where pages are read from the right."""
    with canvas.artifact("Pagination"):
        line = set_lines(page_of.format(number=number, total=total), _SMALL, frame.width, Element("P"), rtl)[0]
        width = line.width if rtl else frame.width
        line.paint(canvas, frame.left, 12 * mm, width, right=True)


def running_head(canvas: TagCanvas, text: str, frame: Frame, page_height: float, rtl: bool = False) -> None:
    """`text` and a hairline at the top of a following page; the first line of it only."""
    with canvas.artifact("Pagination"):
        line = set_lines(text, _SMALL, frame.width, Element("P"), rtl)[0]
        line.paint(canvas, frame.left, page_height - 17 * mm, frame.width)
        canvas.hairline(frame.left, frame.left + frame.width, page_height - 22 * mm, HAIRLINE)
