"""Before the vote: private notes and leanings, comments, doubts about bias and how the board rules on them."""

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied

from applications.models import Application
from funding import clock
from funding.gate import Refused
from funding.models import EventDetails, Programme
from funding.policies import Role
from review import operations
from review.models import BiasDeclaration, BoardComment, BoardItem, Motion, PrivateNote, Ruling, Vote
from tests.factories import make_member, make_user
from tests.review.test_views import errors, said, signed_in, text_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def item(review):
    """An item in a meeting today: everybody is there and declared to be unbiased."""
    [found] = review.meet()
    review.open(found)
    return found


def fresh(obj):
    return type(obj).objects.get(pk=obj.pk)


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return str(refused.value)


def reads(member):
    return BoardItem.objects.visible_to(member.user).exists()


# --- Private notes ----------------------------------------------------------------------------------------------------


def test_private_note_is_kept_and_shown_to_its_member_only(review, item):
    client = signed_in(review.board[2].user)

    kept = client.post(url("private-note", item.pk), {"note-leaning": "against", "note-text": "Zu teuer?"}, follow=True)
    others = [signed_in(user).get(url("item", item.pk)) for user in (review.officer, review.board[3].user)]

    assert "Kept. Nobody else can read it." in text_of(kept)
    assert (kept.context["note_form"]["leaning"].value(), kept.context["note_form"]["text"].value()) == (
        "against",
        "Zu teuer?",
    )
    assert ["Zu teuer?" in text_of(page) for page in others] == [False, False]
    assert [page.context["note_form"] is None for page in others] == [True, False]


def test_private_note_leaves_no_trace_in_history_or_event_log(review, item):
    before = dump()

    operations.note_privately(item, by=review.board[2].user, leaning="for", text="Gut.")
    operations.note_privately(item, by=review.board[2].user, leaning="against", text="Doch nicht.")

    after = dump()
    assert {name for name in after if after[name] != before[name]} == {"review.privatenote"}
    assert list(PrivateNote.objects.values_list("leaning", "text")) == [("against", "Doch nicht.")]


def dump():
    return {
        model._meta.label_lower: [tuple(row) for row in model._base_manager.order_by("pk").values_list()]
        for model in apps.get_models()
    }


def test_private_note_is_for_members_who_are_unbiased(review, item):
    operations.declare(item, by=review.board[2].user, biased=True)

    for user in (review.board[2].user, review.officer, make_user(review.town, Role.AUDITOR)):
        with pytest.raises(PermissionDenied):
            operations.note_privately(item, by=user, text="Nur für mich")


def test_private_note_of_a_member_found_biased_is_gone(review, item):
    operations.note_privately(item, by=review.board[2].user, text="Gut.")

    operations.exclude(item, review.board[2], by=review.officer, reason="Vorstand")

    assert not PrivateNote.objects.exists()


# --- Comments ---------------------------------------------------------------------------------------------------------


def test_comment_is_read_by_unbiased_members_officer_and_auditor(review, item):
    operations.declare(item, by=review.board[6].user, biased=True)
    signed_in(review.board[2].user).post(url("comment", item.pk), {"comment-text": "Wer betreut die Kinder?"})
    signed_in(review.officer).post(url("comment", item.pk), {"comment-text": "Zwei Ehrenamtliche."})

    people = [review.board[3].user, review.officer, make_user(review.town, Role.AUDITOR), review.decider]
    pages = [text_of(signed_in(user).get(url("item", item.pk))) for user in people]

    assert ["Wer betreut die Kinder?" in page for page in pages] == [True, True, True, False]
    assert [comment.text for comment in BoardComment.objects.all()] == [
        "Wer betreut die Kinder?",
        "Zwei Ehrenamtliche.",
    ]
    assert signed_in(review.board[6].user).get(url("item", item.pk)).status_code == 404
    assert [row.details for row in EventDetails.objects.filter(event__kind="item.comment")] == [{}, {}]


def test_comment_is_forbidden_to_everybody_else(review, item):
    for user in (review.decider, make_user(review.town, Role.AUDITOR)):
        assert signed_in(user).post(url("comment", item.pk), {"comment-text": "Hallo"}).status_code == 403


def test_comment_that_is_empty_keeps_what_was_typed_elsewhere(review, item):
    client = signed_in(review.board[2].user)

    response = client.post(url("comment", item.pk), {"comment-text": " ", "note-text": "Für mich"})

    assert errors(response) == {"text": ["Please write your comment first."]}
    assert response.context["note_form"]["text"].value() == "Für mich"


