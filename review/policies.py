"""Who may do what in the review; pure predicates, no query."""

from typing import Any

from applications.policies import may_check, may_decide
from funding.policies import is_board_member, is_officer

__all__ = ["may_check", "may_decide", "may_lead", "may_manage", "may_prepare_meeting"]


def may_prepare_meeting(meeting: Any, user: Any) -> bool:
    return is_officer(meeting, user)


def may_lead(item: Any, leader: Any, user: Any) -> bool:
    """Put and close motions: the member who leads this item, or the officer who keeps the minutes for them."""
    leads = leader is not None and leader.user_id == user.pk and is_board_member(item, user)
    return leads or may_check(item.application, user)


def may_manage(meeting: Any, seat: Any, user: Any) -> bool:
    """Say who is present and end the meeting: officer, chair or deputy; `seat` is the person's own, or None."""
    chairs = seat is not None and seat.position in ("chair", "deputy") and is_board_member(meeting, user)
    return chairs or is_officer(meeting, user)
