"""Who may do what with the money, predicate by predicate; four eyes whatever roles one person has."""

from types import SimpleNamespace

import pytest

from budgets import policies
from funding.policies import SYSTEM, Role

TOWN, ELSEWHERE = 1, 2


class Person:
    """A person by number, with roles in the town and a right in the organisation; no database."""

    withheld_cases: frozenset[int] = frozenset()

    def __init__(self, pk: int, *roles: str, right: str = "", town: int = TOWN) -> None:
        self.pk, self._roles, self._right, self._town = pk, frozenset(roles), right, town

    def roles_in(self, municipality_id: int) -> frozenset[str]:
        return self._roles if municipality_id == self._town else frozenset()

    def right_in(self, organisation_id: int) -> str:
        return self._right


def thing(**people: int | None) -> SimpleNamespace:
    acts = ("requested_by", "verified_by", "ordered_by", "checked_by")
    return SimpleNamespace(municipality_id=TOWN, organisation_id=7, **{f"{a}_id": people.get(a) for a in acts})


APPLICANT = "applicant"
TABLE = {
    "may_see_grant": "applicant officer decider verifier authoriser cashier auditor",
    "may_answer": "applicant",
    "may_call": "applicant",
    "may_report": "applicant",
    "may_write_proof": "applicant",
    "may_record_remedy": "officer",
    "may_rule": "decider",
    "may_hear": "officer decider",
    "may_answer_hearing": "applicant officer",
    "may_move_year": "decider",
    "may_open_year": "officer",
    "may_verify": "verifier",
    "may_order": "authoriser",
    "may_send_back": "verifier authoriser",
    "may_cancel": "officer authoriser",
    "may_pay_out": "cashier",
    "may_hand_over": "cashier",
    "may_read_runs": "cashier auditor",
    "may_record_repayment": "cashier",
    "may_check": "officer",
    "may_settle": "decider",
    "may_close": "officer decider cashier",
}


def everybody(town: int = TOWN) -> dict[str, Person]:
    people = {role: Person(number, role, town=town) for number, role in enumerate(Role.values, start=1)}
    return people | {APPLICANT: Person(99, right="submit" if town == TOWN else "")}


@pytest.mark.parametrize("name", TABLE)
def test_policy_allows_exactly_who_stands_in_the_table(name):
    policy = getattr(policies, name)

    allowed = {role for role, person in everybody().items() if policy(thing(), person)}

    assert allowed == set(TABLE[name].split())


def test_table_names_every_policy():
    own = {name for name in vars(policies) if name.startswith("may_")} - {
        "may_act_for",
        "may_read_letters",
        "may_see_money",
        "may_write_for",
    }

    assert own == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_policy_allows_nobody_of_another_town_and_not_the_platform(name):
    policy = getattr(policies, name)

    assert not any(policy(thing(), person) for person in everybody(ELSEWHERE).values())
    assert not policy(thing(), SYSTEM)


OWN_ACTS = ("may_answer", "may_call", "may_report", "may_write_proof", "may_see_grant")
NOT_OF_A_CASE = ("may_move_year", "may_open_year", "may_hand_over", "may_read_runs")


@pytest.mark.parametrize("name", [name for name in TABLE if name not in (*OWN_ACTS, *NOT_OF_A_CASE)])
def test_staff_who_belong_to_the_organisation_do_not_act_on_its_money(name):
    biased = Person(5, *set(Role.values) - {Role.BOARD}, right="view")

    assert not getattr(policies, name)(thing(), biased)


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("may_verify", "requested_by"),
        ("may_order", "requested_by"),
        ("may_order", "verified_by"),
        ("may_pay_out", "requested_by"),
        ("may_pay_out", "verified_by"),
        ("may_pay_out", "ordered_by"),
        ("may_settle", "checked_by"),
    ],
)
def test_second_act_by_the_same_person_is_forbidden_whatever_roles_they_have(name, act):
    everything = Person(5, *set(Role.values) - {Role.BOARD})

    assert getattr(policies, name)(thing(), everything)
    assert not getattr(policies, name)(thing(**{act: 5}), everything)


@pytest.mark.parametrize("right", ["view", "edit"])
def test_answering_and_calling_need_the_right_to_act(right):
    person = Person(5, right=right)

    assert not any(getattr(policies, name)(thing(), person) for name in ("may_answer", "may_call", "may_report"))
    assert policies.may_write_proof(thing(), person) == (right == "edit")