def test_comment_after_the_board_has_finished_is_refused_and_kept_in_the_form(review, item):
    operations.end_meeting(item.meeting, by=review.officer)

    response = signed_in(review.board[2].user).post(url("comment", item.pk), {"comment-text": "Zu spät"})

    assert errors(response) == {"__all__": ["The board has already finished this case."]}


def test_vote_keeps_the_note_that_was_being_typed(review, item):
    motion, client = review.put(item), signed_in(review.board[2].user)

    client.post(url("vote", motion.pk), {"choice": "yes", "note-text": "Halber Satz", "comment-text": "Und noch"})

    context = client.get(url("item", item.pk)).context
    assert [context[name]["text"].value() for name in ("note_form", "comment_form")] == ["Halber Satz", "Und noch"]
    assert context["own_vote"].choice == "yes"


def test_kept_note_is_shown_again_beside_a_comment_that_was_being_typed(review, item):
    client = signed_in(review.board[2].user)

    client.post(url("private-note", item.pk), {"note-text": "Gut.", "note-leaning": "for", "comment-text": "Halb"})

    page = client.get(url("item", item.pk))
    assert [page.context[name]["text"].value() for name in ("note_form", "comment_form")] == ["Gut.", "Halb"]
    assert "There is a problem" not in page.content.decode()


# --- Doubts and rulings -----------------------------------------------------------------------------------------------


def doubted(review, item, place=2, by=None):
    member = review.board[place]
    return operations.doubt(item, member, "Ist im Verein, aber nicht im Vorstand.", by=by or member.user)


def test_member_who_is_not_sure_neither_reads_nor_votes_until_the_board_has_ruled(review):
    [item] = review.meet()
    member = review.board[2]
    client = signed_in(member.user)

    response = client.post(
        url("declare", item.pk), {"biased": "doubtful", f"reason-{item.pk}": "Ich bin dort Mitglied."}
    )

    ruling = Ruling.objects.get()
    assert said(response) == ["Noted. The board rules on it without you. Until then the file stays closed for you."]
    assert (ruling.question, ruling.asked_by, ruling.is_open) == ("Ich bin dort Mitglied.", member.user, True)
    assert reads(member) is False
    assert refusal(operations.declare, item, by=member.user, biased=False) == (
        "The board rules first whether you are biased. Until then the file stays closed for you."
    )
    assert client.get(url("meeting", item.meeting_id)).context["rows"][0]["in_doubt"] is True


def test_doubt_about_a_member_who_declared_closes_the_file_again(review, item):
    ruling = doubted(review, item, by=review.officer)

    assert (ruling.asked_by, reads(review.board[2])) == (review.officer, False)
    assert not Application.objects.visible_to(review.board[2].user).exists()


@pytest.mark.parametrize(
    ("yes", "no", "leader_vote", "biased"),
    [(4, 2, "", True), (2, 4, "", False), (0, 0, "", False), (3, 3, "yes", True), (3, 3, "no", False),
     (3, 3, "abstain", False), (1, 0, "", True)],
)  # fmt: skip
def test_board_rules_without_the_member_by_majority_and_on_a_tie_by_who_leads(
    review, item, yes, no, leader_vote, biased
):
    ruled = operations.rule(doubted(review, item), by=review.officer, yes=yes, no=no, leader_vote=leader_vote)

    assert (ruled.biased, ruled.yes, ruled.no, ruled.abstained) == (biased, yes, no, 6 - yes - no)
    assert (ruled.led_by, reads(review.board[2])) == (review.board[0], not biased)
    assert BiasDeclaration.objects.get(member=review.board[2]).biased is biased


def test_tie_about_bias_is_a_no_where_the_town_says_so(review, item):
    Programme.objects.update(tie=Programme.Tie.REJECTED)

    assert operations.rule(doubted(review, item), by=review.officer, yes=3, no=3, leader_vote="yes").biased is False


def test_member_found_not_biased_reads_and_votes(review, item):
    operations.rule(doubted(review, item), by=review.officer, yes=1, no=5)
    motion = review.put(item)

    operations.vote(motion, "yes", by=review.board[2].user)

    assert Vote.objects.get().member == review.board[2]


def test_ruling_lifts_an_exclusion_of_the_same_case_in_every_meeting(review):
    case = review.case()
    [first] = review.meet(case)
    operations.declare(first, by=review.board[2].user, biased=True, reason="Mitglied")
    [second] = review.meet(case, repeats=first.meeting)
    review.open(second, *[m for m in review.board if m != review.board[2]])

    operations.rule(doubted(review, second, by=review.officer), by=review.officer, yes=0, no=6)

    assert reads(review.board[2]) is True
    assert not BiasDeclaration.objects.filter(member=review.board[2], biased=True).exists()


