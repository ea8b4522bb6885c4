"""Role × state → moves, for every machine: the whole of who may do what, written out."""

import pytest
from django_fsm import TransitionNotAllowed

from applications.models import Application
from budgets.models import Grant, Payment, UsageProof
from funding.gate import Machine
from funding.models import User
from funding.policies import SYSTEM, Role

TOWN, ELSEWHERE, GROUP, OTHER_GROUP = 1, 2, 1, 2

# Who may make which move from which state, by permission alone (conditions are tested beside their operation).
TABLE = {
    Application: {
        "draft": {
            "receive_incomplete": "system",
            "submit": "applicant",
            "withdraw": "applicant",
        },
        "submitted": {
            "admit": "officer",
            "allow_early_start": "officer",
            "refuse_early_start": "officer",
            "return_for_changes": "officer",
            "withdraw": "applicant officer",
        },
        "incomplete": {
            "allow_early_start": "officer",
            "ask_for_time": "writer applicant",
            "extend": "officer",
            "lapse": "officer",
            "refuse_early_start": "officer",
            "refuse_time": "officer",
            "resubmit": "applicant",
            "return_for_changes": "officer",
            "withdraw": "applicant officer",
        },
        "returned": {
            "allow_early_start": "officer",
            "ask_for_time": "writer applicant",
            "extend": "officer",
            "lapse": "officer",
            "refuse_early_start": "officer",
            "refuse_time": "officer",
            "resubmit": "applicant",
            "withdraw": "applicant officer",
        },
        "admitted": {
            "allow_early_start": "officer",
            "defer": "officer board",
            "recommend": "officer board",
            "refuse_early_start": "officer",
            "reopen_check": "officer",
            "skip_board": "officer",
            "withdraw": "applicant officer",
        },
        "deferred": {
            "allow_early_start": "officer",
            "refuse_early_start": "officer",
            "resume": "officer",
            "withdraw": "applicant officer",
        },
        "recommended": {
            "allow_early_start": "officer",
            "answer_hearing": "applicant officer",
            "award": "decider",
            "give_back": "officer",
            "hear": "officer decider",
            "refuse_early_start": "officer",
            "reject": "decider",
            "withdraw": "applicant officer",
        },
        "awarded": {
            "complete": "officer decider cashier",
        },
        "rejected": {},
        "withdrawn": {},
        "lapsed": {
            "reopen": "officer",
        },
        "completed": {},
    },
    Grant: {
        "issued": {
            "answer_hearing": "applicant officer",
            "hear": "officer decider",
            "accept": "applicant",
            "decline": "applicant",
            "lapse": "officer",
            "record_remedy": "officer",
            "revoke": "decider",
        },
        "accepted": {
            "answer_hearing": "applicant officer",
            "hear": "officer decider",
            "extend": "officer",
            "record_remedy": "officer",
            "revoke": "decider",
            "settle": "decider",
            "waive": "applicant",
        },
        "contested": {
            "answer_hearing": "applicant officer",
            "hear": "officer decider",
            "accept": "applicant",
            "release_undisputed": "decider",
            "revoke": "decider",
        },
        "declined": {
            "close": "officer decider cashier",
        },
        "lapsed": {
            "close": "officer decider cashier",
        },
        "revoked": {
            "close": "officer decider cashier",
        },
        "settled": {
            "answer_hearing": "applicant officer",
            "hear": "officer decider",
            "close": "officer decider cashier",
        },
        "closed": {},
    },
    Payment: {
        "requested": {
            "send_back": "verifier authoriser",
            "verify": "verifier",
        },
        "verified": {
            "cancel": "officer authoriser",
            "order": "authoriser",
            "send_back": "verifier authoriser",
        },
        "ordered": {
            "cancel": "officer authoriser",
            "export": "cashier",
        },
        "exported": {
            "book": "cashier",
            "return_by_bank": "cashier",
        },
        "booked": {
            "return_by_bank": "cashier",
        },
        "returned": {},
        "sent-back": {},
        "cancelled": {},
    },
    UsageProof: {
        "open": {
            "submit": "applicant",
        },
        "submitted": {
            "finish_check": "officer",
            "return_with_questions": "officer",
        },
        "returned": {
            "submit": "applicant",
        },
        "checked": {
            "return_with_questions": "officer",
            "settle": "decider",
        },
        "settled": {},
    },
}


def person(pk, *, roles=(), right="", town=TOWN, organisation=GROUP, active=True):
    """A person whose roles and rights are already loaded, as in the middle of a request."""
    user = User(pk=pk, email=f"{pk}@example.org", is_active=active)
    user.__dict__["_roles"] = {town: frozenset(roles)} if roles else {}
    user.__dict__["withheld_cases"] = frozenset()
    user.__dict__["_rights"] = {organisation: right} if right else {}
    return user


