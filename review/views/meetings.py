"""Meetings of the board: list, agenda, declarations of bias, who is there."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_fsm import TransitionNotAllowed

from funding import clock
from funding.gate import Refused
from funding.kept import keep
from funding.policies import Role, is_officer
from review import operations, policies, rules
from review.forms import BiasForm, MeetingSearchForm, PresentForm
from review.models import BoardItem, BoardMember, Meeting, Recommendation
from review.operations import Body
from review.views.desk import GET_POST

PER_PAGE = 25


@login_required
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """The meetings of one's boards, newest first."""
    user: Any = request.user
    if not user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR, Role.BOARD):
        raise PermissionDenied
    form = MeetingSearchForm(request.GET)
    found = Meeting.objects.visible_to(user).with_cases()
    which = form.cleaned_data["which"] if form.is_valid() else ""
    if which:
        found = found.filter(closed_at__isnull=which == "open")
    context = {
        "form": form,
        "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "may_create": bool(user.towns_as(Role.OFFICER)),
    }
    return render(request, "review/meeting_list.html", context)


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    meetings = Meeting.objects.visible_to(request.user).select_related("programme__municipality", "repeats")
    return get_object_or_404(meetings, pk=pk)


def ask_for_button(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Somebody pressed Return in a form with several buttons: show the page again, with what was typed."""
    keep(request, reverse(name, args=[pk]))
    messages.info(request, _("Please press the button for what you want to do."))
    return redirect(name, pk)


@login_required
@require_http_methods(GET_POST)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda: members declare bias before a file opens, chair and officer say who is there."""
    found = _meeting(request, pk)
    if request.method == "POST":
        return ask_for_button(request, "review:meeting", found.pk)
    seats = list(found.attendance.select_related("member__user"))
    seat = next((one.member for one in seats if one.member.user_id == request.user.pk), None)
    is_staff = found.municipality_id in request.user.towns_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR)  # type: ignore[union-attr]
    items = list(found.items.filter(taken_off=False).with_parties().with_board())
    open_pks = set(BoardItem.objects.visible_to(request.user).filter(meeting=found).values_list("pk", flat=True))
    leads = policies.may_manage(found, seat, request.user)
    may_manage = leads and found.closed_at is None
    officer = is_officer(found, request.user)
    rows = [
        _row(item, seat, open_pks, is_staff=is_staff, typed=request.POST.get(f"reason-{item.pk}")) for item in items
    ]
    ticked = request.POST if "members" in request.POST else None
    suggested = [row["item"].pk for row in rows if row["suggestion"] and row["may_declare"]]
    context = {
        "meeting": found,
        "seat": seat,
        "rows": rows,
        "confirm_first": suggested[0] if suggested and not may_manage else None,
        "may_manage": may_manage,
        "present_form": PresentForm(ticked, seats=seats) if may_manage and not found.is_written else None,
        "may_change": officer and found.closed_at is None and not any(item.motions.all() for item in items),
        "short_notice": found.short_notice and (is_staff or may_manage),
        "may_repeat": officer and found.held_on <= clock.today() and bool(operations.without_quorum(found)),
        "seats": seats,
        "may_line": leads,
    }
    return render(request, "review/meeting_detail.html", context)


def _row(
    item: BoardItem, seat: BoardMember | None, open_pks: set[int], *, is_staff: bool, typed: str | None
) -> dict[str, Any]:
    """What this person may know of one item: before the declaration, and for the excluded, title and parties only."""
    opened = item.pk in open_pks
    own = next((d for d in item.declarations.all() if seat and d.member_id == seat.pk), None)
    body = Body(item) if opened and is_staff else None
    doubts = [ruling for ruling in item.rulings.all() if ruling.is_open]
    in_doubt = any(seat and ruling.member_id == seat.pk for ruling in doubts)
    suggestion = _suggestion(item, seat) if seat and own is None else ""
    return {
        "item": item,
        "own": own,
        "suggestion": suggestion,
        "reason": suggestion if typed is None else typed,
        "in_doubt": in_doubt,
        "may_declare": seat is not None and own is None and item.closed_at is None,
        "doubts": doubts if opened else [],
        "opened": opened,
        "outcome": outcome_of(item) if opened else None,
        "body": body,
        "probably": [m for m in body.undeclared if _suggestion(item, m)] if body else [],
    }


