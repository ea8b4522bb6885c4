"""Pictures without transparency, tagged as figures."""

from functools import lru_cache
from io import BytesIO

from pikepdf import Array, Name
from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader

from .blocks import Figure
from .strips import Frame, Strip
from .tags import Element, TagCanvas


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