PEOPLE = {
    "viewer": person(9, right="view"),
    "writer": person(10, right="edit"),
    "applicant": person(11, right="submit"),
    **{role: person(20 + number, roles=[role]) for number, role in enumerate(Role.values)},
    "system": SYSTEM,
}
STRANGERS = {
    "nobody": None,
    "other applicant": person(50, right="submit", organisation=OTHER_GROUP),
    "every role elsewhere": person(51, roles=Role.values, town=ELSEWHERE),
    "inactive with every role": person(52, roles=Role.values, right="submit", active=False),
}
CASES = [(machine, state) for machine in TABLE for state in machine._meta.get_field("state").choices]


def in_state(machine: type[Machine], state: str) -> Machine:
    obj = machine(municipality_id=TOWN, organisation_id=GROUP)
    obj.__dict__["state"] = state
    return obj


@pytest.mark.parametrize(("machine", "state"), [(m, s[0]) for m, s in CASES], ids=lambda v: getattr(v, "__name__", v))
def test_moves_of_a_state_are_exactly_those_of_the_table(machine, state):
    obj = in_state(machine, state)

    moves = {name: " ".join(p for p, u in PEOPLE.items() if m.has_perm(u)) for name, m in obj.moves().items()}

    assert moves == TABLE[machine][state]


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize(("machine", "state"), [(m, s[0]) for m, s in CASES], ids=lambda v: getattr(v, "__name__", v))
def test_strangers_may_make_no_move(machine, state, stranger):
    obj = in_state(machine, state)

    allowed = [name for name, move in obj.moves().items() if move.has_perm(STRANGERS[stranger])]

    assert allowed == []


@pytest.mark.parametrize("machine", TABLE, ids=lambda m: m.__name__)
def test_every_state_is_reached_by_a_move_or_is_the_first(machine):
    field = machine._meta.get_field("state")
    reached = {t.target for t in field.get_all_transitions(machine)} | {field.default}

    assert {value for value, _label in field.choices} - reached == set()


@pytest.mark.parametrize("machine", TABLE, ids=lambda m: m.__name__)
def test_every_move_has_label_and_permission(machine):
    for transition in machine._meta.get_field("state").get_all_transitions(machine):
        assert callable(transition.permission), transition.name
        assert transition.custom["label"], transition.name


def test_state_cannot_be_assigned_past_the_gate():
    application = in_state(Application, "draft")

    with pytest.raises(AttributeError):
        application.state = "awarded"


def test_move_from_another_state_is_refused_by_the_machine_itself():
    application = in_state(Application, "draft")

    with pytest.raises(TransitionNotAllowed):
        application.award(by=PEOPLE["decider"])


class TestFourEyes:
    """Whatever roles one person has, the same hand never does two of the steps that guard each other."""

    everything = person(60, roles=Role.values, right="")

    def test_verifier_never_orders(self):
        payment = in_state(Payment, "verified")
        payment.verified_by_id = self.everything.pk

        assert not payment.moves()["order"].has_perm(self.everything)

    def test_who_ordered_never_hands_over_or_books(self):
        payment = in_state(Payment, "ordered")
        payment.verified_by_id, payment.ordered_by_id = 1, self.everything.pk

        assert not payment.moves()["export"].has_perm(self.everything)

    def test_who_verified_never_books(self):
        payment = in_state(Payment, "exported")
        payment.verified_by_id, payment.ordered_by_id = self.everything.pk, 1

        assert not payment.moves()["book"].has_perm(self.everything)

    def test_who_checked_the_case_never_decides_it(self):
        decider = person(61, roles=[Role.OFFICER, Role.DECIDER])
        application = in_state(Application, "recommended")
        application.checked_by_id = decider.pk

        assert not application.moves()["award"].has_perm(decider)

    def test_board_member_never_decides(self):
        application = in_state(Application, "recommended")

        assert not application.moves()["award"].has_perm(person(62, roles=[Role.BOARD, Role.DECIDER]))

    def test_who_checked_the_proof_never_settles_it(self):
        settler = person(63, roles=[Role.OFFICER, Role.DECIDER])
        proof = in_state(UsageProof, "checked")
        proof.checked_by_id = settler.pk

        assert not proof.moves()["settle"].has_perm(settler)

    def test_who_called_for_the_money_never_verifies(self):
        caller = person(64, roles=[Role.VERIFIER], right="submit")
        payment = in_state(Payment, "requested")
        payment.requested_by_id = caller.pk

        assert not payment.moves()["verify"].has_perm(caller)
