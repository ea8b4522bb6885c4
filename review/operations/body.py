"""Who counts for one item of the agenda: entitled members after bias and substitution, voters, who leads."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from review import rules
from review.models import BiasDeclaration, BoardItem, BoardMember, Meeting

Position = BoardMember.Position


class Body:
    """The board on one item (§§ 88-91 VwVfG); no query when the item was loaded `with_board`.

    A seat counts in the divisor until its member declares bias; a substitute who is unbiased (and, in a meeting,
    present) takes the seat of an excluded member, first come first seated. Nobody votes before declaring.
    """

    def __init__(self, item: BoardItem) -> None:
        self.written = item.meeting.is_written
        declarations: dict[int, BiasDeclaration] = {d.member_id: d for d in item.declarations.all()}
        seats = list(item.meeting.attendance.all())
        self.invited = [seat.member for seat in seats]
        self.biased = [m for m in self.invited if m.pk in declarations and declarations[m.pk].biased]
        cleared = [m for m in self.invited if m.pk in declarations and not declarations[m.pk].biased]
        there = {seat.member_id for seat in seats if seat.present or self.written}
        able = [m for m in cleared if m.pk in there]
        self.cleared = cleared

        regular = [m for m in self.invited if m.votes and m.position != Position.SUBSTITUTE]
        self.excluded = [m for m in regular if m in self.biased]
        substitutes = [m for m in able if m.votes and m.position == Position.SUBSTITUTE]
        substitutes.sort(key=lambda m: (declarations[m.pk].declared_at, m.pk))
        self.filling = substitutes[: len(self.excluded)]

        self.entitled = rules.entitled(rules.Body(len(regular), len(self.excluded), len(self.filling)))
        self.voters = [m for m in regular if m in able] + self.filling
        self.undeclared = [m for m in self.invited if m.pk in there and m.pk not in declarations]
        self.leader = self._leader(able)
        # Present or not: nobody who has a vote is or could turn out unbiased.
        self.all_are_biased = all(m in self.biased for m in self.invited if m.votes)

        self._regular, self._there = regular, there

    def judges_of(self, member: BoardMember) -> list[BoardMember]:
        """Who rules on a doubt about this member's bias: those present with a vote, without the excluded and them."""
        there = [*(m for m in self._regular if m.pk in self._there and m not in self.biased), *self.filling]
        return [m for m in there if m != member]

    def entitled_to_rule_on(self, member: BoardMember) -> int:
        """The divisor of that ruling: every seat that may vote on it, whoever is there."""
        return len([m for m in [*self._regular, *self.filling] if m != member and m not in self.biased])

    def _leader(self, able: list[BoardMember]) -> BoardMember | None:
        """The chair; for one who is absent or excluded the deputy, else the longest-serving member who votes."""
        by_position = {m.position: m for m in reversed(able)}
        rest = min(self.voters, key=lambda m: (m.since, m.pk), default=None)
        return by_position.get(Position.CHAIR) or by_position.get(Position.DEPUTY) or rest

    def is_quorate(self, meeting: Meeting) -> bool:
        """Enough members are there to decide on this item; of a written procedure that is only known at its end."""
        return rules.quorate(
            invited_all=meeting.invited_at is not None,
            entitled=self.entitled,
            present_entitled=len(self.voters),
            second_meeting=meeting.repeats_id is not None,
        )

    @property
    def shortage(self) -> Any:
        """The sentence that says why the board cannot decide on this item."""
        return _(
            "The board is not quorate for this case: %(present)s of %(entitled)s entitled members are present and "
            "have said that they are not biased."
        ) % {
            "present": len(self.voters),
            "entitled": self.entitled,
        }
