"""The verbs of the review: every refusal with its sentence, whole meetings, the seal, the decision."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from applications.models import Application, Consent, Membership
from applications.operations import recipients
from applications.workflow import State
from budgets.models import Grant
from budgets.operations import open_year, reserved_cents
from funding import clock
from funding.gate import Refused, carry_out
from funding.models import Assignment, EventDetails, Message
from funding.policies import Role
from funding.site.operations import send_message
from review import documents, operations
from review.models import BiasDeclaration, BoardItem, CheckResult, Decision, Meeting, Motion, Recommendation, Vote
from review.operations import Body
from tests.factories import make_application, make_member, make_organisation, make_programme, make_town, make_user

YES_NO = {"m0": "yes", "m1": "yes", "m2": "yes", "m3": "yes", "m4": "no", "m5": "no", "m6": "abstain"}


def fresh(obj):
    return type(obj).objects.get(pk=obj.pk)


def sentence(call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    return str(refusal.value)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


# --- Advice and formal check ------------------------------------------------------------------------------------------


def test_advice_is_logged_with_its_minutes(review):
    case = review.case()

    advice = operations.log_advice(case, by=review.officer, given_on=clock.today(), kind="phone", minutes=20)

    assert (advice.minutes, advice.given_by, case.advice.count()) == (20, review.officer, 1)


def test_advice_of_tomorrow_is_refused(review):
    tomorrow = clock.today() + timedelta(days=1)

    said = sentence(operations.log_advice, review.case(), by=review.officer, given_on=tomorrow, kind="phone", minutes=5)

    assert said == "Advice can be noted when it was given: this day is still to come."


def test_advice_by_anybody_else_is_forbidden(review):
    with pytest.raises(PermissionDenied):
        operations.log_advice(review.case(), by=review.decider, given_on=clock.today(), kind="phone", minutes=5)


def test_officer_of_the_organisation_itself_does_not_check(review):
    officer = make_user(review.town, Role.OFFICER)
    own = make_organisation(review.town, officer)
    case = make_application(review.programme, own, state=State.SUBMITTED)

    with pytest.raises(PermissionDenied):
        operations.check(case, {"plan": ("yes", "")}, by=officer)


def test_return_names_sections_and_drafts_the_mail(review):
    case = review.case(state=State.SUBMITTED)

    after = operations.return_for_changes(case, {"when": "Bitte das Ende nennen."}, by=review.officer, reason="")

    mail = Message.objects.get(kind="return")
    assert (after.state, after.changes_asked) == (State.RETURNED, {"when": "Bitte das Ende nennen."})
    assert after.answer_by == clock.today() + timedelta(days=review.programme.answer_days)
    assert (mail.state, mail.recipient) == (Message.State.DRAFT, recipients(case)[0][0])


@pytest.mark.parametrize("sections", [{}, {"when": " "}])
def test_return_without_a_section_or_reason_is_refused(review, sections):
    case = review.case(state=State.SUBMITTED)

    said = sentence(operations.return_for_changes, case, sections, by=review.officer, reason="")

    assert said == "Please choose at least one section and say what should change."


# --- Meetings ---------------------------------------------------------------------------------------------------------


def test_meeting_invites_everybody_who_serves(review):
    make_member(review.programme, until=clock.today() - timedelta(days=1))
    gone = make_member(review.programme)
    gone.user.is_active = False
    gone.user.save()

    [item] = review.meet()

    invited = {seat.member for seat in item.meeting.attendance.all()}
    mails = set(Message.objects.filter(kind="invitation").values_list("recipient", flat=True))
    assert invited == set(review.board)
    assert mails == {member.user.email for member in review.board}


def test_meeting_in_the_past_is_refused(review):
    said = sentence(review.meet, day=clock.today() - timedelta(days=1))

    assert said == "The day of the meeting lies in the past."


def test_meeting_without_a_case_is_refused(review):
    said = sentence(
        operations.call_meeting, review.programme, [], by=review.officer, held_on=clock.today(), place="Rathaus"
    )

    assert said == "Please choose at least one application for the agenda."


def test_meeting_without_a_board_is_refused(review):
    programme = make_programme(review.town)
    case = make_application(programme, review.organisation, state=State.ADMITTED)

    said = sentence(operations.call_meeting, programme, [case], by=review.officer, held_on=clock.today())

    assert said == "The board has no members yet."


def test_case_that_is_not_admitted_cannot_go_on_an_agenda(review):
    case = review.case(state=State.SUBMITTED)

    said = sentence(review.meet, case)

    assert said == f"“{case}” cannot go on this agenda."
    assert Meeting.objects.count() == 0


def test_case_on_an_open_agenda_cannot_go_on_another(review):
    case = review.case()
    review.meet(case)

    assert sentence(review.meet, case) == f"“{case}” cannot go on this agenda."


def test_case_of_another_programme_cannot_go_on_the_agenda(review):
    case = make_application(make_programme(review.town), review.organisation, state=State.ADMITTED)

    assert sentence(review.meet, case) == f"“{case}” cannot go on this agenda."


def test_ended_meeting_frees_its_cases_for_the_next(review):
    case = review.case()
    [item] = review.meet(case)

    operations.end_meeting(item.meeting, by=review.board[0].user)
    [again] = review.meet(case)

    assert (fresh(item).closed_at is not None, again.application) == (True, case)
    assert sentence(operations.end_meeting, item.meeting, by=review.officer) == "This meeting is over."


def test_who_is_present_cannot_change_while_a_motion_is_open(review):
    [item] = review.meet()
    review.open(item)
    review.put(item)

    said = sentence(operations.mark_present, item.meeting, set(), by=review.officer)

    assert said == "A vote is under way. Please close the motion first."
    assert sentence(operations.end_meeting, item.meeting, by=review.officer) == said


def test_only_chair_deputy_and_officer_say_who_is_present(review):
    [item] = review.meet()
    operations.mark_present(item.meeting, {review.board[0].pk}, by=review.board[1].user)

    with pytest.raises(PermissionDenied):
        operations.mark_present(item.meeting, set(), by=review.board[2].user)

    assert [seat.member for seat in item.meeting.attendance.filter(present=True)] == [review.board[0]]


# --- A full meeting ---------------------------------------------------------------------------------------------------


def test_full_meeting_ends_in_the_recommendation_of_the_first_majority(review):
    [item] = review.meet()
    review.open(item)
    chair = review.board[0].user
    lost = operations.put_motion(item, by=chair, kind="fund", cents=1_598_90)
    review.cast(lost, m0="no", m1="no", m2="no", m3="no", m4="yes")
    operations.close_motion(lost, by=chair)
    won = operations.put_motion(item, by=chair, kind="fund", cents=1_200_00, conditions="Der Saal ist zugesagt.")
    review.cast(won, **YES_NO)
    won = operations.close_motion(won, by=chair)

    made = operations.finish_item(item, by=chair, reason="Es bringt Menschen zusammen.")

    assert (won.yes, won.no, won.abstained, won.excluded, won.carried) == (4, 2, 1, 0, True)
    assert (fresh(lost).yes, fresh(lost).no, fresh(lost).abstained, fresh(lost).carried) == (1, 4, 2, False)
    assert (made.kind, made.amount_cents, made.conditions) == ("fund", 1_200_00, "Der Saal ist zugesagt.")
    assert fresh(item.application).state == State.RECOMMENDED
    assert (fresh(item).closed_at is None, fresh(item.meeting).closed_at is None) == (False, False)
    assert fresh(item).leader == review.board[0]


def test_no_motion_carried_is_not_recommended(review):
    [item] = review.meet()
    review.open(item)
    review.ballot(item, m0="no", m1="no")

    made = operations.finish_item(item, by=review.officer, reason="Das gibt es schon.")

    assert (made.kind, made.amount_cents) == (Recommendation.Kind.DO_NOT_FUND, 0)


def test_carried_motion_to_defer_defers_the_case(review):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item, kind="defer")
    review.cast(motion, m0="yes", m1="yes")
    operations.close_motion(motion, by=review.officer)

    made = operations.finish_item(item, by=review.officer, reason="Der Beirat fragt nach.")

    assert (made, fresh(item.application).state) == (None, State.DEFERRED)


def test_case_deferred_once_can_come_back(review):
    case = review.case()
    [item] = review.meet(case)
    review.open(item)
    motion = review.put(item, kind="defer")
    review.cast(motion, m0="yes")
    operations.close_motion(motion, by=review.officer)
    operations.finish_item(item, by=review.officer, reason="Rückfrage.")
    carry_out(fresh(case), "resume", by=review.officer)

    [again] = review.meet(fresh(case))

    assert again.meeting != item.meeting


@pytest.mark.parametrize(
    ("earlier", "kind", "cents", "said"),
    [
        ([], "fund", 0, "The amount must lie above zero and may be at most 1.598,90 €."),
        ([], "fund", 1_598_91, "The amount must lie above zero and may be at most 1.598,90 €."),
        (
            [1_000_00],
            "fund",
            1_200_00,
            "Motions go from the highest amount downwards. This one is higher than the last.",
        ),
        ([1_000_00], "defer", 0, "A motion to defer is put first."),
        ([1_000_00], "fund", 1_000_00, "The board has already voted on this motion."),
    ],
)
def test_motion_out_of_order_is_refused(review, earlier, kind, cents, said):
    [item] = review.meet()
    review.open(item)
    for amount in earlier:
        review.ballot(item, amount, m0="no")

    assert sentence(review.put, item, cents, kind=kind).replace("\u00a0", " ") == said


def test_motion_of_the_same_amount_with_other_conditions_may_follow(review):
    [item] = review.meet()
    review.open(item)
    review.ballot(item, 1_000_00, m0="no")

    assert review.put(item, 1_000_00, conditions="Der Saal ist zugesagt.").number == 2


def test_second_motion_waits_for_the_first_and_ends_with_a_majority(review):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item)
    waiting = sentence(review.put, item, 1_000_00)
    review.cast(motion, m0="yes")
    operations.close_motion(motion, by=review.officer)

    ended = sentence(review.put, item, 1_000_00)

    assert waiting == "One motion at a time: please close the open one first."
    assert ended == "A motion was carried: it is the recommendation. Please finish this case."


def test_motion_by_a_member_who_does_not_lead_is_forbidden(review):
    [item] = review.meet()
    review.open(item)

    with pytest.raises(PermissionDenied):
        operations.put_motion(item, by=review.board[1].user, kind="fund", cents=1_000_00)


def test_finishing_asks_for_a_closed_motion_and_a_reason(review):
    [item] = review.meet()
    review.open(item)
    nothing = sentence(operations.finish_item, item, by=review.officer, reason="Gut.")
    motion = review.put(item)
    still_open = sentence(operations.finish_item, item, by=review.officer, reason="Gut.")
    operations.close_motion(motion, by=review.officer)
    without = sentence(operations.finish_item, item, by=review.officer, reason=" ")
    operations.finish_item(item, by=review.officer, reason="Gut.")

    twice = sentence(operations.finish_item, item, by=review.officer, reason="Gut.")

    assert nothing == still_open == "Please put a motion to the vote and close it first."
    assert without == "Please write down the board's reason: the decision rests on it."
    assert twice == "The board has already finished this case."


def test_lost_motion_to_defer_alone_is_no_result(review):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item, kind="defer")
    review.cast(motion, m0="no")
    operations.close_motion(motion, by=review.officer)

    said = sentence(operations.finish_item, item, by=review.officer, reason="Gut.")

    assert said == "The board did not defer this case. Please put a motion on the grant."


# --- Quorum, substitutes, tie, who leads ------------------------------------------------------------------------------


def test_three_of_seven_are_not_quorate(review):
    [item] = review.meet()
    review.open(item, *review.board[:3])

    said = sentence(review.put, item)

    assert said == (
        "The board is not quorate for this case: 3 of 7 entitled members are present and have said that they are "
        "not biased."
    )


def test_member_who_is_there_but_has_not_declared_does_not_count(review):
    [item] = review.meet()
    review.open(item, *review.board[:3])
    operations.mark_present(item.meeting, {m.pk for m in review.board[:4]}, by=review.officer)

    assert sentence(review.put, item).startswith("The board is not quorate for this case: 3 of 7")


def test_excluded_members_leave_the_divisor(review):
    [item] = review.meet()
    review.open(item, *review.board[:5], biased=(review.board[4], review.board[3]))

    motion = review.ballot(item, m0="yes")

    body = Body(fresh(item))
    assert (body.entitled, len(body.voters), motion.excluded, motion.abstained) == (5, 3, 2, 2)


def test_substitute_takes_the_seat_of_an_excluded_member_only(review):
    first, second = (make_member(review.programme, "substitute") for _ in range(2))
    [item] = review.meet()
    review.open(item, *review.board[:4], second, first, biased=(review.board[3],))

    body = Body(fresh(item))

    assert (body.entitled, body.voters) == (7, [*review.board[:3], second])


def test_substitute_of_nobody_cannot_vote(review):
    substitute = make_member(review.programme, "substitute")
    [item] = review.meet()
    review.open(item, *review.board, substitute)
    motion = review.put(item)

    said = sentence(operations.vote, motion, "yes", by=substitute.user)

    assert said == "Only members who are marked present and not biased can vote."


@pytest.mark.parametrize(("chair", "carried"), [("yes", True), ("no", False), ("abstain", False)])
def test_tie_is_decided_by_the_chair(review, chair, carried):
    [item] = review.meet()
    review.open(item)
    votes = {"yes": {"m1": "no"}, "no": {"m1": "yes"}, "abstain": {"m1": "yes", "m2": "no"}}[chair]

    motion = review.ballot(item, m0=chair, **votes)

    assert motion.carried is carried


def test_tie_is_rejected_where_the_town_says_so(review):
    review.programme.tie = "rejected"
    review.programme.save()
    [item] = review.meet()
    review.open(item)

    assert review.ballot(item, m0="yes", m1="no").carried is False


def test_tie_under_a_chair_without_a_vote_is_rejected(review):
    review.board[0].votes = False
    review.board[0].save()
    [item] = review.meet()
    review.open(item)

    motion = review.ballot(item, m1="yes", m2="no")

    assert (motion.led_by, motion.carried) == (review.board[0], False)


def test_excluded_chair_is_replaced_by_the_deputy_whose_vote_decides(review):
    [item] = review.meet()
    review.open(item, biased=(review.board[0],))
    with pytest.raises(PermissionDenied):
        operations.put_motion(item, by=review.board[0].user, kind="fund", cents=1_000_00)
    motion = operations.put_motion(item, by=review.board[1].user, kind="fund", cents=1_000_00)
    review.cast(motion, m1="yes", m2="no")

    closed = operations.close_motion(motion, by=review.board[1].user)

    assert (closed.led_by, closed.carried) == (review.board[1], True)


def test_chair_and_deputy_out_leaves_the_lead_to_the_longest_serving(review):
    oldest = review.board[4]
    oldest.since = oldest.since - timedelta(days=400)
    oldest.save()
    [item] = review.meet()
    review.open(item, *review.board[2:])

    assert review.put(item).led_by == oldest


def test_nobody_present_means_nobody_leads(review):
    [item] = review.meet()

    assert sentence(review.put, item) == (
        "Nobody can lead this case: no member is present who declared to be unbiased."
    )


# --- Votes ------------------------------------------------------------------------------------------------------------


def test_vote_can_be_changed_until_it_is_closed_and_counts_once(review):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item)
    review.cast(motion, m0="no")
    review.cast(motion, m0="yes")

    closed = operations.close_motion(motion, by=review.officer)

    assert (closed.yes, closed.no, closed.abstained) == (1, 0, 6)


def test_vote_after_closing_is_not_counted(review):
    [item] = review.meet()
    review.open(item)
    motion = review.ballot(item, m0="yes")

    said = sentence(operations.vote, motion, "no", by=review.board[1].user)

    assert said == "The vote on this motion is closed. Your vote was not counted."
    assert sentence(operations.close_motion, motion, by=review.officer) == "This motion is already closed."


def test_vote_of_an_absent_member_is_refused(review):
    [item] = review.meet()
    review.open(item, *review.board[:5])
    motion = review.put(item)
    operations.declare(item, by=review.board[6].user, biased=False)

    said = sentence(operations.vote, motion, "yes", by=review.board[6].user)

    assert said == "Only members who are marked present and not biased can vote."


def test_vote_of_somebody_without_a_seat_is_forbidden(review):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item)

    for user in (review.officer, review.decider, make_user(review.town, Role.BOARD)):
        with pytest.raises(PermissionDenied):
            operations.vote(motion, "yes", by=user)


def test_vote_for_something_unknown_is_an_error(review):
    [item] = review.meet()
    review.open(item)

    with pytest.raises(ValueError):
        operations.vote(review.put(item), "maybe", by=review.board[0].user)


def test_votes_are_sealed_in_the_whole_database_until_the_motion_closes(review):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item)
    before = dump()

    review.cast(motion, m0="abstain", m1="no", m2="yes", m3="no")

    # Only that somebody voted may show, by an event without details; the ballot box itself is never shown.
    after = dump()
    grown = {name for name in after if after[name] != before[name]}
    assert grown == {"funding.event", "funding.eventdetails", "funding.eventhead"}
    assert [row.details for row in EventDetails.objects.filter(event__kind="motion.vote")] == [{}] * 4
    assert (fresh(motion).yes, fresh(motion).no, fresh(motion).abstained, fresh(motion).carried) == (None,) * 4
    assert motion.history.count() == 1


def dump():
    """Every row of every table but the ballot box."""
    return {
        model._meta.label_lower: [tuple(row) for row in model._base_manager.order_by("pk").values_list()]
        for model in apps.get_models()
        if model is not Vote
    }


def test_vote_has_no_row_history():
    assert not hasattr(Vote, "history")


# --- Bias -------------------------------------------------------------------------------------------------------------


def test_biased_member_loses_file_and_vote(review):
    case = review.case()
    [item] = review.meet(case)
    review.open(item, biased=(review.board[2],))
    motion, member = review.put(item), review.board[2].user

    said = sentence(operations.vote, motion, "yes", by=member)

    assert said == "Only members who are marked present and not biased can vote."
    assert not Application.objects.visible_to(member).exists()
    assert not BoardItem.objects.visible_to(member).exists()
    assert BoardItem.objects.visible_to(review.board[3].user).count() == 1


def test_bias_can_be_admitted_but_not_taken_back(review):
    [item] = review.meet()
    member = review.board[2]
    operations.declare(item, by=member.user, biased=False)
    operations.declare(item, by=member.user, biased=True, reason="Schwager")

    said = sentence(operations.declare, item, by=member.user, biased=False)

    assert said == "You said that you are biased. Please ask the officer if that was a mistake."
    assert list(BiasDeclaration.objects.values_list("biased", "reason")) == [(True, "Schwager")]


def test_declaring_is_for_the_invited_and_only_while_the_case_is_open(review):
    [item] = review.meet()
    late = make_member(review.programme)
    with pytest.raises(PermissionDenied):
        operations.declare(item, by=late.user, biased=False)
    operations.end_meeting(item.meeting, by=review.officer)

    said = sentence(operations.declare, item, by=review.board[0].user, biased=True)

    assert said == "The board has already finished this case. Please tell the officer if you were biased."


def test_bias_found_while_the_vote_is_open_voids_it(review):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item)
    review.cast(motion, m0="yes", m2="yes")

    operations.declare(item, by=review.board[2].user, biased=True, reason="Kassiererin des Vereins")

    after = fresh(motion)
    assert (after.void, after.is_open, after.yes, after.carried) == (True, False, None, None)
    assert Vote.objects.count() == 0
    assert review.put(item).number == 2


def test_bias_of_somebody_who_did_not_vote_leaves_the_ballot_standing(review):
    [item] = review.meet()
    review.open(item)
    motion = review.put(item)
    review.cast(motion, m0="yes")

    operations.declare(item, by=review.board[2].user, biased=True)

    assert (fresh(motion).void, Vote.objects.count()) == (False, 1)
    assert operations.close_motion(motion, by=review.officer).excluded == 1


def test_bias_found_after_closing_voids_every_ballot_of_the_item(review):
    [item] = review.meet()
    review.open(item)
    review.ballot(item, 1_500_00, m0="no", m2="no")
    review.ballot(item, 1_000_00, m0="yes")

    voided = operations.exclude(item, review.board[2], by=review.officer, reason="Vorstand des Vereins")

    assert voided is True
    assert list(Motion.objects.values_list("void", "carried")) == [(True, None), (True, None)]
    assert review.put(item, 1_500_00).number == 3


def test_bias_found_after_the_recommendation_sends_the_case_back_to_the_board(review):
    case = review.case()
    [item] = review.meet(case)
    review.open(item)
    review.ballot(item, **YES_NO)
    operations.finish_item(item, by=review.officer, reason="Gut.")
    operations.prepare_decision(fresh(case), by=review.decider, kind="award", cents=1_500_00, reasons="Etwas weniger.")

    operations.exclude(item, review.board[2], by=review.officer, reason="Schwester der Vorsitzenden")

    after = fresh(case)
    assert (after.state, operations.current_recommendation(after)) == (State.ADMITTED, None)
    assert (Decision.objects.count(), reserved_cents(after)) == (0, 0)
    [again] = review.meet(after)
    assert list(again.declarations.values_list("member", "biased")) == [(review.board[2].pk, True)]


def test_excluding_asks_for_the_officer_and_a_reason(review):
    [item] = review.meet()
    stranger = make_member(review.programme)

    without = sentence(operations.exclude, item, review.board[2], by=review.officer, reason=" ")
    foreign = sentence(operations.exclude, item, stranger, by=review.officer, reason="Tante")
    with pytest.raises(PermissionDenied):
        operations.exclude(item, review.board[2], by=review.board[0].user, reason="Tante")

    assert without == "Please give the reason: it stands in the minutes."
    assert foreign == "This person was not invited to the meeting."


def test_quorum_lost_by_bias_during_the_vote_voids_the_ballot(review):
    [item] = review.meet()
    review.open(item, *review.board[:4])
    motion = review.put(item)
    review.cast(motion, m0="yes")
    for member in review.board[1:4]:
        operations.declare(item, by=member.user, biased=True)

    closed = operations.close_motion(motion, by=review.officer)

    assert (closed.void, closed.carried, fresh(item).closed_at) == (True, None, None)


# --- Second meeting ---------------------------------------------------------------------------------------------------


def test_second_meeting_with_the_same_cases_needs_one_voter(review):
    review.board[0].user.language = "en"
    review.board[0].user.save()
    case, other = review.case(), review.case()
    first, _second = review.meet(case, other)
    review.open(first, *review.board[:2])

    items = review.meet(case, other, repeats=first.meeting)
    review.open(items[0], review.board[3])
    motion = review.ballot(items[0], m3="yes")

    assert (motion.carried, motion.led_by) == (True, review.board[3])
    assert not first.meeting.items.filter(closed_at=None).exists()
    [notice] = Message.objects.filter(
        kind="invitation", recipient=review.board[0].user.email, about_id=items[0].meeting_id
    )
    sentences = notice.body.split("\n\n")
    assert sentences[-1] == ("This meeting repeats one that was not quorate. It is quorate however many members come.")


def test_second_meeting_takes_up_nothing_else(review):
    case, other, new = review.case(), review.case(), review.case()
    first, second = review.meet(case, other)
    review.open(second)  # quorate for this one
    operations.mark_present(first.meeting, {m.pk for m in review.board}, by=review.officer)

    for chosen in ([case, other], [case, new], [other]):
        said = sentence(review.meet, *chosen, repeats=first.meeting)
        assert said == "A second meeting takes up exactly the cases for which the first one was not quorate."
    assert [item.application for item in operations.without_quorum(first.meeting)] == [case]
    assert review.meet(case, repeats=first.meeting)[0].application == case


def test_second_meeting_cannot_be_called_before_the_first_was_held(review):
    case = review.case()
    [first] = review.meet(case, day=clock.today() + timedelta(days=7))

    said = sentence(review.meet, case, repeats=first.meeting, day=clock.today() + timedelta(days=14))

    assert said == "The first meeting has not been held yet."


def test_second_meeting_without_any_voter_goes_on_without_recommendation(review):
    case = review.case()
    [first] = review.meet(case)
    too_early = sentence(operations.go_on_without, first, by=review.officer, reason="Niemand kam.")
    [item] = review.meet(case, repeats=first.meeting)

    made = operations.go_on_without(item, by=review.officer, reason="Auch zum zweiten Termin kam niemand.")

    assert too_early == "There are members who can vote on this case, in this meeting or in a second one."
    assert (made.kind, fresh(case).state) == (Recommendation.Kind.NONE, State.RECOMMENDED)


def test_board_biased_as_a_whole_goes_on_without_recommendation(review):
    [item] = review.meet()
    review.open(item, biased=tuple(review.board))
    without = sentence(operations.go_on_without, item, by=review.officer, reason="")

    made = operations.go_on_without(item, by=review.officer, reason="Alle sind befangen.")

    assert (without, made.kind) == ("Please give the reason: it stands in the minutes.", Recommendation.Kind.NONE)


def test_going_on_while_somebody_can_vote_is_refused(review):
    case = review.case()
    [first] = review.meet(case)
    [item] = review.meet(case, repeats=first.meeting)
    review.open(item, review.board[5])

    said = sentence(operations.go_on_without, item, by=review.officer, reason="Keine Zeit.")

    assert said == "There are members who can vote on this case, in this meeting or in a second one."


# --- Written procedure ------------------------------------------------------------------------------------------------


@pytest.fixture
def written(review):
    """An item to be voted on in writing within a week, declared by all, its motion open."""
    [item] = review.meet(day=clock.today() + timedelta(days=7), kind="written", place="")
    review.open(item)
    return item, review.put(item)


def after_deadline():
    return clock.at(clock.today() + timedelta(days=8))


@pytest.mark.parametrize(
    ("votes", "carried"),
    [
        ({"m1": "yes", "m2": "yes", "m3": "yes", "m4": "no"}, True),
        ({"m1": "yes", "m2": "no", "m3": "no", "m4": "abstain"}, False),
        ({"m0": "yes", "m1": "yes", "m2": "no", "m3": "no"}, True),
        ({"m1": "yes", "m2": "yes", "m3": "no", "m4": "no"}, False),
    ],
)
def test_written_procedure_counts_returned_votes_after_its_deadline(review, written, votes, carried):
    item, motion = written
    review.cast(motion, **votes)
    early = sentence(operations.close_motion, motion, by=review.officer)

    with after_deadline():
        closed = operations.close_motion(motion, by=review.officer)
        made = operations.finish_item(item, by=review.officer, reason="So.")

    assert early == "Votes can still come in until the deadline."
    assert (closed.carried, closed.yes + closed.no + closed.abstained) == (carried, len(votes))
    assert made.kind == ("fund" if carried else "do-not-fund")


def test_written_procedure_with_every_vote_in_can_close_early(review, written):
    _item, motion = written
    review.cast(motion, **{f"m{place}": "yes" for place in range(7)})

    assert operations.close_motion(motion, by=review.officer).carried is True


def test_written_procedure_with_too_few_votes_goes_to_a_meeting(review, written):
    item, motion = written
    review.cast(motion, m0="yes", m1="yes", m2="yes")

    with after_deadline():
        closed = operations.close_motion(motion, by=review.officer)

    assert (closed.void, closed.carried, Vote.objects.count()) == (True, None, 0)
    assert (fresh(item).closed_at is None, fresh(item.application).state) == (False, State.ADMITTED)
    assert list(Application.objects.for_board()) == [item.application]


def test_first_objection_ends_the_written_procedure(review, written):
    item, motion = written
    review.cast(motion, m0="yes")

    ended = operations.object_to(motion, by=review.board[3].user)

    assert (ended.void, ended.objected_by, ended.yes, Vote.objects.count()) == (True, review.board[3], None, 0)
    assert list(Application.objects.for_board()) == [item.application]
    assert sentence(operations.object_to, motion, by=review.board[2].user) == (
        "The vote on this motion is closed. Your vote was not counted."
    )


def test_written_vote_after_the_deadline_is_not_counted(review, written):
    _item, motion = written

    with after_deadline():
        said = sentence(operations.vote, motion, "yes", by=review.board[0].user)

    assert said == "The time of this written procedure is over. Your vote was not counted."


def test_written_procedure_has_one_motion_on_a_grant(review, written):
    item, motion = written
    with after_deadline():
        review_votes = {f"m{place}": "no" for place in range(7)}
    review.cast(motion, **review_votes)
    operations.close_motion(motion, by=review.officer)

    assert sentence(review.put, item, 1_000_00) == ("A written procedure has one motion only. Please finish this case.")


def test_written_procedure_cannot_defer_and_a_meeting_cannot_be_objected_to(review):
    [inwriting] = review.meet(day=clock.today() + timedelta(days=7), kind="written")
    review.open(inwriting)
    [live] = review.meet()
    review.open(live)

    deferring = sentence(review.put, inwriting, kind="defer")
    objecting = sentence(operations.object_to, review.put(live), by=review.board[0].user)

    assert deferring == "A written procedure can only vote on a grant. Any member can ask for a meeting instead."
    assert objecting == "Only a written procedure can be objected to."
    assert sentence(operations.mark_present, inwriting.meeting, set(), by=review.officer) == (
        "Nobody is present in a written procedure."
    )


# --- Withdrawn or reopened during the vote ----------------------------------------------------------------------------


@pytest.mark.parametrize(("move", "state"), [("withdraw", State.WITHDRAWN), ("reopen_check", State.SUBMITTED)])
def test_case_taken_away_during_the_vote_closes_its_item(review, move, state):
    case = review.case()
    [item] = review.meet(case)
    review.open(item)
    motion = review.put(item)
    review.cast(motion, m0="yes")

    carry_out(case, move, by=review.officer, reason="Auf Wunsch.")

    assert (fresh(case).state, fresh(motion).void, Vote.objects.count()) == (state, True, 0)
    assert fresh(item.meeting).closed_at is not None
    assert sentence(operations.vote, motion, "no", by=review.board[1].user) == (
        "The vote on this motion is closed. Your vote was not counted."
    )


# --- Decision ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def advised(review):
    """A case the board recommended with 1,500.00 of 1,598.90 asked for."""
    case = review.case(checked_by=review.officer)
    [item] = review.meet(case)
    review.open(item)
    review.ballot(item, 1_500_00, **YES_NO)
    operations.finish_item(item, by=review.officer, reason="Gut.")
    return fresh(case)


REJECTION = {
    "kind": "reject",
    "grounds": {"Viele machen mit.": "Nur drei Personen sind beteiligt."},
    "next_step": "Stellen Sie den Antrag neu.",
    "deviation_reason": "Es gibt das schon.",
}


def prepare(review, case, **changes):
    defaults = {"by": review.decider, "kind": "award", "cents": 1_500_00, "reasons": "Der Topf soll reichen."}
    return operations.prepare_decision(case, **defaults | changes)


def test_decision_is_prepared_with_its_money_held(review, advised):
    decision = prepare(review, advised)

    assert (decision.amount_cents, decision.reserved_cents, reserved_cents(advised)) == (1_500_00,) * 3
    assert (fresh(advised).state, fresh(advised).version, decision.version) == (State.RECOMMENDED, advised.version, 1)


def test_decision_rewritten_as_a_rejection_frees_the_money(review, advised):
    prepare(review, advised)

    decision = prepare(review, advised, **REJECTION, cents=900_00)

    assert (Decision.objects.count(), decision.amount_cents, reserved_cents(advised)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cents": 0}, "The amount of an award must lie above zero."),
        ({"cents": 1_598_91}, "More than was asked for (1.598,90 €) cannot be awarded."),
        ({"reasons": " "}, "Please give the reasons: a full or partial refusal needs them (§ 39 VwVfG)."),
        ({"cents": 1_400_00}, "Please say why you do not follow the board's recommendation."),
        ({**REJECTION, "deviation_reason": ""}, "Please say why you do not follow the board's recommendation."),
        (
            {**REJECTION, "grounds": {}},
            "A rejection rests on the published criteria. Please write a sentence for at least one.",
        ),
        ({**REJECTION, "next_step": " "}, "Please say what the group can do next. A rejection is never the last word."),
        (
            {"provisions": [operations.Text("condition", "Bis zum {datum}.")]},
            "There is no placeholder {datum} here. Possible are: {betrag}, {titel}, {organisation}, {aktenzeichen}, "
            "{beginn}, {ende}, {nachweis_bis}",
        ),
        (
            {"provisions": [operations.Text("condition", "Bis zum {datum.")]},
            "There is a brace that belongs to no placeholder near “Bis zum {datum.”. They are written like {titel}.",
        ),
    ],
)
def test_decision_is_refused_with_a_sentence(review, advised, changes, said):
    assert sentence(prepare, review, advised, **changes).replace("\u00a0", " ") == said


def test_decision_above_the_cap_is_refused_with_the_limit(review, advised):
    review.programme.cap_per_project_cents = 1_000_00
    review.programme.save()

    said = sentence(prepare, review, fresh(advised)).replace("\u00a0", " ")

    assert said == "At most 1.000,00 € can be awarded: that is the highest grant per project."


def test_decision_deviates_with_a_reason(review, advised):
    decision = prepare(review, advised, cents=1_598_90, reasons="", deviation_reason="Der Topf ist noch voll.")

    assert decision.amount_cents == 1_598_90


def test_decision_that_drops_the_boards_conditions_deviates():
    advice = Recommendation(kind="fund", amount_cents=100_00, conditions="Der Saal ist zugesagt.")

    assert operations.deviates(advice, "award", 100_00) is True
    assert operations.deviates(advice, "award", 100_00, True) is False


def test_decision_before_the_board_has_advised_is_refused(review):
    said = sentence(prepare, review, review.case())

    assert said == "This application is not ready to be decided, or it was decided meanwhile."


def test_decision_by_who_admitted_the_case_is_forbidden(review, advised):
    Assignment.objects.create(municipality=review.town, user=review.officer, role=Role.DECIDER)

    with pytest.raises(PermissionDenied):
        prepare(review, advised, by=fresh(review.officer))


def test_decision_by_who_answered_a_single_point_is_refused(review, advised):
    CheckResult.objects.create(
        municipality=review.town,
        application=advised,
        item="plan",
        result="yes",
        checked_by=review.decider,
        checked_at=clock.now(),
    )

    assert sentence(prepare, review, advised) == ("You worked on this case before. Somebody else has to decide it.")


def test_decision_by_somebody_with_a_seat_is_refused_with_and_without_the_role(review, advised):
    member = review.board[3].user
    Assignment.objects.create(municipality=review.town, user=member, role=Role.DECIDER)
    with pytest.raises(PermissionDenied):
        prepare(review, advised, by=fresh(member))
    Assignment.objects.filter(user=member, role=Role.BOARD).delete()

    said = sentence(prepare, review, advised, by=fresh(member))

    assert said == "You worked on this case before. Somebody else has to decide it."


def test_decision_falls_when_the_case_is_withdrawn(review, advised):
    decision = prepare(review, advised)

    carry_out(fresh(advised), "withdraw", by=review.officer, reason="Auf Wunsch.")

    assert (Decision.objects.count(), reserved_cents(advised)) == (0, 0)
    assert (
        sentence(operations.release, decision, by=review.decider) == "This decision was taken back. Nothing was sent."
    )


def test_release_awards_once(review, advised):
    decision = prepare(review, advised)

    operations.release(decision, by=review.decider)

    assert (fresh(advised).state, Grant.objects.get().amount_cents) == (State.AWARDED, 1_500_00)
    assert sentence(operations.release, decision, by=review.decider) == "This decision was already released."
    assert Message.objects.get(kind="decision").state == Message.State.DRAFT


def test_release_beyond_the_pot_is_refused_with_the_figures_and_nothing_happens(review, advised):
    review.programme.budget_per_year_cents = 1_000_00
    review.programme.save()
    open_year(review.programme, 2026, by=review.officer)
    decision = prepare(review, fresh(advised))

    said = sentence(operations.release, decision, by=review.decider).replace("\u00a0", " ")

    assert said == (
        "The pot of 2026 does not suffice: 1.000,00 € are free for this, 1.500,00 € are needed, 500,00 € are missing. "
        "Nothing was released."
    )
    assert (fresh(advised).state, fresh(decision).letter, Grant.objects.count()) == (State.RECOMMENDED, None, 0)


def test_release_without_a_letterhead_is_refused(review, advised):
    decision = prepare(review, advised)
    review.town.court = ""
    review.town.save()

    said = sentence(operations.release, decision, by=review.decider)

    assert said == "No letter can be issued yet. Please enter first: court or authority of the remedy"


def test_release_by_another_towns_decider_is_forbidden(review, advised):
    decision = prepare(review, advised)

    with pytest.raises(PermissionDenied):
        operations.release(decision, by=make_user(make_town(), Role.DECIDER))


def test_mail_about_a_decision_provides_its_letter_when_it_is_sent(review, advised):
    Consent.objects.create(
        municipality=review.town, application=advised, kind="electronic-delivery", given_at=clock.now()
    )
    decision = operations.release(prepare(review, advised), by=review.decider)
    draft = Message.objects.get(kind="decision")

    send_message(draft, by=review.officer, subject=draft.subject, body=draft.body)

    assert fresh(decision.letter).provided_on == clock.today()


def test_award_letter_names_the_account_that_was_applied_with(review, advised, monkeypatch):
    decision = prepare(review, advised)
    type(review.organisation).objects.update(iban="DE02120300000000202051", representatives=["Jemand anders"])
    read = []
    real = documents.decision_letter
    monkeypatch.setattr(
        documents, "decision_letter", lambda d, **more: read.append(d.application.organisation) or real(d, **more)
    )

    operations.release(decision, by=review.decider)

    assert [(o.iban, o.representatives) for o in read] == [("DE89370400440532013000", ["Miriam Okafor"])]
    assert fresh(review.organisation).iban == "DE02120300000000202051"


# --- Staff and members who belong to the applicant --------------------------------------------------------------------


def joins(user, organisation, right="edit"):
    Membership.objects.create(municipality=organisation.municipality, organisation=organisation, user=user, right=right)
    return fresh(user)


def test_member_who_may_act_for_the_applicant_cannot_declare_to_be_unbiased(review):
    [item] = review.meet()
    member = joins(review.board[3].user, review.organisation)

    said = sentence(operations.declare, item, by=member, biased=False)

    assert said == "You may act for this applicant here. Whoever represents somebody cannot vote on their case."
    assert operations.declare(item, by=member, biased=True).biased is True


@pytest.mark.parametrize("name", ["officer", "decider"])
def test_staff_of_the_applicant_see_neither_its_item_nor_its_prepared_decision(review, advised, name):
    prepare(review, advised)
    colleague = getattr(review, name)
    before = (BoardItem.objects.visible_to(colleague).count(), Decision.objects.visible_to(colleague).count())

    own = joins(colleague, review.organisation, "view")

    after = (BoardItem.objects.visible_to(own).count(), Decision.objects.visible_to(own).count())
    assert (before, after) == ((1, 1), (0, 0))


def test_decision_by_somebody_of_the_applicant_is_forbidden(review, advised):
    with pytest.raises(PermissionDenied):
        prepare(review, advised, by=joins(review.decider, review.organisation))
