"""Who may do what in the review; pure predicates, no query."""

from typing import Any

from funding.policies import is_board_member, is_decider, is_officer


def may_check(application: Any, user: Any) -> bool:
    """Work on the formal check; never somebody of the organisation itself."""
    return is_officer(application, user) and not user.right_in(application.organisation_id)


def may_prepare_meeting(meeting: Any, user: Any) -> bool:
    return is_officer(meeting, user)


def may_lead(item: Any, user: Any) -> bool:
    """Open and close motions: the person who leads this item, or the officer who keeps the minutes for them."""
    return (item.leader is not None and item.leader.user_id == user.pk and is_board_member(item, user)) or is_officer(
        item, user
    )


def may_prepare_decision(application: Any, user: Any) -> bool:
    """Write the decision: the decider, but never who checked the case (four eyes)."""
    return is_decider(application, user) and application.checked_by_id != user.pk
