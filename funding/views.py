"""What views of all apps share: the page of one form, and the confirm page of every move."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from funding.forms import MoveForm
from funding.gate import Machine, Refused, carry_out, transitions_of


def form_page(
    request: HttpRequest, form: Any, title: Any, submit_label: Any, cancel_url: str, **more: Any
) -> HttpResponse:
    """A page that is one form; `more`: lead, hidden (pairs the page was made with), whatever the frame shows."""
    context = {"title": title, "form": form, "submit_label": submit_label, "cancel_url": cancel_url, **more}
    return render(request, "_form_page.html", context)


def confirm_move(request: HttpRequest, obj: Machine, name: str, *, back: str) -> HttpResponse:
    """Ask for the details of a move and make it; the caller has fetched `obj` by what the person may see.

    404 for a move that does not exist, 403 for one this person may not make, a message and the case page for one
    that comes too late, the form again with everything typed for one that is refused.
    """
    if name not in {t.name for t in transitions_of(obj)}:
        raise Http404
    move = obj.moves().get(name)
    if move is None:
        return _too_late(request, back)
    if move.internal or not move.has_perm(request.user):
        raise PermissionDenied
    if move.at:
        return redirect(move.url)
    if (sentence := move.hindrance()) is not None:
        messages.warning(request, sentence)
        return redirect(back)
    form = MoveForm(request.POST or None, asks=move.asks, initial={"version": obj.version})
    if request.method == "POST" and form.is_valid():
        details = {name: form.cleaned_data[name] for name in move.asks}
        try:
            carry_out(obj, name, by=request.user, version=form.cleaned_data["version"], **details)
        except TransitionNotAllowed:
            return _too_late(request, back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Done: %s") % move.label)
            return redirect(back)
    return form_page(request, form, move.label, move.label, back, lead=move.hint)


def _too_late(request: HttpRequest, back: str) -> HttpResponse:
    messages.warning(request, _("This was already done, or the case has moved on. Here is how it stands now."))
    return redirect(back)
