"""Every document of the product: tell what it says in blocks, get PDF/UA-1 and PDF/A-3a.

    blocks = [Text("Guten Tag Frau Yılmaz,"), Text(("Sie erhalten ", Strong("1.500,00 €"), "."))]
    render_letter(blocks, letterhead=…, addressee=[…], info=[…], subject=…, date=…, title=…, author=…)

Texts are taken literally; there is no markup. Blocks compare by value, so a document's words are tested without
a PDF.
"""

from .blocks import (
    Attachment,
    Bar,
    Block,
    Bullets,
    Column,
    Facts,
    Figure,
    Grid,
    Heading,
    Letterhead,
    Link,
    NewPage,
    PageOf,
    QrCode,
    Run,
    Runs,
    Signature,
    Space,
    Strong,
    Text,
    plain,
)
from .letter import render_letter
from .report import render_report

__all__ = [
    "Attachment",
    "Bar",
    "Block",
    "Bullets",
    "Column",
    "Facts",
    "Figure",
    "Grid",
    "Heading",
    "Letterhead",
    "Link",
    "NewPage",
    "PageOf",
    "QrCode",
    "Run",
    "Runs",
    "Signature",
    "Space",
    "Strong",
    "Text",
    "plain",
    "render_letter",
    "render_report",
]
