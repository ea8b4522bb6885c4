"""Pictures without transparency, tagged as figures."""

from functools import lru_cache
from io import BytesIO

from pikepdf import Array, Name
from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader

from .blocks import Bar, Figure
from .strips import Frame, Strip
from .tags import Element, TagCanvas, rgb

BAR_COLORS = ("#1f3a5f", "#5b8dc9", "#a9c4e4", "#6f6f6f", "#bdbdbd")
_BAR_HEIGHT = 5 * mm


@lru_cache(maxsize=16)
def opaque(image: bytes) -> ImageReader:
    """The picture on white: a soft mask would need a blending colour space in PDF/A."""
    with Image.open(BytesIO(image)) as opened:
        picture = opened.convert("RGBA")
    sheet = Image.new("RGB", picture.size, "white")
    sheet.paste(picture, mask=picture.getchannel("A"))
    return ImageReader(sheet)


def scaled(image: bytes, width: float, height: float) -> tuple[float, float]:
    """The largest size in points within width and height that keeps the proportions."""
    across, down = opaque(image).getSize()
    scale = min(width / across, height / down)
    return across * scale, down * scale


def paint_figure(
    canvas: TagCanvas, element: Element, image: bytes, x: float, bottom: float, size: tuple[float, float]
) -> None:
    """Paint `image` as `element`, a Figure with its Alt."""
    box = [round(value, 2) for value in (x, bottom, x + size[0], bottom + size[1])]
    element.attributes = {"O": Name.Layout, "Placement": Name.Block, "BBox": Array(box)}
    canvas.tag(element)
    canvas.drawImage(opaque(image), x, bottom, *size)


def figure_strip(figure: Figure, frame: Frame, parent: Element) -> Strip:
    element = parent.add("Figure", alt=figure.alt)
    size = scaled(figure.image, min(figure.width_mm * mm, frame.width), 200 * mm)

    def paint(canvas: TagCanvas, top: float) -> None:
        paint_figure(canvas, element, figure.image, frame.left, top - size[1], size)

    return Strip(size[1], paint, gap=10)


def bar_strip(bar: Bar, frame: Frame, parent: Element) -> Strip:
    """One bar over the whole line; its parts differ in lightness, so that they do in print, too."""
    element = parent.add("Figure", alt=bar.alt)
    total = sum(value for _label, value in bar.parts)

    def paint(canvas: TagCanvas, top: float) -> None:
        left, bottom = frame.left, top - _BAR_HEIGHT
        box = [round(value, 2) for value in (left, bottom, left + frame.width, top)]
        element.attributes = {"O": Name.Layout, "Placement": Name.Block, "BBox": Array(box)}
        canvas.tag(element)
        canvas.setStrokeColor(rgb("#ffffff"))
        canvas.setLineWidth(1)
        for place, (_label, value) in enumerate(bar.parts):
            width = frame.width * value / total if total else 0
            canvas.setFillColor(rgb(BAR_COLORS[place % len(BAR_COLORS)]))
            canvas.rect(left, bottom, width, _BAR_HEIGHT, stroke=1, fill=1)
            left += width

    # What stands below says the same in words: both on one page.
    return Strip(_BAR_HEIGHT, paint, gap=8, keep=True)
