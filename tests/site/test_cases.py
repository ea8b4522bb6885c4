"""The page of one case: what each reader sees, what applicants must not see, the next step, the timeline."""

from datetime import date, datetime

import pytest
from django.utils import translation
from django.utils.translation import gettext

from applications.models import Letter
from budgets.workflow import GrantState, PaymentState, ProofState
from funding import clock
from funding.clock import BERLIN
from funding.gate import record, writes
from funding.models import Event, User
from funding.policies import Role
from funding.site import words
from funding.site.cases import CasePage
from review.models import Advice, BiasDeclaration, BoardItem, Meeting, Motion, Recommendation, Vote
from tests.factories import (
    make_application,
    make_decision,
    make_grant,
    make_letter,
    make_member,
    make_organisation,
    make_payment,
    make_programme,
    make_round,
    make_town,
    make_user,
)

MOMENT = datetime(2026, 1, 20, 18, 0, tzinfo=BERLIN)
# Words of the inside, none of which may ever reach an applicant before the decision is released.
SECRETS = {
    "advice": "Geheim-Beratung",
    "recommendation": "Geheim-Empfehlung",
    "recommended": "1.234,56",
    "conditions": "Geheim-Bedingung",
    "decision": "Geheim-Entscheidung",
    "deviation": "Geheim-Abweichung",
    "officer": "Geheim-Vermerk",
    "reason": "Geheim-Grund",
    "bias": "Geheim-Befangenheit",
    "member": "Geheim-Mitglied",
    "officer_name": "Sabine Sachbearbeiterin",
}


@pytest.fixture
def town(db):
    return make_town()


@pytest.fixture
def programme(town):
    return make_programme(town)


@pytest.fixture
def applicant(town):
    return make_user(name="Miriam Okafor", email="miriam@kinderzeit.example")


@pytest.fixture
def officer(town):
    return make_user(town, "officer", name=SECRETS["officer_name"])


@writes
def happen(case, kind, by, **details):
    record(case.municipality_id, kind, case, by=by, details=details)


@pytest.fixture
def recommended(town, programme, applicant, officer):
    """A case that waits for the decision, with everything inside that could leak."""
    case = make_application(
        programme, make_organisation(town, applicant), state="recommended", officer_note=SECRETS["officer"]
    )
    decider = make_user(town, "decider", name="Andreas Entscheider")
    member = make_member(programme, user=make_user(town, "board", name=SECRETS["member"]))
    Advice.objects.create(
        municipality=town, application=case, given_on=date(2026, 1, 5), given_by=officer, note=SECRETS["advice"]
    )
    meeting = Meeting.objects.create(municipality=town, programme=programme, held_on=date(2026, 1, 20))
    item = BoardItem.objects.create(municipality=town, meeting=meeting, application=case, position=1, closed_at=MOMENT)
    BiasDeclaration.objects.create(
        municipality=town, item=item, member=member, biased=False, reason=SECRETS["bias"], declared_at=MOMENT
    )
    motion = Motion.objects.create(
        municipality=town,
        item=item,
        number=1,
        kind="fund",
        amount_cents=1_234_56,
        conditions=SECRETS["conditions"],
        led_by=member,
        opened_at=MOMENT,
        closed_at=MOMENT,
    )
    Vote.objects.create(municipality=town, motion=motion, member=member, choice="no")
    Recommendation.objects.create(
        municipality=town,
        application=case,
        item=item,
        kind="fund",
        amount_cents=1_234_56,
        conditions=SECRETS["conditions"],
        reason=SECRETS["recommendation"],
        made_at=MOMENT,
    )
    make_decision(
        case, decider, reasons=SECRETS["decision"], deviation_reason=SECRETS["deviation"], amount_cents=1_234_56
    )
    happen(case, "application.submit", applicant)
    happen(case, "application.check", officer, results=SECRETS["reason"])
    happen(case, "application.advice", officer, reason=SECRETS["reason"])
    happen(case, "application.admit", officer)
    happen(case, "application.recommend", member.user, reason=SECRETS["reason"])
    happen(case, "decision.prepare", decider, reason=SECRETS["reason"])
    happen(case, "motion.vote", member.user)
    return case


