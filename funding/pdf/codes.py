"""QR codes, drawn as squares and tagged as figures."""

from functools import lru_cache

from pikepdf import Array, Name
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.units import mm

from .blocks import QrCode
from .lines import Style, set_lines
from .strips import Frame, Strip
from .tags import Element, TagCanvas, rgb

_SIDE, _GAP = 20 * mm, 5 * mm
# One mask for all: choosing the best of eight takes ten times as long, and telephones read each of them.
_MASK = 2


@lru_cache(maxsize=256)
def path_of(text: str) -> tuple[int, str]:
    """(modules per side, rectangles of the dark ones in modules), with medium correction for worn paper."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.version = code.calculate_version()
    code.makeImpl(False, _MASK)
    found = []
    for height, modules in enumerate(reversed(code.modules)):
        start = None
        for place, dark in enumerate([*modules, False]):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                found.append(f"{start} {height} {place - start} 1 re")
                start = None
    return len(code.modules), " ".join(found)


def qr_strip(block: QrCode, style: Style, frame: Frame, parent: Element) -> Strip:
    """The code at the left, its words beside it."""
    figure = parent.add("Figure", alt=block.alt)
    beside = Frame(frame.left + _SIDE + _GAP, frame.width - _SIDE - _GAP)
    lines = set_lines(block.words, style, beside.width, parent.add("P")) if block.words else []
    height = max(_SIDE, len(lines) * style.leading)

    def paint(canvas: TagCanvas, top: float) -> None:
        _paint(canvas, figure, block.url, frame.left, top - _SIDE)
        for index, line in enumerate(lines):
            line.paint(canvas, beside.left, top - index * style.leading, beside.width)

    return Strip(height, paint, gap=14)


def _paint(canvas: TagCanvas, element: Element, text: str, left: float, bottom: float) -> None:
    box = [round(value, 2) for value in (left, bottom, left + _SIDE, bottom + _SIDE)]
    element.attributes = {"O": Name.Layout, "Placement": Name.Block, "BBox": Array(box)}
    canvas.tag(element)
    canvas.setFillColor(rgb("#000000"))
    count, path = path_of(text)
    side = _SIDE / count
    # One path in units of a module: a call for each of its hundreds of rectangles would take longer than the page.
    canvas._code.append(f"q {side:.4f} 0 0 {side:.4f} {left:.2f} {bottom:.2f} cm {path} f Q")
