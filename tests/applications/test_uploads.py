"""What is left of a file when it is stored: pages and pictures, nothing that acts or tells."""

import io
import struct
import zlib

import pikepdf
import pytest
from django.utils import translation
from PIL import Image

from applications import uploads
from applications.uploads import UploadRefused, clean_name, rewrite


@pytest.fixture(autouse=True)
def english():
    """The sentences of refusals are compared in their source language."""
    with translation.override("en"):
        yield


def pdf(prepare=None, pages: int = 1, **saving) -> bytes:
    with pikepdf.new() as document:
        for _number in range(pages):
            document.add_blank_page()
        if prepare:
            prepare(document)
        written = io.BytesIO()
        document.save(written, **saving)
        return written.getvalue()


def picture(kind: str, **saving) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(written, kind, **saving)
    return written.getvalue()


def with_script(document: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('gotcha')"))
    document.Root.OpenAction = document.make_indirect(script)
    document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=[pikepdf.String("x"), script]))
    document.pages[0].AA = pikepdf.Dictionary(O=script)
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("gotcha.exe"))
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch)
    document.pages[0].Annots = [document.make_indirect(link)]
    document.attachments["gotcha.txt"] = b"gotcha inside"
    with document.open_metadata() as metadata:
        metadata["dc:creator"] = ["gotcha author"]
    document.docinfo["/Author"] = "gotcha author"


def everything_in(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as document:
        parts = [document.trailer.unparse(resolved=False)]
        for found in document.objects:
            parts.append(found.unparse(resolved=False) if not isinstance(found, pikepdf.Stream) else b"")
            if isinstance(found, pikepdf.Stream):
                parts += [found.stream_dict.unparse(), found.read_bytes()]
        return b"\n".join(parts)


def test_rewrite_pdf_with_scripts_launch_attachment_and_author_keeps_only_the_page():
    clean = rewrite(pdf(with_script))

    assert (clean.media_type, clean.extension) == ("application/pdf", "pdf")
    left = everything_in(clean.content)
    hidden = [b"gotcha", b"/JavaScript", b"/JS", b"/Launch", b"/AA", b"/OpenAction", b"/EmbeddedFile", b"/Annots"]
    assert [word for word in hidden if word in left] == []
    with pikepdf.open(io.BytesIO(clean.content)) as document:
        assert len(document.pages) == 1


def test_rewrite_pdf_form_keeps_what_was_typed_on_the_page():
    def with_form(document: pikepdf.Pdf) -> None:
        look = document.make_stream(b"BT (typed) Tj ET")
        look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 9, 9]
        widget = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Btn,
                T=pikepdf.String("field"),
                Rect=[0, 0, 9, 9],
                F=4,
                AP=pikepdf.Dictionary(N=look),
            )
        )
        document.pages[0].Annots = [widget]
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[widget])

    left = everything_in(rewrite(pdf(with_form)).content)

    assert b"(typed) Tj" in left
    assert b"/Widget" not in left


@pytest.mark.parametrize("passwords", [{"user": "secret", "owner": "secret"}, {"user": "", "owner": "secret"}])
def test_rewrite_encrypted_pdf_is_refused_with_the_way_out(passwords):
    content = pdf(encryption=pikepdf.Encryption(**passwords, R=6))

    with pytest.raises(UploadRefused, match="without one"):
        rewrite(content)


def test_rewrite_pdf_that_is_cut_off_is_refused():
    with pytest.raises(UploadRefused, match="damaged"):
        rewrite(b"%PDF-1.7\n" + b"no pdf at all" * 20)


def test_rewrite_pdf_with_a_part_that_explodes_is_refused():
    def with_bomb(document: pikepdf.Pdf) -> None:
        bomb = document.make_stream(b"")
        bomb.write(zlib.compress(b" " * (uploads.MAX_STREAM_BYTES + 1_000_000), 9), filter=pikepdf.Name.FlateDecode)
        document.pages[0].Contents = bomb

    content = pdf(with_bomb)

    assert len(content) < 100_000
    with pytest.raises(UploadRefused, match="far more"):
        rewrite(content)


