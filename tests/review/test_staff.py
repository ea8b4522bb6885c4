"""Who of the staff works on a case: bias declared and taken back, cases assigned and handed over."""

import pytest
from django.core.exceptions import PermissionDenied

from applications.models import Application
from applications.workflow import State
from funding.gate import Refused, perform
from funding.models import Assignment, Event
from funding.policies import Role
from review import operations
from review.models import BiasDeclaration, Decision, InternalNote
from tests.factories import make_member, make_user


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


# --- Declaring and taking back ----------------------------------------------------------------------------------------


@pytest.fixture
def deputy(review):
    return make_user(review.town, Role.OFFICER, name="Jonas Weber")


def again(obj):
    """The person, or the case, as the next request loads it."""
    return type(obj).objects.get(pk=obj.pk)


def test_declaring_hands_the_case_to_the_deputy_and_leaves_its_traces(review, deputy):
    case = review.case(state=State.SUBMITTED, assigned_to=review.officer)

    entry = operations.declare_bias(case, by=review.officer, reason=" Mein Verein. ", deputy=deputy)

    case = again(case)
    assert (case.assigned_to, entry.reason, entry.deputy) == (deputy, "Mein Verein.", deputy)
    event = Event.objects.order_by("number").last()
    assert (event.kind, event.subject_id, event.actor) == ("application.declare_bias", case.pk, review.officer.pk)
    assert (entry.history.get().history_user, case.history.first().history_change_reason) == (
        review.officer,
        "declare_bias",
    )


def test_declaring_ends_every_act_at_once_also_through_the_gate(review):
    case = review.case(state=State.SUBMITTED)
    operations.declare_bias(case, by=review.officer, reason="Meine Schwester")

    for act in (
        lambda by: perform(case, "withdraw", by=by, reason="Anruf"),
        lambda by: operations.check(case, {}, by=by),
        lambda by: operations.add_note(case, "Notiz", by=by),
        lambda by: operations.declare_bias(case, by=by, reason="Noch einmal"),
    ):
        for by in (review.officer, again(review.officer)):
            with pytest.raises(PermissionDenied):
                act(by)


def test_declaring_drops_the_decision_one_prepared(review):
    case = review.case(state=State.RECOMMENDED)
    operations.prepare_decision(case, by=review.decider, kind="award", cents=1_598_90, reasons="")

    operations.declare_bias(case, by=review.decider, reason="Mein Bruder ist dabei")

    assert not Decision.objects.filter(application=case).exists()


def test_declaring_excludes_from_the_board_as_well(review):
    member = make_member(review.programme, user=review.officer)
    Assignment.objects.create(municipality=review.town, user=review.officer, role=Role.BOARD)
    case = review.case()
    [item] = review.meet(case)

    operations.declare_bias(case, by=again(review.officer), reason="Meine Schwester")

    assert [(d.member, d.biased) for d in BiasDeclaration.objects.filter(item=item)] == [(member, True)]


def test_unbiased_on_the_agenda_is_refused_after_stepping_back_as_staff(review):
    make_member(review.programme, user=review.officer)
    Assignment.objects.create(municipality=review.town, user=review.officer, role=Role.BOARD)
    case = review.case()
    operations.declare_bias(case, by=again(review.officer), reason="Meine Schwester")
    chair = make_user(review.town, Role.OFFICER)
    meeting = operations.call_meeting(review.programme, [case], by=chair, held_on=case.promised_on.replace(year=2099))

    with pytest.raises(Refused):
        operations.declare(meeting.items.get(), by=again(review.officer), biased=False)


@pytest.mark.parametrize("role", [Role.DECIDER, Role.ADMINISTRATOR, Role.BOARD])
def test_deputy_has_a_role_in_common(review, role):
    case = review.case(state=State.SUBMITTED)

    with pytest.raises(Refused):
        operations.declare_bias(case, by=review.officer, reason="Ja", deputy=make_user(review.town, role))


def test_deputy_is_not_biased_themselves(review, deputy):
    case = review.case(state=State.SUBMITTED)
    operations.declare_bias(case, by=deputy, reason="Ich auch")

    with pytest.raises(Refused):
        operations.declare_bias(case, by=review.officer, reason="Ja", deputy=again(deputy))


def test_declaration_is_taken_back_by_another_person_with_a_reason_only(review, deputy):
    case = review.case(state=State.SUBMITTED)
    entry = operations.declare_bias(case, by=review.officer, reason="Meine Schwester", deputy=deputy)

    with pytest.raises(PermissionDenied):
        operations.withdraw_bias(entry, by=again(review.officer), reason="Doch nicht")
    with pytest.raises(Refused):
        operations.withdraw_bias(entry, by=deputy, reason=" ")
    operations.withdraw_bias(entry, by=deputy, reason="Sie ist ausgetreten.")

    operations.check(case, {}, by=again(review.officer))
    entry.refresh_from_db()
    assert (entry.withdrawn_by, entry.withdrawn_reason) == (deputy, "Sie ist ausgetreten.")


def test_bias_in_one_case_touches_no_other(review):
    mine, other = review.case(state=State.SUBMITTED), review.case(state=State.SUBMITTED)
    operations.declare_bias(mine, by=review.officer, reason="Meine Schwester")

    assert list(Application.objects.visible_to(again(review.officer))) == [other]


# --- Assigned and handed over -----------------------------------------------------------------------------------------


def test_first_act_makes_its_officer_responsible_and_a_second_one_changes_nothing(review, deputy):
    case = review.case(state=State.SUBMITTED)

    operations.check(case, {}, by=review.officer)
    operations.check(case, {}, by=deputy)

    case = again(case)
    assert case.assigned_to == review.officer


def test_acts_of_other_people_make_nobody_responsible(review):
    case = review.case(state=State.SUBMITTED)
    applicant = case.organisation.memberships.get().user

    perform(case, "withdraw", by=applicant, reason="Ohne uns")

    case = again(case)
    assert case.assigned_to is None


def test_handing_over_leaves_the_note_and_its_traces(review, deputy):
    case = review.case(state=State.SUBMITTED, assigned_to=review.officer)

    operations.assign(case, deputy, by=review.officer, note="Die IBAN ist noch offen.")

    case = again(case)
    assert case.assigned_to == deputy
    assert InternalNote.objects.get().text == "For Jonas Weber: Die IBAN ist noch offen."
    assert Event.objects.filter(kind="application.assign", subject_id=case.pk).count() == 1


def test_case_goes_to_nobody_who_cannot_work_on_it(review, deputy):
    case = review.case(state=State.SUBMITTED)
    operations.declare_bias(case, by=deputy, reason="Mein Verein")

    for person in (again(deputy), review.decider, case.organisation.memberships.get().user):
        with pytest.raises(Refused):
            operations.assign(case, person, by=review.officer)
