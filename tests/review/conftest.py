"""A board of seven, an officer, a decider, and a checked case: what most tests of the review start from."""

from types import SimpleNamespace
from typing import Any

import pytest

from applications.workflow import State
from funding.policies import Role
from review import operations
from review.models import BoardItem, BoardMember, Motion
from tests.factories import (
    make_application,
    make_board,
    make_organisation,
    make_programme,
    make_town,
    make_user,
)


class Review(SimpleNamespace):
    """A town with its people; the verbs below are the ones every story needs."""

    def case(self, **fields: Any) -> Any:
        return make_application(self.programme, self.organisation, **{"state": State.ADMITTED} | fields)

    def meet(self, *cases: Any, day: Any = None, **more: Any) -> list[BoardItem]:
        """Call a meeting on the cases (a new one by default); its items."""
        from funding import clock

        chosen = list(cases) or [self.case()]
        meeting = operations.call_meeting(
            self.programme, chosen, by=self.officer, held_on=day or clock.today(), **{"place": "Rathaus"} | more
        )
        return list(meeting.items.all())

    def open(self, item: BoardItem, *members: BoardMember, biased: tuple[BoardMember, ...] = ()) -> None:
        """These members are there and declare; all seven when none is named."""
        there = list(members) or self.board
        for member in there:
            operations.declare(
                item, by=member.user, biased=member in biased, reason="Vorstand" if member in biased else ""
            )
        if not item.meeting.is_written:
            operations.mark_present(item.meeting, {m.pk for m in there}, by=self.officer)

    def put(self, item: BoardItem, cents: int = 1_500_00, **more: Any) -> Motion:
        return operations.put_motion(item, by=self.officer, **{"kind": "fund", "cents": cents} | more)

    def cast(self, motion: Motion, **votes: str) -> None:
        """cast(motion, m0="yes", m3="no"): the board's members by their place."""
        for name, choice in votes.items():
            operations.vote(motion, choice, by=self.board[int(name[1:])].user)

    def ballot(self, item: BoardItem, cents: int = 1_500_00, **votes: str) -> Motion:
        """Put, vote and close."""
        motion = self.put(item, cents)
        self.cast(motion, **votes)
        return operations.close_motion(motion, by=self.officer)


@pytest.fixture
def review(db: Any) -> Review:
    town = make_town()
    programme = make_programme(town, checklist=["applicant", "place", "not-begun", "plan"])
    return Review(
        town=town,
        programme=programme,
        organisation=make_organisation(town, make_user()),
        officer=make_user(town, Role.OFFICER, name="Aylin Officer"),
        decider=make_user(town, Role.DECIDER, name="Dirk Decider"),
        board=make_board(programme),
    )
