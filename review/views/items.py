"""An item of the agenda: the case as the board reads it, motions, votes, what it comes to."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_fsm import TransitionNotAllowed

from funding.gate import Refused
from funding.kept import KeptInput, keep
from funding.policies import is_officer
from review import operations, policies
from review.documents import case_files
from review.forms import CommentForm, ExcludeForm, MotionForm, PrivateNoteForm, ReasonForm
from review.models import BoardItem, Motion, PrivateNote, Vote
from review.operations import Body
from review.views.desk import GET_POST
from review.views.meetings import act_on, ask_for_button, outcome_of


def visible_item(request: HttpRequest, pk: int) -> BoardItem:
    """The item whose file this person may open, else 404."""
    return get_object_or_404(BoardItem.objects.visible_to(request.user).with_case().with_board(), pk=pk)


@login_required
@require_http_methods(GET_POST)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """The case as the board reads it, and its vote; who has not declared is sent to the agenda first."""
    if not BoardItem.objects.visible_to(request.user).filter(pk=pk).exists():
        listed = get_object_or_404(BoardItem.objects.on_the_list_of(request.user).with_case(), pk=pk)
        if _excluded(listed, request.user):
            raise Http404
        messages.info(request, _("Please say first whether you are biased. Then the file opens."))
        return redirect("review:meeting", listed.meeting_id)
    if request.method == "POST":
        return ask_for_button(request, "review:item", pk)
    return item_page(request, visible_item(request, pk))


def _excluded(listed: BoardItem, user: Any) -> bool:
    if user.right_in(listed.application.organisation_id):
        return True
    cases = BoardItem.objects.filter(declarations__member__user=user, declarations__biased=True)
    return cases.filter(application=listed.application_id).exists()


def item_page(request: HttpRequest, found: BoardItem, tried: forms.Form | None = None) -> HttpResponse:
    """The page with its forms; `tried` is the one that was sent and found wanting, and all keep what was typed."""
    application = found.application
    [file] = case_files([found])
    highest = min(file.case.result.highest_grant_cents, file.case.result.requested_cents)
    ballot = _ballot(request, found)
    typed = request.POST or None
    if tried is not None and typed is not None:
        typed = KeptInput(typed.urlencode())  # the other forms were not sent, and so are not found wanting

    def form_of(kind: type[forms.Form], prefix: str, **more: Any) -> forms.Form:
        if isinstance(tried, kind):
            return tried
        came_along = any(name.startswith(f"{prefix}-") for name in typed or ())
        form = kind(typed if came_along else None, prefix=prefix, **more)
        if isinstance(typed, KeptInput):
            form.errors.clear()  # nobody has sent it
        return form

    own = PrivateNote.objects.filter(item=found, member=ballot["seat"]).first() if ballot["reads"] else None
    may_talk = policies.may_read_comments(found, request.user)
    context = {
        "application": application,
        "file": file,
        "may_note": policies.may_check(application, request.user),
        **_neighbours(request, found),
        "may_exclude": is_officer(found, request.user),
        "may_doubt": ballot["leads"] and found.closed_at is None and not found.meeting.is_written,
        "motion_form": form_of(
            MotionForm,
            written=found.meeting.is_written,
            initial={"cents": operations.suggested_cents(found, highest) if ballot["may_put"] else highest},
            prefix="motion",
        ),
        "finish_form": form_of(ReasonForm, "finish"),
        "note_form": form_of(PrivateNoteForm, "note", initial=_shown(own)) if ballot["reads"] else None,
        "comments": list(found.comments.select_related("written_by")) if may_talk else None,
        "comment_form": form_of(CommentForm, "comment") if may_talk and ballot["may_comment"] else None,
        "form": tried,
        **ballot,
    }
    return render(request, "review/item_detail.html", context)


def _neighbours(request: HttpRequest, found: BoardItem) -> dict[str, BoardItem | None]:
    """The cases before and after this one that the person may open: the dossier is read from one to the next."""
    readable = BoardItem.objects.visible_to(request.user).filter(Q(taken_off=False) | Q(pk=found.pk))
    opened = list(readable.filter(meeting=found.meeting_id).select_related("application"))
    place = opened.index(found)
    return {
        "previous": opened[place - 1] if place else None,
        "next": opened[place + 1] if place + 1 < len(opened) else None,
    }


def _shown(own: PrivateNote | None) -> dict[str, str]:
    return {"leaning": own.leaning, "text": own.text} if own else {}


def _ballot(request: HttpRequest, found: BoardItem) -> dict[str, Any]:
    """Where the vote stands: everybody who may read the file sees the same, and of votes only the own one."""
    body, motions = Body(found), list(found.motions.all())
    open_motion = next((motion for motion in motions if motion.is_open), None)
    seat = next((m for m in body.invited if m.user_id == request.user.pk), None)
    votes = seat is not None and seat in body.voters
    own = Vote.objects.filter(motion=open_motion, member=seat).first() if open_motion and votes else None
    counting = [motion for motion in motions if not motion.void]
    decided = bool(counting) and open_motion is None
    carried = any(motion.carried for motion in counting)
    leads = policies.may_lead(found, body.leader, request.user)
    is_over, written = found.closed_at is not None, found.meeting.is_written
    reads = seat is not None and seat in body.cleared
    # In writing there is one motion; in a meeting as many as it takes, while enough members are there.
    can_vote = not counting if written else body.is_quorate(found.meeting)
    return {
        "item": found,
        "body": body,
        "seat": seat,
        "reads": reads,
        "leads": leads,
        "may_comment": not is_over and (reads or policies.may_check(found.application, request.user)),
        "rulings": list(found.rulings.all()),
        "outcome": outcome_of(found),
        "recommendation": next(iter(found.recommendations.all()), None),
        "open_motion": open_motion,
        "closed_motions": [motion for motion in motions if not motion.is_open],
        "own_vote": own,
        "choices": Vote.Choice.choices,
        "may_vote": votes and open_motion is not None,
        "may_put": leads and not is_over and open_motion is None and not carried and can_vote,
        "may_close": leads and open_motion is not None,
        "may_finish": leads and not is_over and decided and (carried or not all(m.defers for m in counting)),
        "may_go_on": is_officer(found, request.user) and not is_over and operations.may_go_on_without(found),
        "is_quorate": written or body.is_quorate(found.meeting),
        "marker": _marker(found, motions),
    }


def _marker(found: BoardItem, motions: list[Motion]) -> str:
    """Changes when a motion is put or closed and when the item ends; never with a vote."""
    parts = [f"{motion.pk}{'o' if motion.is_open else 'c'}" for motion in motions]
    return "-".join([*parts, "over" if found.closed_at else "running"])


@login_required
@require_safe
def ballot(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked by the open page every few seconds: nothing (204) while the vote stands where the page knows it."""
    found = visible_item(request, pk)
    context = _ballot(request, found)
    if request.GET.get("seen") == context["marker"]:
        return HttpResponse(status=204)
    if context["leads"] or found.closed_at is not None:
        # The buttons to put a motion or finish stand outside the part that changes: the page loads anew.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    # Members may be typing a note or a comment: only the vote is exchanged.
    return render(request, "review/_ballot.html", context)


