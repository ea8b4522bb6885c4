"""Who declared bias in a case has lost it: every address, list, policy and move, in every role (§§ 20, 21 VwVfG)."""

import inspect
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client, TestCase
from django.urls import reverse

import applications.policies
import budgets.policies
import review.policies
from applications.models import Application, StaffBias
from budgets.models import Grant, Payment, UsageProof
from funding.gate import transitions_of
from funding.models import User
from funding.policies import STAFF, SYSTEM, Role
from tests.factories import make_user
from tests.test_access import ARGUMENTS
from tests.world import build

# What belongs to the town, a programme, a group or a meeting, not to one case.
NOT_OF_A_CASE = {
    "programme", "programme-meter", "poster", "take-idea", "begin", "eligibility", "eligibility-result", "setup",
    "role-remove", "town", "programme-edit", "round-create", "applications:create", "applications:members",
    "applications:member", "applications:remove-member", "applications:invitation", "applications:revoke-invitation",
    "review:advice-new", "review:agenda", "review:funding-line", "review:dossier",
    "review:dossier-file", "review:dossier-progress",
    "review:meeting", "review:meeting-again", "review:meeting-cancel", "review:meeting-end", "review:meeting-file",
    "review:meeting-move", "review:minutes", "review:minutes-correct", "review:minutes-file", "review:minutes-reopen",
    "review:minutes-sign", "personal",
    "review:present", "review:provision", "review:provision-create", "review:provisions-usual", "review:seat",
    "budgets:year", "budgets:year-move", "budgets:year-block", "budgets:run",
    "letter-sample", "letter-text", "letter-text-restore", "letter-texts", "stationery",
}  # fmt: skip
LISTS = ("outbox", "applications:list", "applications:assist", "review:conversations", "review:decisions",
         "budgets:payments", "budgets:run-create", "review:meeting-create")  # fmt: skip


# --- Pages ------------------------------------------------------------------------------------------------------------


class TestPages(TestCase):
    """One person with every role a case knows: the same world, before and after declaring bias in each of its cases."""

    @classmethod
    def setUpTestData(cls):
        cls.world = build()
        cls.town = cls.world["town"]
        cls.person = make_user(cls.town, *STAFF)

    def status(self, name, method):
        point = transaction.savepoint()
        client = Client()
        client.force_login(User.objects.get(pk=self.person.pk))
        response = getattr(client, method)(reverse(name, args=ARGUMENTS[name](self.world)))
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.savepoint_rollback(point)
        return response.status_code

    def step_back(self):
        for application in Application.objects.filter(municipality=self.town):
            StaffBias.objects.create(
                municipality=self.town,
                application=application,
                user=self.person,
                reason="Meine Schwester",
                declared_at=application.updated_at,
            )

    def test_every_address_of_a_case_is_closed_in_every_role(self):
        names = sorted(set(ARGUMENTS) - NOT_OF_A_CASE)
        before = {name: self.status(name, "get") for name in names}
        self.step_back()

        after = {(name, method): self.status(name, method) for name in names for method in ("get", "post")}

        # What is left: who has taken over, and the agenda with titles and parties.
        left = {("case", "get"): 200, ("review:declare", "post"): 302}
        left |= {("review:item", "get"): 302, ("review:item", "post"): 302}
        assert sum(status == 200 for status in before.values()) > 15
        assert {key: status for key, status in after.items() if status not in (403, 404, 405)} == left

    def test_no_list_names_the_case(self):
        client = Client()
        client.force_login(self.person)
        title = self.world["submitted"].title
        before = {name for name in LISTS if title in client.get(reverse(name)).content.decode()}
        self.step_back()

        after = {name for name in LISTS if title in client.get(reverse(name)).content.decode()}

        assert (len(before) > 3, after) == (True, set())

    def test_no_task_is_about_the_case_and_the_first_page_says_who_has_it(self):
        self.step_back()
        client = Client(headers={"accept-language": "en"})
        client.force_login(self.person)

        page = client.get(reverse("tasks"))

        assert [row.task.title for row in page.context["page_obj"] if row.task.case is not None] == []
        assert "Cases you stepped back from" in page.content.decode()

    def test_dossier_of_the_meeting_leaves_the_case_out(self):
        client = Client()
        client.force_login(self.person)
        address = reverse("review:dossier", args=[self.world["meeting"].pk])
        before = len(client.get(address).context["contents"])
        self.step_back()

        after = len(client.get(address).context["contents"])

        assert (before, after) == (1, 0)

    def test_case_page_says_who_has_taken_over_and_nothing_of_the_file(self):
        self.step_back()
        case = self.world["submitted"]
        case.assigned_to = make_user(self.town, Role.OFFICER, name="Jonas Weber")
        case.save()
        client = Client(headers={"accept-language": "en"})
        client.force_login(self.person)

        page = client.get(reverse("case", args=[case.pk])).content.decode()

        assert "<bdi>Jonas Weber</bdi> works on it now." in page
        assert (case.summary in page, "vorstand@kinderzeit-unna.example" in page) == (False, False)