def page(client, user, case):
    client.force_login(User.objects.get(pk=user.pk))
    return client.get(f"/cases/{case.pk}/")


def leaks(answer):
    text = answer.content.decode()
    return sorted(name for name, secret in SECRETS.items() if secret in text)


def test_applicant_reads_nothing_of_the_inside(client, recommended, applicant):
    answer = page(client, applicant, recommended)

    assert answer.status_code == 200
    assert leaks(answer) == []


@pytest.mark.parametrize("right", ["view", "edit"])
def test_others_of_the_organisation_read_nothing_of_the_inside(client, town, recommended, right):
    other = make_user()
    recommended.organisation.memberships.create(municipality=town, user=other, right=right)

    assert leaks(page(client, other, recommended)) == []


def test_officer_who_belongs_to_the_applicant_reads_as_an_applicant(client, town, recommended):
    torn = make_user(town, "officer", "auditor", "decider")
    recommended.organisation.memberships.create(municipality=town, user=torn, right="view")

    assert leaks(page(client, torn, recommended)) == []


def test_inside_reads_recommendation_and_prepared_decision(client, town, recommended, officer):
    expected = sorted(set(SECRETS) - {"advice", "bias"})

    assert leaks(page(client, officer, recommended)) == expected
    assert leaks(page(client, make_user(town, "auditor"), recommended)) == expected


def test_board_member_reads_the_recommendation_and_no_prepared_decision(client, recommended):
    member = User.objects.get(name=SECRETS["member"])

    found = leaks(page(client, member, recommended))

    # The amount is the recommended one; the member's own name stands in the menu, the officer's in the timeline.
    assert found == ["conditions", "member", "officer_name", "recommendation", "recommended"]


def test_board_member_reads_no_bank_details_and_no_letters(client, recommended):
    make_letter(recommended, title="Bescheid-Titel")
    text = page(client, User.objects.get(name=SECRETS["member"]), recommended).content.decode()

    assert ("DE89" in text, "Bescheid-Titel" in text, recommended.organisation.email in text) == (False, False, False)


def test_released_decision_is_read_by_the_applicant_without_the_deviation(client, recommended, applicant):
    decision = recommended.decisions.get()
    decision.released_at = MOMENT
    decision.save()

    assert leaks(page(client, applicant, recommended)) == ["decision", "recommended"]


@pytest.mark.parametrize(
    ("state", "shown"),
    [("returned", True), ("incomplete", True), ("lapsed", True), ("deferred", False), ("admitted", False)],
)
def test_note_reaches_the_applicant_where_it_was_written_for_them(client, programme, town, applicant, state, shown):
    case = make_application(
        programme, make_organisation(town, applicant), state=state, officer_note="Bitte die Miete belegen."
    )

    assert ("Bitte die Miete belegen." in page(client, applicant, case).content.decode()) is shown


def test_foreign_case_is_no_page(client, recommended, town):
    other_town = make_town()
    stranger = make_user()
    make_organisation(town, stranger)
    elsewhere = make_user(other_town, "officer", "decider", "auditor", "board")
    administrator = make_user(town, "administrator")

    found = [page(client, user, recommended).status_code for user in (stranger, elsewhere, administrator)]

    assert found == [404, 404, 404]


def test_case_needs_a_signed_in_person(client, recommended):
    answer = client.get(f"/cases/{recommended.pk}/")

    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next=/cases/{recommended.pk}/")


def test_draft_is_read_by_its_writers_only(client, programme, town, applicant, officer):
    case = make_application(programme, make_organisation(town, applicant))

    assert page(client, applicant, case).status_code == 200
    assert page(client, officer, case).status_code == 404