def test_rewrite_pdf_with_too_many_pages_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_PAGES", 2)

    with pytest.raises(UploadRefused, match="1 to 2 pages"):
        rewrite(pdf(pages=3))


def test_rewrite_jpeg_with_place_and_camera_loses_both_and_stands_upright():
    exif = Image.Exif()
    exif[0x010F] = "Gotcha Camera"
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825)[2] = (51.0, 32.0, 0.0)

    clean = rewrite(picture("JPEG", exif=exif, comment=b"gotcha"))

    assert (clean.media_type, clean.extension) == ("image/jpeg", "jpg")
    assert b"otcha" not in clean.content
    assert b"Exif" not in clean.content
    with Image.open(io.BytesIO(clean.content)) as image:
        assert (image.size, dict(image.getexif())) == ((20, 40), {})


def test_rewrite_photo_inside_a_pdf_loses_its_place():
    exif = Image.Exif()
    exif[0x010F] = "Gotcha Camera"
    photo = picture("JPEG", exif=exif)

    def with_photo(document: pikepdf.Pdf) -> None:
        image = document.make_stream(b"")
        image.write(photo, filter=pikepdf.Name.DCTDecode)
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height = 40, 20
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=image))

    clean = rewrite(pdf(with_photo))

    assert b"Gotcha" not in clean.content
    assert b"\xff\xd8\xff" in clean.content


def test_rewrite_png_with_text_loses_it():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "gotcha")

    clean = rewrite(picture("PNG", pnginfo=info))

    assert (clean.media_type, clean.extension) == ("image/png", "png")
    assert b"gotcha" not in clean.content


def test_rewrite_gif_that_claims_to_be_a_pdf_is_refused():
    with pytest.raises(UploadRefused, match="no PDF, JPEG or PNG"):
        rewrite(picture("GIF"))


def test_rewrite_nothing_is_refused_as_empty():
    with pytest.raises(UploadRefused, match="empty"):
        rewrite(b"")


def test_rewrite_picture_with_a_program_behind_it_keeps_the_picture_alone():
    clean = rewrite(picture("JPEG") + b"PK\x03\x04gotcha.zip<script>gotcha()</script>")

    assert (clean.media_type, b"gotcha" in clean.content) == ("image/jpeg", False)


def test_rewrite_pdf_behind_another_kind_of_file_keeps_the_pages_alone():
    clean = rewrite(b"GIF89a<script>gotcha()</script>\n" + pdf() + b"gotcha after the end")

    assert clean.content.startswith(b"%PDF-")
    assert b"gotcha" not in clean.content


@pytest.mark.parametrize("reason", uploads.REASONS)
def test_every_reason_is_a_sentence_that_says_what_to_do(reason):
    sentence = uploads.sentence(reason)

    assert ("%" in sentence, sentence.endswith("."), "Please" in sentence) == (False, True, True)


def test_rewrite_png_that_unpacks_to_billions_of_pixels_is_refused():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9_000_000), 9))

    with pytest.raises(UploadRefused, match="too many pixels"):
        rewrite(bomb + chunk(b"IEND", b""))


def test_rewrite_picture_that_is_cut_off_is_refused():
    with pytest.raises(UploadRefused, match="damaged"):
        rewrite(picture("PNG")[:60])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Bescheid 2026.pdf", "Bescheid 2026.pdf"),
        ("photo.gif", "photo.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\scan.PDF", "scan.pdf"),
        ("evil\u202efdp.exe", "evilfdp.pdf"),
        ('a"b\r\nc.pdf', "a b c.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("Руководство.pdf", "Руководство.pdf"),
        ("ein\u200bla\u200ddung.pdf", "einladung.pdf"),
        ("..", "File.pdf"),
        ("\u202e", "File.pdf"),
    ],
)
def test_clean_name_keeps_letters_and_drops_the_rest(typed, expected):
    assert clean_name(typed, "pdf") == expected