# --- Policies and moves -----------------------------------------------------------------------------------------------

TOWN, CASE = 1, 7
OF_THE_TOWN = {
    "may_start", "may_open_year", "may_move_year", "may_hand_over", "may_read_runs", "may_prepare_meeting",
    "may_manage", "may_seat", "may_edit_provisions",
}  # fmt: skip
POLICIES = {
    f"{module.__name__}.{name}": policy
    for module in (applications.policies, budgets.policies, review.policies)
    for name, policy in vars(module).items()
    if name.startswith(("may_", "is_")) and inspect.isfunction(policy) and name not in OF_THE_TOWN
}


class Person:
    """Somebody with every role in the town, no group, and bias in these cases; no database."""

    pk = 3
    is_active = is_authenticated = True

    def __init__(self, *cases):
        self.withheld_cases = frozenset(cases)

    def roles_in(self, municipality_id):
        return frozenset(STAFF) if municipality_id == TOWN else frozenset()

    def right_in(self, organisation_id):
        return ""


def row(**fields):
    names = ("checked_by_id", "requested_by_id", "verified_by_id", "ordered_by_id", "user_id")
    values = dict.fromkeys(names) | {"paper": True, "assisted": "open", "state": "submitted", "kind": "award"} | fields
    return SimpleNamespace(municipality_id=TOWN, organisation_id=5, case_id=CASE, DECIDING=("award",), **values)


def asked(policy, user):
    case = row()
    case.application = case
    count = len(inspect.signature(policy).parameters)
    return bool(policy(case, user) if count == 2 else policy(case, None, user))


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_policy_allows_nothing_in_a_case_of_bias(name):
    assert asked(POLICIES[name], Person(CASE)) is False


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_policy_allows_in_other_cases_what_it_allowed(name):
    assert asked(POLICIES[name], Person(CASE + 1)) == asked(POLICIES[name], Person())


def test_most_policies_would_allow_somebody_without_bias():
    assert sum(asked(policy, Person()) for policy in POLICIES.values()) > 30


@pytest.mark.parametrize("machine", [Application, Grant, Payment, UsageProof], ids=lambda m: m.__name__)
def test_no_move_of_any_machine_is_left(machine):
    case = Application(pk=CASE, municipality_id=TOWN, organisation_id=5, paper=True, assisted="open")
    grant = Grant(application=case, municipality_id=TOWN, organisation_id=5)
    obj = {
        Application: case,
        Grant: grant,
        Payment: Payment(grant=grant, municipality_id=TOWN, organisation_id=5),
        UsageProof: UsageProof(grant=grant, municipality_id=TOWN, organisation_id=5),
    }[machine]
    allowed = {t.name for t in transitions_of(machine) if t.permission(obj, Person())}

    left = {t.name for t in transitions_of(machine) if t.permission(obj, Person(CASE))}

    assert (len(allowed) > 2, left) == (True, set())


def test_platform_itself_is_never_biased():
    assert SYSTEM.withheld_cases == frozenset()
