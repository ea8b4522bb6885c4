"""The law of the board as truth tables: entitlement, quorum, ties, written procedure, order of motions."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import permutations, product

import pytest

from review import rules
from review.rules import Body


@pytest.mark.parametrize(
    ("seats", "excluded", "substitutes", "entitled"),
    [(7, 0, 0, 7), (7, 2, 0, 5), (7, 2, 1, 6), (7, 2, 2, 7), (3, 3, 0, 0)],
)
def test_entitled_are_the_seats_without_the_excluded_and_with_their_substitutes(seats, excluded, substitutes, entitled):
    assert rules.entitled(Body(seats, excluded, substitutes)) == entitled


@pytest.mark.parametrize("body", [(7, 1, 2), (7, 8, 0), (7, -1, 0), (7, 2, -1)])
def test_body_that_cannot_be_is_refused(body):
    with pytest.raises(ValueError):
        Body(*body)


# The fewest present, by number of entitled members; None: never quorate in a first meeting.
FEWEST = {0: None, 1: None, 2: None, 3: 3, 4: 3, 5: 3, 6: 4, 7: 4, 8: 5, 9: 5, 10: 6, 11: 6}


@pytest.mark.parametrize("entitled", FEWEST)
def test_first_meeting_is_quorate_with_more_than_half_and_at_least_three(entitled):
    quorate = [
        present
        for present in range(entitled + 1)
        if rules.quorate(invited_all=True, entitled=entitled, present_entitled=present)
    ]

    fewest = FEWEST[entitled]
    assert quorate == ([] if fewest is None else list(range(fewest, entitled + 1)))


@pytest.mark.parametrize("entitled", range(12))
def test_second_meeting_is_quorate_with_one_unbiased_voter(entitled):
    quorate = [
        present
        for present in range(entitled + 1)
        if rules.quorate(invited_all=True, entitled=entitled, present_entitled=present, second_meeting=True)
    ]

    assert quorate == list(range(1, entitled + 1))


@pytest.mark.parametrize("second_meeting", [False, True])
def test_meeting_to_which_not_all_were_invited_is_never_quorate(second_meeting):
    assert not rules.quorate(invited_all=False, entitled=7, present_entitled=7, second_meeting=second_meeting)


@pytest.mark.parametrize(("entitled", "present"), [(3, 4), (3, -1)])
def test_quorum_of_more_present_than_entitled_is_refused(entitled, present):
    with pytest.raises(ValueError):
        rules.quorate(invited_all=True, entitled=entitled, present_entitled=present)


@pytest.mark.parametrize(
    ("yes", "no", "leader_vote", "tie_rejects"),
    list(product(range(5), range(5), ["yes", "no", "abstain", None], [False, True])),
)
def test_motion_carries_by_majority_and_on_a_tie_by_the_leader(yes, no, leader_vote, tie_rejects):
    is_carried = rules.carried(yes=yes, no=no, leader_vote=leader_vote, tie_rejects=tie_rejects)

    if yes > no:
        assert is_carried is True
    elif yes < no:
        assert is_carried is False
    else:
        assert is_carried is (leader_vote == "yes" and tie_rejects is False)


@pytest.mark.parametrize(
    ("leader_vote", "tie_rejects", "is_carried"),
    [
        ("yes", False, True),
        ("no", False, False),
        ("abstain", False, False),
        (None, False, False),
        ("yes", True, False),
    ],
)
def test_tie_of_two_to_two_is_decided_as_the_law_says(leader_vote, tie_rejects, is_carried):
    assert rules.carried(yes=2, no=2, leader_vote=leader_vote, tie_rejects=tie_rejects) is is_carried


def test_votes_below_zero_are_refused():
    with pytest.raises(ValueError):
        rules.carried(yes=-1, no=0, leader_vote=None)


@pytest.mark.parametrize(
    ("yes", "no", "abstain", "objections", "leader_vote", "result"),
    [
        (4, 0, 0, 0, "yes", "carried"),
        (3, 0, 0, 0, "yes", "not-quorate"),  # 3 of 7 returned: silence is no vote
        (0, 0, 0, 0, None, "not-quorate"),  # and no objection
        (1, 0, 3, 0, "abstain", "carried"),  # abstaining is returning
        (0, 0, 4, 0, "abstain", "rejected"),
        (2, 2, 0, 0, "yes", "carried"),
        (2, 2, 0, 0, "no", "rejected"),
        (2, 2, 0, 0, None, "rejected"),
        (1, 3, 0, 0, "yes", "rejected"),
        (7, 0, 0, 1, "yes", "to-meeting"),
        (0, 0, 0, 1, None, "to-meeting"),
    ],
)
def test_written_procedure_of_seven_ends_as_the_returned_votes_say(yes, no, abstain, objections, leader_vote, result):
    assert (
        rules.written_result(
            entitled=7, yes=yes, no=no, abstain=abstain, objections=objections, leader_vote=leader_vote
        )
        == result
    )


@pytest.mark.parametrize("votes", [v for v in product(range(6), repeat=4) if sum(v) == 5])
def test_written_procedure_of_five_agrees_with_a_meeting_of_those_who_returned(votes):
    yes, no, abstain, _silent = votes

    result = rules.written_result(entitled=5, yes=yes, no=no, abstain=abstain, objections=0, leader_vote=None)

    if yes + no + abstain < 3:
        assert result == "not-quorate"
    else:
        assert result == ("carried" if yes > no else "rejected")


def test_written_procedure_not_sent_to_all_is_not_quorate():
    result = rules.written_result(
        entitled=3, yes=3, no=0, abstain=0, objections=0, leader_vote="yes", invited_all=False
    )

    assert result == "not-quorate"


def test_written_procedure_of_a_committee_rejects_on_a_tie():
    result = rules.written_result(entitled=4, yes=2, no=2, abstain=0, objections=0, leader_vote="yes", tie_rejects=True)

    assert result == "rejected"


@dataclass(frozen=True)
class Motion:
    defers: bool = False
    amount_cents: int = 0
    conditions: str = ""


def test_motions_are_put_with_deferring_first_then_by_amount_downwards():
    defer, high, middle, low = Motion(defers=True), Motion(amount_cents=300), Motion(amount_cents=200), Motion()

    orders = {tuple(rules.motion_order(motions)) for motions in permutations([low, defer, middle, high])}

    assert orders == {(defer, high, middle, low)}


def test_motions_of_the_same_amount_keep_their_order():
    first, second = Motion(amount_cents=100, conditions="report"), Motion(amount_cents=100)

    assert rules.motion_order([first, second]) == [first, second]
    assert rules.motion_order([second, first]) == [second, first]


# --- The whole table of DOMAIN section 6, written out -----------------------------------------------------------------

# seats, excluded, substitutes filling, present entitled: quorate in a first meeting, in a second one.
QUORUM = [
    (7, 0, 0, 7, True, True),
    (7, 0, 0, 4, True, True),  # more than half
    (7, 0, 0, 3, False, True),  # three, but not more than half: the absent stay in the divisor
    (7, 2, 0, 3, True, True),  # the excluded leave it: three of five
    (7, 2, 2, 3, False, True),  # and their substitutes come back into it: three of seven
    (7, 2, 2, 4, True, True),
    (6, 0, 0, 3, False, True),  # half is not more than half
    (5, 0, 0, 3, True, True),
    (5, 2, 0, 3, True, True),
    (5, 2, 0, 2, False, True),  # more than half, but not three
    (4, 2, 0, 2, False, True),  # all of them, but not three
    (3, 0, 0, 3, True, True),
    (3, 1, 0, 2, False, True),
    (3, 1, 1, 3, True, True),
    (7, 6, 0, 1, False, True),
    (7, 7, 0, 0, False, False),  # nobody left: the case goes on without a recommendation
    (7, 0, 0, 0, False, False),
]


@pytest.mark.parametrize(("seats", "excluded", "filling", "present", "first", "second"), QUORUM)
def test_quorum_of_a_first_and_a_second_meeting(seats, excluded, filling, present, first, second):
    entitled = rules.entitled(Body(seats, excluded, filling))

    found = [
        rules.quorate(invited_all=True, entitled=entitled, present_entitled=present, second_meeting=again)
        for again in (False, True)
    ]

    assert found == [first, second]


# yes, no, how the person leading voted: carried where the leader decides, where a tie is a no.
MAJORITY = [
    (4, 3, "no", True, True),
    (3, 4, "yes", False, False),
    (1, 0, "abstain", True, True),  # abstentions do not count
    (0, 1, "abstain", False, False),
    (0, 0, "abstain", False, False),  # all abstained
    (3, 3, "yes", True, False),
    (3, 3, "no", False, False),
    (3, 3, "abstain", False, False),
    (3, 3, None, False, False),  # a leader without a vote
    (1, 1, "yes", True, False),  # a second meeting of two
]


@pytest.mark.parametrize(("yes", "no", "leader_vote", "by_leader", "by_committee"), MAJORITY)
def test_majority_and_tie_of_a_board_and_of_a_council_committee(yes, no, leader_vote, by_leader, by_committee):
    found = [rules.carried(yes=yes, no=no, leader_vote=leader_vote, tie_rejects=rejects) for rejects in (False, True)]

    assert found == [by_leader, by_committee]


# entitled, yes, no, abstain, objections, how the person leading voted: result of a written procedure.
WRITTEN = [
    (5, 3, 0, 0, 0, "yes", "carried"),
    (5, 2, 0, 1, 0, "yes", "carried"),
    (5, 1, 1, 1, 0, "yes", "carried"),
    (5, 1, 1, 1, 0, None, "rejected"),  # who leads has not returned a vote
    (5, 0, 3, 0, 0, "no", "rejected"),
    (5, 2, 0, 0, 0, "yes", "not-quorate"),  # three are silent, and silence is no vote
    (6, 3, 0, 0, 0, "yes", "not-quorate"),
    (6, 4, 0, 0, 0, "yes", "carried"),
    (2, 2, 0, 0, 0, "yes", "not-quorate"),  # three at least, also in writing
    (0, 0, 0, 0, 0, None, "not-quorate"),
    (5, 5, 0, 0, 1, "yes", "to-meeting"),  # the first objection ends it, however many agree
]


@pytest.mark.parametrize(("entitled", "yes", "no", "abstain", "objections", "leader_vote", "result"), WRITTEN)
def test_written_procedure_comes_to(entitled, yes, no, abstain, objections, leader_vote, result):
    votes = {"yes": yes, "no": no, "abstain": abstain, "objections": objections, "leader_vote": leader_vote}

    assert rules.written_result(entitled=entitled, **votes) == result


def test_written_procedure_with_more_votes_than_entitled_is_an_error():
    with pytest.raises(ValueError):
        rules.written_result(entitled=3, yes=4, no=0, abstain=0, objections=0, leader_vote="yes")


@pytest.mark.parametrize(("days", "short"), [(0, True), (6, True), (7, False), (30, False)])
def test_notice_is_short_when_fewer_days_lie_between(days, short):
    invited_on = date(2026, 3, 10)

    assert rules.is_short_notice(invited_on=invited_on, held_on=invited_on + timedelta(days=days), days=7) is short


@pytest.mark.parametrize(
    ("affiliations", "person", "suggestion"),
    [
        (["Kassiererin, Kinderzeit Unna e.V."], "A", "Kassiererin, Kinderzeit Unna e.V."),
        (["kinderzeit  unna"], "A", "kinderzeit  unna"),
        (["Sportverein Unna"], "A", ""),
        ([""], "A", ""),
        ([], "miriam okafor", "miriam okafor"),
    ],
)
def test_affiliation_or_own_name_suggests_bias(affiliations, person, suggestion):
    found = rules.bias_suggestion(
        affiliations=affiliations,
        person=person,
        organisation="Kinderzeit Unna e.V.",
        representatives=["Miriam Okafor"],
    )

    assert found == suggestion
