"""The same pages without a script: an applicant from the first line to the receipt, and a vote."""

from datetime import timedelta

import pytest

from applications.models import Application, FinancingLine
from applications.workflow import State
from funding.policies import Role
from review import operations
from review.models import Vote
from tests.factories import make_application, make_board, make_organisation, make_user
from tests.journeys.people import Applicant, Browsers, Member, de, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bare_browsers(new_page, sign_in):
    """Browsers in which no script runs, axe neither."""
    return Browsers(lambda **options: new_page(java_script_enabled=False, **options), sign_in, lambda page: [])


def test_applicant_without_javascript_adds_and_removes_a_line_and_sends(bare_browsers, programme):
    leyla = Applicant(bare_browsers, make_user(), viewport={"width": 360, "height": 800})

    leyla.begins(programme)
    leyla.answers_the_first_sections(
        "Radfahren lernen", today() + timedelta(weeks=12), programme.taxonomies["action_fields"][0]
    )
    leyla.adds_cost(1, "Material", "Helme", "12", "24,50")
    leyla.adds_cost(2, "Material", "Irrtum", "1", "1.0,5")
    leyla.arranges(f"{de('Remove')} {de('Cost')} 2")
    leyla.adds_money(1, FinancingLine.Kind.GRANT, "294")
    leyla.goes_on()
    leyla.gives_the_account()
    leyla.goes_on()
    leyla.sends(de("Send the application"))

    application = Application.objects.get()
    assert (application.state, [line.what for line in application.costs.all()]) == (State.SUBMITTED, ["Helme"])
    assert application.file_number in leyla.message


def test_member_without_javascript_declares_and_votes(bare_browsers, programme):
    town = programme.municipality
    officer, board = make_user(town, Role.OFFICER), make_board(programme, members=1)
    case = make_application(programme, make_organisation(town), state=State.ADMITTED)
    meeting = operations.call_meeting(programme, [case], by=officer, held_on=today(), place="Rathaus")
    item = meeting.items.get()
    operations.mark_present(meeting, {member.pk for member in board}, by=officer)
    for member in board[:2]:
        operations.declare(item, by=member.user, biased=False)
    member = Member(bare_browsers, board[2].user)

    member.declares(de("I am not biased"))
    motion = operations.put_motion(item, by=officer, kind="fund", cents=1_000_00)
    member.votes(Vote.Choice.NO)
    member.presses(de(Vote.Choice.YES.label))  # who thinks again votes again

    assert [(vote.member, vote.choice) for vote in motion.votes.all()] == [(board[2], Vote.Choice.YES)]
    assert de("Your vote is in. You can change it until the vote is closed.") == member.message
