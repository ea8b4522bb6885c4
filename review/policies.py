"""Who may do what in the review; pure predicates, no query."""

from typing import Any

from funding.policies import is_board_member, is_decider, is_officer


def may_check(application: Any, user: Any) -> bool:
    """Work on the formal check; never somebody of the organisation itself."""
    return is_officer(application, user) and not user.right_in(application.organisation_id)


def may_prepare_meeting(meeting: Any, user: Any) -> bool:
    return is_officer(meeting, user)


def may_lead(item: Any, leader: Any, user: Any) -> bool:
    """Put and close motions: the member who leads this item, or the officer who keeps the minutes for them."""
    leads = leader is not None and leader.user_id == user.pk and is_board_member(item, user)
    return leads or is_officer(item, user)


def may_manage(meeting: Any, seat: Any, user: Any) -> bool:
    """Say who is present and end the meeting: officer, chair or deputy; `seat` is the person's own, or None."""
    chairs = seat is not None and seat.position in ("chair", "deputy") and is_board_member(meeting, user)
    return chairs or is_officer(meeting, user)


def may_prepare_decision(application: Any, user: Any) -> bool:
    """Write the decision: the decider, but never who checked the case (four eyes)."""
    return is_decider(application, user) and application.checked_by_id != user.pk
