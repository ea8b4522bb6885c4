"""What one person may learn of one case: one place decides it for every part of the page."""

from typing import Any

from applications.models import Application
from budgets.policies import may_see_grant
from funding.policies import Role, has_role
from review.policies import may_note


class Reader:
    """What one person may learn of one case, whatever roles they have in its town.

    Somebody of the organisation reads it as an applicant, even if they also work for the town.
    """

    def __init__(self, application: Application, user: Any) -> None:
        self.user = user
        self.is_applicant = bool(user.right_in(application.organisation_id))

        def works_as(*roles: str) -> bool:
            return not self.is_applicant and has_role(application, user, *roles)

        # The board's inside and decisions before they are released.
        self.is_inside = works_as(Role.OFFICER, Role.DECIDER, Role.AUDITOR)
        self.is_member = works_as(Role.BOARD) and not self.is_inside
        self.is_officer = works_as(Role.OFFICER)
        self.may_note = may_note(application, user)
        self.sees_money = may_see_grant(application, user)
        # A draft that is shared for advice is shared without the account.
        is_sent = application.paper or bool(application.file_number)
        works_with_it = self.is_inside or works_as(Role.VERIFIER, Role.AUTHORISER, Role.CASHIER)
        self.sees_bank = self.is_applicant or (is_sent and works_with_it)
