"""From painted pages to PDF/UA-1 and PDF/A-3a: structure tree, metadata, colour profile, embedded files."""

from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from .blocks import Attachment
from .fonts import clean
from .tags import Element, LinkArea, Mark, TagCanvas

PRODUCER = "Fördertopf"
_URL_SIGNS = "/:?#[]@!$&'()*+,;=%~"
_HERE = Path(__file__).parent


@cache
def _resource(name: str) -> bytes:
    return (_HERE / name).read_bytes()


def finish(
    canvas: TagCanvas, *, title: str, author: str, day: date, language: str, attachments: tuple[Attachment, ...] = ()
) -> bytes:
    """The finished file; the same input gives the same bytes. `day` becomes the date of creation (noon, UTC)."""
    with pikepdf.open(BytesIO(canvas.data())) as pdf:
        anchors = _anchors(canvas, pdf)
        _StructureTree(pdf, anchors).write(canvas.root)
        root = pdf.Root
        _write_bookmarks(pdf, canvas)
        root.Lang = String(language)
        root.MarkInfo = Dictionary(Marked=True)
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        _write_metadata(pdf, clean(title), clean(author), day, language)
        profile = pdf.make_stream(_resource("profiles/sRGB.icc"), N=3)
        root.OutputIntents = Array(
            [
                Dictionary(
                    Type=Name.OutputIntent,
                    S=Name.GTS_PDFA1,
                    OutputConditionIdentifier=String("sRGB"),
                    Info=String("sRGB"),
                    DestOutputProfile=profile,
                )
            ]
        )
        _embed(pdf, attachments, _pdf_date(day))
        out = BytesIO()
        pdf.save(
            out,
            min_version="1.7",
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return out.getvalue()


class _StructureTree:
    """Writes elements as StructElem objects and notes who owns which mark."""

    def __init__(self, pdf: pikepdf.Pdf, anchors: dict[str, Array]):
        self.pdf, self.anchors = pdf, anchors
        self.pages = [page.obj for page in pdf.pages]
        self.owners: list[dict[int, pikepdf.Object]] = [{} for _ in self.pages]
        self.link_owners: list[pikepdf.Object] = []

    def write(self, document: Element) -> None:
        tree = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        tree.K = Array([self._element(document, tree)])
        numbers: list = []
        for index, page in enumerate(self.pages):
            page.StructParents = index
            page.Tabs = Name.S
            owners = self.owners[index]
            numbers += [index, self.pdf.make_indirect(Array([owners[mcid] for mcid in sorted(owners)]))]
        for offset, owner in enumerate(self.link_owners):
            numbers += [len(self.pages) + offset, owner]
        tree.ParentTree = self.pdf.make_indirect(Dictionary(Nums=Array(numbers)))
        tree.ParentTreeNextKey = len(self.pages) + len(self.link_owners)
        self.pdf.Root.StructTreeRoot = tree

    def _element(self, element: Element, parent: pikepdf.Object) -> pikepdf.Object:
        entries = {"/Type": Name.StructElem, "/S": Name(f"/{element.role}"), "/P": parent}
        if element.lang:
            entries["/Lang"] = String(element.lang)
        if element.alt:
            entries["/Alt"] = String(clean(element.alt))
        if element.attributes:
            entries["/A"] = Dictionary({f"/{key}": value for key, value in element.attributes.items()})
        first_page = next((kid.page for kid in element.kids if isinstance(kid, Mark)), None)
        if first_page is not None:
            entries["/Pg"] = self.pages[first_page]
        written = self.pdf.make_indirect(Dictionary(entries))
        written.K = Array([self._kid(kid, written, first_page) for kid in element.kids])
        return written

    def _kid(self, kid, owner: pikepdf.Object, first_page: int | None):
        if isinstance(kid, Element):
            return self._element(kid, owner)
        if isinstance(kid, LinkArea):
            return self._link(kid, owner)
        self.owners[kid.page][kid.mcid] = owner
        if kid.page == first_page:
            return kid.mcid
        return Dictionary(Type=Name.MCR, Pg=self.pages[kid.page], MCID=kid.mcid)

    def _link(self, area: LinkArea, owner: pikepdf.Object) -> pikepdf.Object:
        annotation = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=Array([round(value, 2) for value in area.rect]),
                Border=Array([0, 0, 0]),
                F=4,  # print: PDF/A asks for it
                Contents=String(area.contents),
                StructParent=len(self.pages) + len(self.link_owners),
            )
        )
        if area.url.startswith("#"):
            annotation.Dest = self.anchors[area.url[1:]]
        else:
            uri = String(quote(area.url, safe=_URL_SIGNS, errors="replace"))
            annotation.A = Dictionary(Type=Name.Action, S=Name.URI, URI=uri)
        self.link_owners.append(owner)
        page = self.pages[area.page]
        if Name.Annots not in page:
            page.Annots = Array()
        page.Annots.append(annotation)
        return Dictionary(Type=Name.OBJR, Pg=page, Obj=annotation)


def _anchors(canvas: TagCanvas, pdf: pikepdf.Pdf) -> dict[str, Array]:
    """Where each anchor is, as links name it."""
    pages = [page.obj for page in pdf.pages]
    return {place.name: Array([pages[page], Name.XYZ, 0, top, 0]) for place, (page, top) in canvas.places.items()}


def _write_bookmarks(pdf: pikepdf.Pdf, canvas: TagCanvas) -> None:
    """The headings with anchors as bookmarks, those of level 3 below the one of level 2 before them."""
    if not canvas.places:
        return
    with pdf.open_outline() as outline:
        for place, (page, top) in canvas.places.items():
            item = pikepdf.OutlineItem(clean(place.title), page, "XYZ", left=0, top=top)
            parent = outline.root[-1].children if place.level > 2 and outline.root else outline.root
            parent.append(item)
    pdf.Root.PageMode = Name.UseOutlines


def _pdf_date(day: date) -> str:
    return f"D:{day:%Y%m%d}120000+00'00'"


def _write_metadata(pdf: pikepdf.Pdf, title: str, author: str, day: date, language: str) -> None:
    values = {"title": title, "author": author, "language": language, "producer": PRODUCER}
    values["date"] = f"{day:%Y-%m-%d}T12:00:00+00:00"
    packet = _resource("metadata.xml").decode().format(**{key: escape(value) for key, value in values.items()})
    pdf.Root.Metadata = pdf.make_stream(packet.encode(), Type=Name.Metadata, Subtype=Name.XML)
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(
            Title=String(title),
            Author=String(author),
            Creator=String(PRODUCER),
            Producer=String(PRODUCER),
            CreationDate=String(_pdf_date(day)),
            ModDate=String(_pdf_date(day)),
        )
    )


def _embed(pdf: pikepdf.Pdf, attachments: tuple[Attachment, ...], when: str) -> None:
    if not attachments:
        return
    specs = {}
    for attachment in attachments:
        params = Dictionary(Size=len(attachment.content), ModDate=String(when))
        stream = pdf.make_stream(
            attachment.content, Type=Name.EmbeddedFile, Subtype=Name(f"/{attachment.mime}"), Params=params
        )
        name = String(clean(attachment.name))
        specs[clean(attachment.name)] = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=name,
                UF=name,
                Desc=String(clean(attachment.description or attachment.name)),
                AFRelationship=Name(f"/{attachment.relation}"),
                EF=Dictionary(F=stream, UF=stream),
            )
        )
    names: list = []
    for key in sorted(specs, key=lambda key: bytes(String(key))):
        names += [String(key), specs[key]]
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(names)))
    pdf.Root.AF = Array(list(specs.values()))
