"""Who may do what with an application; pure predicates, no query."""

from typing import Any

from funding.policies import (
    Role,
    has_role,
    is_board_member,
    is_decider,
    is_officer,
    is_system,
    may_act_for,
    may_see_money,
    may_write_for,
)


def may_start(programme: Any, user: Any) -> bool:
    """Begin an application: anybody who signs in, the officer for paper; not who decides, pays or looks on."""
    others = (Role.DECIDER, Role.VERIFIER, Role.AUTHORISER, Role.CASHIER, Role.AUDITOR, Role.ADMINISTRATOR)
    return is_officer(programme, user) or not has_role(programme, user, *others)


def is_at_counter(application: Any, user: Any) -> bool:
    """The officer writes it for somebody who sits in front of them; never for a group of their own (§ 20 VwVfG)."""
    return application.assisted == "open" and may_help(application, user)


def may_help(application: Any, user: Any) -> bool:
    """Write at the counter for an organisation one does not belong to."""
    return is_officer(application, user) and not user.right_in(application.organisation_id)


def may_edit(application: Any, user: Any) -> bool:
    """Write the answers: people of the organisation, the officer for one that came on paper or at the counter."""
    on_paper = application.paper and is_officer(application, user)
    return may_write_for(application, user) or on_paper or is_at_counter(application, user)


def may_submit(application: Any, user: Any) -> bool:
    """Send it in: a person entitled to act for the organisation, the officer who records paper or what
    the applicant has just confirmed at the counter, or an import."""
    paper = application.paper and (is_officer(application, user) or is_system(application, user))
    at_counter = application.assisted == "confirmed" and is_officer(application, user)
    return may_act_for(application, user) or paper or at_counter


def may_invite(organisation: Any, user: Any) -> bool:
    """Say who may work for an organisation: only people who may send for it themselves."""
    return may_act_for(organisation, user)


def may_ask_for_time(application: Any, user: Any) -> bool:
    """Whoever may answer may also say that they need longer for it."""
    return may_write_for(application, user)


def may_write_german(application: Any, user: Any) -> bool:
    """Write the German version of an answer in another language: the officer, or people who write for the group."""
    return may_write_for(application, user) or may_check(application, user)


def may_confirm_german(application: Any, user: Any) -> bool:
    """Make a German version binding: who may send for the group; of paper the officer, who holds what was signed."""
    return may_act_for(application, user) or (application.paper and may_check(application, user))


def may_record(application: Any, user: Any) -> bool:
    """Record as received, incomplete (§ 24 (3) VwVfG NRW: receipt may not be refused).

    Only what came on paper: a web draft that is shared for advice has not been handed in.
    """
    return (application.paper and may_check(application, user)) or is_system(application, user)


def may_withdraw(application: Any, user: Any) -> bool:
    """The applicant; the officer notes it for somebody who calls, but a web draft is nobody's but its writers'."""
    noted = is_officer(application, user) and (application.state != "draft" or application.paper)
    return may_act_for(application, user) or noted or is_at_counter(application, user)


def may_hold_ballot(application: Any, user: Any) -> bool:
    """Record what the board did: whoever leads the item, or the officer who keeps the minutes."""
    return is_board_member(application, user) or is_officer(application, user)


def may_read_letters(case: Any, user: Any) -> bool:
    """Letters and receipts, which name address and account: the organisation and the staff, not the advisory board."""
    return bool(user.right_in(case.organisation_id)) or may_see_money(case, user)


def may_complete(application: Any, user: Any) -> bool:
    """A case is complete when its money is settled: the people who settle do both in one act."""
    return has_role(application, user, Role.OFFICER, Role.DECIDER, Role.CASHIER)


def may_check(application: Any, user: Any) -> bool:
    """The officer, but never for an organisation they belong to themselves (§ 20 VwVfG)."""
    return is_officer(application, user) and not user.right_in(application.organisation_id)


def may_decide(application: Any, user: Any) -> bool:
    """The decider, but never who checked the case (four eyes) nor somebody of the organisation (§ 20 VwVfG)."""
    return is_decider(application, user) and not (
        application.checked_by_id == user.pk or user.right_in(application.organisation_id)
    )


def may_hear(application: Any, user: Any) -> bool:
    """Ask the applicant before a refusal: who checks or who decides."""
    return may_check(application, user) or may_decide(application, user)


def may_answer_hearing(case: Any, user: Any) -> bool:
    """Say something in a hearing: who may act for the organisation; the officer notes what came on paper."""
    return may_act_for(case, user) or may_check(case, user)


def may_correct(letter: Any, user: Any) -> bool:
    """Correct a letter: one that decides by the decider, any other by the officer; nobody of the organisation."""
    if user.right_in(letter.application.organisation_id):
        return False
    return is_decider(letter, user) if letter.kind in letter.DECIDING else is_officer(letter, user)


def may_write_texts(town: Any, user: Any) -> bool:
    """Change what the town's letters say and how they look."""
    return has_role(town, user, Role.ADMINISTRATOR, Role.OFFICER)