def _suggestion(item: BoardItem, member: BoardMember) -> str:
    organisation = item.application.organisation
    return rules.bias_suggestion(
        affiliations=member.affiliations,
        person=member.user.name,
        organisation=organisation.name,
        representatives=organisation.representatives,
    )


def outcome_of(item: BoardItem) -> tuple[str, str]:
    """(label, tone) of what the item has come to."""
    motions = [motion for motion in item.motions.all() if not motion.void]
    recommendation = next(iter(item.recommendations.all()), None)
    if recommendation is not None and recommendation.superseded:
        return _("To be repeated"), "warning"
    if item.taken_off:
        return _("Taken off the agenda"), "neutral"
    if recommendation is not None:
        tone = "success" if recommendation.kind == Recommendation.Kind.FUND else "neutral"
        return recommendation.get_kind_display(), tone
    if any(motion.is_open for motion in motions):
        return _("Vote under way"), "info"
    if item.closed_at is not None:
        deferred = any(motion.carried and motion.defers for motion in motions)
        return (_("Deferred"), "neutral") if deferred else (_("Ended without a result"), "warning")
    return (_("Voted, to be finished"), "info") if motions else (_("Not voted yet"), "neutral")


@login_required
@require_POST
def present(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down who is there."""
    found = _meeting(request, pk)
    if not policies.may_manage(found, operations.seat_of(found, request.user), request.user):
        raise PermissionDenied
    form = PresentForm(request.POST, seats=list(found.attendance.select_related("member__user")))
    if not form.is_valid():
        messages.error(request, _("Please choose only members of this meeting."))
        return redirect("review:meeting", found.pk)
    return act_on(
        request,
        lambda: operations.mark_present(found, set(form.cleaned_data["members"]), by=request.user),
        _("It is noted who is there."),
        "review:meeting",
        found.pk,
        used=("members",),
    )


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the meeting; cases without a result can go on the next agenda."""
    found = _meeting(request, pk)
    if not policies.may_manage(found, operations.seat_of(found, request.user), request.user):
        raise PermissionDenied
    done = _("The meeting is over. Cases without a result can go on the next agenda.")
    return act_on(request, lambda: operations.end_meeting(found, by=request.user), done, "review:meeting", found.pk)


def act_on(
    request: HttpRequest,
    act: Callable[[], Any],
    done: str,
    name: str,
    pk: int,
    used: tuple[str, ...] = (),
    place: str = "",
) -> HttpResponse:
    """Do it and say so; what is refused or comes too late is a message, never an error page.

    What else was typed on the page comes along; `used` is taken by the act once it is done. `place`: the part of the
    page that shows it.
    """
    page = reverse(name, args=[pk])
    keep(request, page)
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    except TransitionNotAllowed:
        messages.warning(request, _("This was already done, or the case has moved on. Here is how it stands now."))
    else:
        keep(request, page, used=used)
        if done:
            messages.success(request, done)
        return redirect(f"{page}{place}")
    return redirect(page)


# --- Bias -------------------------------------------------------------------------------------------------------------


@login_required
@require_POST
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """A member says whether they are biased, before the file opens; who is not sure asks the board to rule."""
    listed = get_object_or_404(BoardItem.objects.on_the_list_of(request.user).with_case(), pk=pk)
    page, typed = reverse("review:meeting", args=[listed.meeting_id]), f"reason-{listed.pk}"
    form = BiasForm({"biased": request.POST.get("biased"), "reason": request.POST.get(typed, "")})
    if not form.is_valid():
        keep(request, page)
        messages.error(request, _("Please choose whether you are biased. The reason may have up to 300 letters."))
        return redirect(page)
    choice, reason = form.cleaned_data["biased"], form.cleaned_data["reason"]
    if choice == "yes":
        done = _("Noted. You do not read or vote on this case. Please leave the room when it is discussed.")
    elif choice == "no":
        done = _("Noted. The file is open for you now.")
    else:
        done = _("Noted. The board rules on it without you. Until then the file stays closed for you.")

    def act() -> None:
        if choice == "doubtful":
            member = operations.member_of(listed.meeting, request.user)
            operations.doubt(listed, member, reason, by=request.user)
        else:
            operations.declare(listed, by=request.user, biased=choice == "yes", reason=reason)

    place = f"#item-{listed.pk}"
    return act_on(request, act, done, "review:meeting", listed.meeting_id, used=(typed, "biased"), place=place)
