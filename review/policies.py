"""Who may do what in the review; pure predicates, no query."""

from typing import Any

from applications.policies import may_check, may_decide
from funding.policies import STAFF, Role, has_role, is_board_member, is_officer, may_write_for

__all__ = [
    "may_ask",
    "may_assign",
    "may_check",
    "may_compare",
    "may_decide",
    "may_declare_bias",
    "may_edit_provisions",
    "may_lead",
    "may_manage",
    "may_note",
    "may_prepare_meeting",
    "may_read_comments",
    "may_read_conversation",
    "may_read_notes",
    "may_seat",
    "may_withdraw_bias",
    "may_write",
]


def may_prepare_meeting(meeting: Any, user: Any) -> bool:
    return is_officer(meeting, user)


def may_seat(programme: Any, user: Any) -> bool:
    """Say who sits on the board and for how long."""
    return has_role(programme, user, Role.OFFICER, Role.ADMINISTRATOR)


def may_read_comments(item: Any, user: Any) -> bool:
    """What members say to each other before the vote, of an item this person may open: not the decider."""
    return has_role(item, user, Role.BOARD, Role.OFFICER, Role.AUDITOR)


def may_lead(item: Any, leader: Any, user: Any) -> bool:
    """Put and close motions: the member who leads this item, or the officer who keeps the minutes for them."""
    leads = leader is not None and leader.user_id == user.pk and is_board_member(item, user)
    return leads or may_check(item.application, user)


def may_manage(meeting: Any, seat: Any, user: Any) -> bool:
    """Say who is present and end the meeting: officer, chair or deputy; `seat` is the person's own, or None."""
    chairs = seat is not None and seat.position in ("chair", "deputy") and is_board_member(meeting, user)
    return chairs or is_officer(meeting, user)


def may_edit_provisions(provision: Any, user: Any) -> bool:
    """Keep the town's library of conditions and obligations."""
    return has_role(provision, user, Role.OFFICER, Role.ADMINISTRATOR)


# --- Advice -----------------------------------------------------------------------------------------------------------


def _works_inside(case: Any, user: Any, *roles: str) -> bool:
    """Works for the town and does not belong to the group itself (§ 20 VwVfG)."""
    return has_role(case, user, *roles) and not user.right_in(case.organisation_id)


def may_read_conversation(application: Any, user: Any) -> bool:
    """The group and the staff who work on the case; the advisory board does not."""
    return bool(user.right_in(application.organisation_id)) or may_read_notes(application, user)


def may_ask(application: Any, user: Any) -> bool:
    """Write to the town, share a draft, take a proposed wording: people of the group who may write for it."""
    return may_write_for(application, user)


def may_write(application: Any, user: Any) -> bool:
    """Write into the conversation, from either side."""
    return may_ask(application, user) or may_check(application, user)


def may_read_notes(application: Any, user: Any) -> bool:
    """What staff note among themselves: officer, decider, auditor; never anybody of the group."""
    return _works_inside(application, user, Role.OFFICER, Role.DECIDER, Role.AUDITOR)


def may_compare(application: Any, user: Any) -> bool:
    """Lay two submissions side by side: the group its own, and the staff who work on the case; the board does not."""
    return may_read_conversation(application, user)


def may_note(application: Any, user: Any) -> bool:
    """Write an internal note: officer and decider; an auditor changes nothing."""
    return _works_inside(application, user, Role.OFFICER, Role.DECIDER)


# --- Who of the staff works on it -------------------------------------------------------------------------------------


def may_assign(application: Any, user: Any) -> bool:
    """Take a case, give it to a colleague, hand it over: an officer who may work on it."""
    return may_check(application, user)


def may_declare_bias(application: Any, user: Any) -> bool:
    """Whoever works for the town on it; members of the board declare theirs on the agenda."""
    return _works_inside(application, user, *STAFF)


def may_withdraw_bias(entry: Any, user: Any) -> bool:
    """Take a declaration back: an officer or decider, never the person who made it."""
    return has_role(entry, user, Role.OFFICER, Role.DECIDER) and entry.user_id != user.pk
