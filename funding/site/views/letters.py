"""Pages of the town's letters: their texts with placeholders, versions and a preview, and how they look."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import documents
from applications.letter_texts import LetterPart, kinds
from applications.models import LetterText, Stationery
from applications.models.stationery import COLOR
from applications.operations import save_stationery, save_text
from applications.policies import may_write_texts
from applications.views.responses import pdf
from funding import clock
from funding.forms import renew_version
from funding.gate import Refused, Stale
from funding.models import Municipality
from funding.site.letter_forms import LetterTextForm, StationeryForm
from funding.views import form_page


def _town(request: HttpRequest, pk: int) -> Municipality:
    """A town whose letters this person writes; others are not to be found."""
    town = get_object_or_404(Municipality, pk=pk)
    if not may_write_texts(town, request.user):
        raise Http404
    return town


def _part(kind: str, name: str) -> LetterPart:
    try:
        return kinds()[kind].parts[name]
    except KeyError:
        raise Http404 from None


@login_required
@require_safe
def letter_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """All texts by kind of letter, with those the town has changed marked."""
    town = _town(request, pk)
    newest = LetterText.objects.newest_of(town, *kinds())
    rows = [
        (kind, [(part, own if (own := newest.get((part.kind, part.name))) and own.text else None) for part in parts])
        for kind, parts in ((kind, kind.parts.values()) for kind in kinds().values())
    ]
    return render(request, "site/letter_texts.html", {"town": town, "kinds": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letter_text(request: HttpRequest, pk: int, kind: str, name: str) -> HttpResponse:
    """One text: write it, look at it in a sample letter, keep it as a new version; older ones stay below."""
    town, part = _town(request, pk), _part(kind, name)
    versions = list(
        LetterText.objects.filter(municipality=town, kind=kind, name=name)
        .select_related("made_by")
        .order_by("-version")
    )
    last = versions[0] if versions else None
    initial = {"text": last.text if last and last.text else part.text, "version": last.version if last else 0}
    form = LetterTextForm(request.POST or None, part=part, initial=initial)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        if "preview" in request.POST:
            return _preview(request, town, part, text)
        try:
            save_text(town, part, text, by=request.user, version=form.cleaned_data["version"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
            if isinstance(refusal, Stale):
                renew_version(form, last.version if last else 0)
        else:
            messages.success(request, _("Saved. The next letters say this; those that are issued stay as they are."))
            return redirect("letter-text", pk, kind, name)
    context = {
        "town": town,
        "part": part,
        "kind": kinds()[kind],
        "form": form,
        "versions": versions,
        "title": f"{kinds()[kind].title}: {part.label}",
        "placeholders": [(key, _shown(example), key in part.needed) for key, example in part.known.items()],
    }
    return render(request, "site/letter_text.html", context)


def _shown(example: Any) -> str:
    """An example in one line; of a table or list its first entry."""
    if isinstance(example, str):
        return example
    first = example[0]
    return first if isinstance(first, str) else ": ".join(first)


def _preview(request: HttpRequest, town: Municipality, part: LetterPart, text: str) -> HttpResponse:
    content = documents.sample_letter(town, part.kind, day=clock.today(), by=request.user, draft=(part, text))
    return pdf(content, f"muster-{part.kind}.pdf")


@login_required
@require_POST
def letter_text_restore(request: HttpRequest, pk: int, kind: str, name: str, version: int) -> HttpResponse:
    """Take an older version back as a new one; version 0 is the shipped text."""
    town, part = _town(request, pk), _part(kind, name)
    text = ""
    if version:
        text = get_object_or_404(LetterText, municipality=town, kind=kind, name=name, version=version).text
    try:
        save_text(town, part, text, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The older text counts again, as a new version."))
    return redirect("letter-text", pk, kind, name)


@login_required
@require_safe
def letter_sample(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """A sample of one kind of letter as PDF, as it would look now."""
    town = _town(request, pk)
    if kind not in kinds():
        raise Http404
    try:
        content = documents.sample_letter(town, kind, day=clock.today(), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("letter-texts", pk)
    return pdf(content, f"muster-{kind}.pdf")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def stationery(request: HttpRequest, pk: int) -> HttpResponse:
    """Logo, colour, return address and info block of all letters."""
    town = _town(request, pk)
    sheet = Stationery.objects.filter(municipality=town).first()
    initial = {
        "color": sheet.color if sheet else COLOR,
        "return_address": sheet.return_address if sheet else "",
        "info": sheet.info if sheet else "",
    }
    form = StationeryForm(request.POST or None, request.FILES or None, sheet=sheet, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            save_stationery(
                town,
                by=request.user,
                color=data["color"],
                return_address=data["return_address"],
                info=data["info"],
                logo=data["logo"],
                keep_logo=not data.get("remove_logo", False),
            )
        except (Refused, PermissionDenied) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. The next letters look like this."))
            return redirect("letter-texts", pk)
    lead = _("Every letter from now on looks like this; those that are issued stay as they are.")
    return form_page(
        request, form, _("Letterhead"), _("Save"), reverse("letter-texts", args=[pk]), lead=lead, town=town
    )
