"""Who may do what in the review, asked of plain people and objects: no query is needed."""

from types import SimpleNamespace

import pytest

from review import policies

TOWN = 1


def person(*roles, pk=7, right=""):
    return SimpleNamespace(
        pk=pk,
        roles_in=lambda municipality: frozenset(roles) if municipality == TOWN else frozenset(),
        right_in=lambda organisation: right,
        withheld_cases=frozenset(),
    )


def case(town=TOWN, checked_by_id=None):
    return SimpleNamespace(municipality_id=town, organisation_id=5, checked_by_id=checked_by_id)


ROLES = ("officer", "board", "decider", "verifier", "authoriser", "cashier", "auditor", "administrator")


def allowed(policy, *arguments):
    return [role for role in ROLES if policy(*arguments, person(role))]


def test_only_the_officer_checks_and_only_in_their_town():
    assert allowed(policies.may_check, case()) == ["officer"]
    assert allowed(policies.may_check, case(town=2)) == []


def test_officer_of_the_organisation_itself_does_not_check():
    assert policies.may_check(case(), person("officer", right="view")) is False


def test_only_the_officer_prepares_meetings():
    assert allowed(policies.may_prepare_meeting, case()) == ["officer"]


def test_item_is_led_by_its_leader_and_the_officer():
    leader = SimpleNamespace(user_id=7)
    item = SimpleNamespace(municipality_id=1, application=case())

    assert allowed(policies.may_lead, item, leader) == ["officer", "board"]
    assert allowed(policies.may_lead, item, SimpleNamespace(user_id=8)) == ["officer"]
    assert allowed(policies.may_lead, item, None) == ["officer"]


def test_officer_of_the_organisation_itself_leads_no_item_of_it():
    item = SimpleNamespace(municipality_id=1, application=case())

    assert policies.may_lead(item, None, person("officer", right="view")) is False


def test_decider_of_the_organisation_itself_does_not_decide():
    assert policies.may_decide(case(), person("decider", right="view")) is False


@pytest.mark.parametrize(
    ("position", "roles"),
    [("chair", ["officer", "board"]), ("deputy", ["officer", "board"]), ("member", ["officer"])],
)
def test_meeting_is_managed_by_chair_deputy_and_officer(position, roles):
    assert allowed(policies.may_manage, case(), SimpleNamespace(position=position)) == roles


def test_decision_is_prepared_by_the_decider_alone():
    assert allowed(policies.may_decide, case()) == ["decider"]


@pytest.mark.parametrize(
    ("roles", "checked_by"),
    [(("decider", "board"), None), (("decider", "officer"), 7)],
)
def test_decider_with_a_seat_or_who_checked_the_case_does_not_decide(roles, checked_by):
    assert policies.may_decide(case(checked_by_id=checked_by), person(*roles)) is False