def test_staff_read_what_was_sent_in_and_applicants_what_they_write(programme, town, applicant, officer):
    case = make_application(programme, make_organisation(town, applicant), state="returned")
    case.summary = "Neu geschrieben."
    case.save()

    read = {CasePage(case, user).content["application"]["summary"] for user in (officer,)}
    written = CasePage(case, applicant).content["application"]["summary"]

    assert read == {"Acht Menschen zeigen Neuzugezogenen ihr Viertel. Zwölf Führungen in fünf Sprachen."}
    assert written == "Neu geschrieben."


def test_timeline_of_applicants_names_roles(recommended, applicant):
    entries = [(entry.what, entry.who, entry.note) for entry in CasePage(recommended, applicant).timeline]

    assert entries == [
        (words.PUBLIC["application.admit"], str(Role.OFFICER.label), ""),
        (words.PUBLIC["application.submit"], gettext("You"), ""),
    ]


def test_timeline_of_staff_names_people_and_reasons_and_no_vote(town, recommended):
    entries = [
        (entry.what, entry.who, entry.note) for entry in CasePage(recommended, make_user(town, "auditor")).timeline
    ]

    officer, reason = SECRETS["officer_name"], SECRETS["reason"]
    assert "motion.vote" in {event.kind for event in Event.objects.all()}
    assert entries == [
        (words.INSIDE["decision.prepare"], "Andreas Entscheider", reason),
        (words.INSIDE["application.recommend"], SECRETS["member"], reason),
        (words.PUBLIC["application.admit"], officer, ""),
        (words.INSIDE["application.advice"], officer, reason),
        (words.INSIDE["application.check"], officer, ""),
        (words.PUBLIC["application.submit"], "Miriam Okafor", ""),
    ]


@pytest.mark.parametrize(
    ("grant", "payment", "proof", "who"),
    [
        (GrantState.ISSUED, None, ProofState.OPEN, "APPLICANT"),
        (GrantState.CONTESTED, None, ProofState.OPEN, "DECIDER"),
        (GrantState.ACCEPTED, None, ProofState.OPEN, "APPLICANT"),
        (GrantState.ACCEPTED, PaymentState.REQUESTED, ProofState.OPEN, "VERIFIER"),
        (GrantState.ACCEPTED, PaymentState.VERIFIED, ProofState.OPEN, "AUTHORISER"),
        (GrantState.ACCEPTED, PaymentState.ORDERED, ProofState.OPEN, "CASHIER"),
        (GrantState.ACCEPTED, PaymentState.EXPORTED, ProofState.OPEN, "CASHIER"),
        (GrantState.ACCEPTED, PaymentState.RETURNED, ProofState.OPEN, "APPLICANT"),
        (GrantState.ACCEPTED, PaymentState.BOOKED, ProofState.OPEN, "APPLICANT"),
        (GrantState.ACCEPTED, PaymentState.BOOKED, ProofState.SUBMITTED, "OFFICER"),
        (GrantState.ACCEPTED, PaymentState.BOOKED, ProofState.CHECKED, "DECIDER"),
        (GrantState.ACCEPTED, PaymentState.BOOKED, ProofState.RETURNED, "APPLICANT"),
        (GrantState.SETTLED, PaymentState.BOOKED, ProofState.SETTLED, "OFFICER"),
    ],
)
def test_next_step_names_who_has_it(programme, town, applicant, officer, grant, payment, proof, who):
    case = make_application(programme, make_organisation(town, applicant), state="awarded")
    settled = {"settled_cents": 1_598_90} if grant == GrantState.SETTLED else {}
    made = make_grant(case, state=grant, **settled)
    made.proofs.update(**{"state": proof})
    if payment:
        make_payment(made, state=payment)

    assert CasePage(case, officer).next_step["who"] == getattr(words, who)


def test_next_step_speaks_to_the_applicant(programme, town, applicant):
    case = make_application(programme, make_organisation(town, applicant), state="returned", answer_by=date(2026, 2, 1))

    step = CasePage(case, applicant).next_step

    assert (step["who"], step["until"]) == (gettext("You"), date(2026, 2, 1))


