"""A QR code as the path of an SVG, one unit per module."""

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

QUIET = 4  # modules of white around the code, as ISO/IEC 18004 asks for


def path(text: str) -> tuple[int, str]:
    """(width of the square with its quiet zone, path of its dark modules), with medium correction for worn paper."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    rows = enumerate(code.modules, start=QUIET)
    dark = (f"M{x} {y}h1v1h-1z" for y, row in rows for x, is_dark in enumerate(row, start=QUIET) if is_dark)
    return len(code.modules) + 2 * QUIET, "".join(dark)