def led_item(request: HttpRequest, pk: int) -> BoardItem:
    """The item, for who leads it: 404 for who may not open it, 403 for who does not lead it."""
    found = visible_item(request, pk)
    if not policies.may_lead(found, Body(found).leader, request.user):
        raise PermissionDenied
    return found


def from_item(view: Callable[[HttpRequest, int], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """A button of the item's page. Its address has no page of its own: opened (by the language switch after an error,
    or by signing in again), it leads back to the item with what was typed.
    """

    @login_required
    @require_http_methods(GET_POST)
    @wraps(view)
    def act(request: HttpRequest, pk: int) -> HttpResponse:
        if request.method == "POST":
            return view(request, pk)
        page = reverse("review:item", args=[visible_item(request, pk).pk])
        keep(request, page)
        return redirect(page)

    return act


@from_item
def motion(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a motion to the vote."""
    found = led_item(request, pk)
    form = MotionForm(request.POST, written=found.meeting.is_written, prefix="motion")
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.put_motion(
                found, by=request.user, kind=data["kind"], cents=data["cents"] or 0, conditions=data["conditions"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The motion is open. Members can vote now."))
            return back_to_item(request, found.pk, used="motion")
    return item_page(request, found, tried=form)


def back_to_item(request: HttpRequest, pk: int, *, used: str) -> HttpResponse:
    """The item's page again, with what was typed in its other forms."""
    page = reverse("review:item", args=[pk])
    keep(request, page, used=(f"{used}-",))
    return redirect(page)


@from_item
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """End the item with the board's reason."""
    found = led_item(request, pk)
    return _with_reason(request, found, operations.finish_item, _("The board has finished this case."))


@from_item
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody is left to vote: the case goes on without a recommendation."""
    found = visible_item(request, pk)
    if not is_officer(found, request.user):
        raise PermissionDenied
    return _with_reason(request, found, operations.go_on_without, _("The case goes on without a recommendation."))


def _with_reason(request: HttpRequest, found: BoardItem, act: Callable[..., Any], done: str) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="finish")
    if form.is_valid():
        try:
            act(found, by=request.user, reason=form.cleaned_data["reason"])
        except TransitionNotAllowed:
            messages.warning(request, _("This was already done, or the case has moved on. Here is how it stands now."))
            return redirect("review:meeting", found.meeting_id)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("review:meeting", found.meeting_id)
    return item_page(request, found, tried=form)


def _motion(request: HttpRequest, pk: int) -> Motion:
    """A motion on an item whose file this person may open, else 404."""
    items = BoardItem.objects.visible_to(request.user).order_by().values("pk")
    return get_object_or_404(Motion.objects.filter(item__in=items).select_related("item__meeting"), pk=pk)


@login_required
@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Vote, or change one's vote, until the motion closes."""
    found = _motion(request, pk)
    choice = request.POST.get("choice", "")
    if choice not in Vote.Choice.values:
        messages.error(request, _("Please choose yes, no or abstain."))
        return back_to_item(request, found.item_id, used="choice")
    done = _("Your vote is in. You can change it until the vote is closed.")
    cast = partial(operations.vote, found, choice, by=request.user)
    return act_on(request, cast, done, "review:item", found.item_id, used=("choice",))


@login_required
@require_POST
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a meeting instead of the written procedure."""
    found = _motion(request, pk)
    done = _("The written procedure on this case has ended. It goes to a meeting.")
    meeting_pk = found.item.meeting_id
    return act_on(request, lambda: operations.object_to(found, by=request.user), done, "review:meeting", meeting_pk)


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the vote and show the counts."""
    found = _motion(request, pk)
    led = led_item(request, found.item_id)
    return act_on(request, lambda: operations.close_motion(found, by=request.user), "", "review:item", led.pk)


@login_required
@require_http_methods(GET_POST)
def exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a member was found biased: a ballot they took part in becomes void."""
    found = visible_item(request, pk)
    if not is_officer(found, request.user):
        raise PermissionDenied
    body = Body(found)
    members = [m for m in body.invited if m not in body.biased]
    form = ExcludeForm(request.POST or None, members=members)
    if request.method == "POST" and form.is_valid():
        member = next(m for m in members if m.pk == form.cleaned_data["member"])
        try:
            voided = operations.exclude(found, member, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("Noted. The ballots are void, the board votes again.") if voided else _("Noted.")
            messages.success(request, text)
            return redirect("review:meeting", found.meeting_id)
    context = {
        "title": _("A member is biased"),
        "lead": _(
            "They lose file and vote on this case. If they have voted, the ballot is void and the case repeated."
        ),
        "form": form,
        "submit_label": _("Record"),
        "cancel_url": reverse("review:item", args=[found.pk]),
    }
    return render(request, "_form_page.html", context)