def test_case_page_makes_constant_queries(client, programme, town, officer, django_assert_num_queries):
    case = make_application(programme, make_organisation(town), state="awarded")
    grant = make_grant(case)
    make_payment(grant)
    happen(case, "application.submit", officer)
    client.force_login(officer)
    with django_assert_num_queries(30):
        client.get(f"/cases/{case.pk}/")

    make_payment(grant)
    make_payment(grant)
    make_letter(case, Letter.Kind.SETTLEMENT)
    happen(case, "application.admit", officer)
    happen(case, "application.recommend", officer)
    with django_assert_num_queries(30):
        client.get(f"/cases/{case.pk}/")


@pytest.mark.parametrize(
    ("state", "offered"), [("rejected", True), ("lapsed", True), ("withdrawn", True), ("awarded", False)]
)
def test_group_revises_what_got_no_grant_and_applies_again(client, programme, town, applicant, state, offered):
    case = make_application(programme, make_organisation(town, applicant), state=state)
    client.force_login(applicant)

    moves = client.get(f"/cases/{case.pk}/").context["case"].moves

    again = [move.url for move in moves if move.label == gettext("Revise and apply again")]
    assert again == ([f"/applications/{case.pk}/copy/"] if offered else [])


# --- The way to the decision ------------------------------------------------------------------------------------------


def stops(case, user):
    return [(str(stop.title), stop.hint, str(stop.status)) for stop in CasePage(case, user).way]


def test_way_of_a_checked_case_names_the_day_of_its_meeting(town, programme, applicant):
    case = make_application(
        programme,
        make_organisation(town, applicant),
        state="admitted",
        received_on=date(2026, 1, 2),
        promised_on=date(2026, 3, 13),
    )
    meeting = Meeting.objects.create(municipality=town, programme=programme, held_on=date(2026, 2, 24))
    BoardItem.objects.create(municipality=town, meeting=meeting, application=case, position=1)

    with clock.at(date(2026, 1, 20)), translation.override("en"):
        found = stops(case, applicant)

    assert found == [
        ("We have your application", "Jan. 2, 2026", "done"),
        ("We check it", "", "done"),
        ("The board looks at it", "Feb. 24, 2026", "now"),
        ("The town decides", "by March 13, 2026 at the latest", ""),
    ]


def test_way_before_the_agenda_names_the_day_the_round_announced_while_it_is_to_come(town, programme, applicant):
    entry = make_round(programme, name="Frühjahr", board_meets_on=date(2026, 2, 10))
    case = make_application(
        programme, make_organisation(town, applicant), state="submitted", round=entry, received_on=date(2026, 1, 2)
    )

    with clock.at(date(2026, 2, 10)):
        on_the_day = CasePage(case, applicant).board_day
    with clock.at(date(2026, 2, 11)):
        the_day_after = CasePage(case, applicant).board_day

    assert (on_the_day, the_day_after) == (date(2026, 2, 10), None)


@pytest.mark.parametrize("state", ["draft", "rejected", "awarded", "withdrawn"])
def test_way_is_shown_only_while_the_group_waits(town, programme, applicant, state):
    case = make_application(programme, make_organisation(town, applicant), state=state)

    assert stops(case, applicant) == []


def test_way_is_the_groups_own_and_not_the_offices(town, programme, applicant, officer):
    case = make_application(programme, make_organisation(town, applicant), state="submitted")

    assert stops(case, officer) == []


def test_wanted_time_is_shown_to_the_group_and_the_office(client, town, programme, applicant, officer):
    case = make_application(
        programme,
        make_organisation(town, applicant),
        state="returned",
        time_wanted_until=date(2026, 3, 20),
        time_wanted_reason="Unsere Kassiererin ist krank.",
    )

    with translation.override("en"):
        seen = {CasePage(case, user).wanted_time for user in (applicant, officer)}

    assert seen == {"More time is asked for, until March 20, 2026: Unsere Kassiererin ist krank."}