def test_member_found_biased_after_voting_voids_the_ballot(review, item):
    motion = review.ballot(item, m0="yes", m2="yes")

    operations.rule(doubted(review, item, by=review.officer), by=review.officer, yes=6, no=0)

    assert (fresh(motion).void, fresh(motion).carried) == (True, None)


def test_member_who_then_says_that_they_are_biased_settles_the_doubt(review, item):
    ruling = doubted(review, item)

    operations.declare(item, by=review.board[2].user, biased=True)

    assert (fresh(ruling).is_open, fresh(ruling).biased) == (False, None)
    assert refusal(operations.rule, ruling, by=review.officer, yes=0, no=6) == "The board has already ruled on this."


@pytest.mark.parametrize(
    ("votes", "sentence"),
    [
        ({"yes": 4, "no": 3}, "Only 6 members are present who may vote on this."),
        (
            {"yes": 3, "no": 3},
            "The votes are equal: please say how the person who leads voted. Their vote decides.",
        ),
    ],
)
def test_ruling_is_refused_with_a_sentence_and_nothing_is_lost(review, item, votes, sentence):
    ruling = doubted(review, item)

    response = signed_in(review.officer).post(url("rule", ruling.pk), votes)

    assert errors(response) == {"__all__": [sentence]}
    assert response.context["form"]["yes"].value() == str(votes["yes"])
    assert fresh(ruling).is_open is True


def test_too_few_members_cannot_rule(review):
    [item] = review.meet()
    review.open(item, *review.board[:4])

    said = refusal(operations.rule, doubted(review, item), by=review.officer, yes=3, no=0)

    assert said == "Too few members are present to rule on this without the member: 3."


def test_doubt_is_refused_with_a_sentence(review, item):
    doubted(review, item)
    again = refusal(doubted, review, item)
    empty = refusal(operations.doubt, item, review.board[3], " ", by=review.officer)
    review.put(item)
    voting = refusal(doubted, review, item, 4)
    [written] = review.meet(kind="written", place="")
    in_writing = refusal(doubted, review, written)

    assert again == "The board is asked already whether this member is biased."
    assert empty == "Please say what makes you doubt: the board rules on it."
    assert voting == "A vote is under way. Please close the motion first."
    assert in_writing == ("The board rules on doubts in a meeting. Please ask for one, or say that you are biased.")


def test_doubt_about_others_is_raised_by_who_leads_only(review, item):
    with pytest.raises(PermissionDenied):
        doubted(review, item, by=review.board[3].user)

    assert doubted(review, item, by=review.board[0].user).asked_by == review.board[0].user


def test_chair_does_not_rule_on_themself(review, item):
    ruling = doubted(review, item, place=0)

    with pytest.raises(PermissionDenied):
        operations.rule(ruling, by=review.board[0].user, yes=0, no=6)
    assert signed_in(review.board[0].user).get(url("rule", ruling.pk)).status_code == 404
    assert operations.rule(ruling, by=review.board[1].user, yes=0, no=6).led_by == review.board[1]


def test_doubt_is_raised_and_ruled_on_in_the_browser(review, item):
    chair = signed_in(review.board[0].user)

    asked = chair.post(url("doubt", item.pk), {"member": review.board[2].pk, "question": "Schwägerin im Vorstand?"})
    ruled = chair.post(asked.headers["location"], {"yes": "5", "no": "1"}, follow=True)
    page = text_of(chair.get(url("item", item.pk)))

    assert f"Noted: {review.board[2]} is biased." in text_of(ruled)
    assert "biased ( Yes 5 · No 1 · Abstained 0 ) Schwägerin im Vorstand?".replace("( ", "(").replace(" )", ")") in page
    record = [(row.event.kind, row.details) for row in EventDetails.objects.filter(event__kind__startswith="ruling")]
    assert record[0] == ("ruling.ask", {"member": review.board[2].pk})
    assert record[1][1]["yes"] == 5


def test_ruling_twice_is_a_message(review, item):
    ruling = doubted(review, item)
    operations.rule(ruling, by=review.officer, yes=0, no=6)

    response = signed_in(review.officer).get(url("rule", ruling.pk))

    assert said(response) == ["The board has already ruled on this."]


def test_substitute_takes_the_seat_of_a_member_found_biased(review):
    substitute = make_member(review.programme, "substitute", since=clock.today())
    [item] = review.meet()
    review.open(item, *review.board, substitute)
    operations.rule(doubted(review, item), by=review.officer, yes=6, no=0)
    motion = review.put(item)

    operations.vote(motion, "yes", by=substitute.user)

    assert Motion.objects.get().votes.get().member == substitute
