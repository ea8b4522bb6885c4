"""Until the release nobody outside learns of a decision: every surface of theirs is read before and after."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application
from applications.workflow import State
from budgets.operations import open_year
from funding import clock
from funding.models import Message
from funding.policies import Role
from review import operations
from review.models import Recommendation
from tests.factories import (
    make_application,
    make_member,
    make_organisation,
    make_programme,
    make_town,
    make_user,
)

pytestmark = pytest.mark.once

TODAY = date(2026, 1, 15)
CHANGING = re.compile(rb'nonce-[^\'"; ]+|nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*')


class Outside:
    """Everybody who must not know, each with the surfaces on which they could learn of it."""

    def __init__(self, programme, cases, people):
        town = programme.municipality.slug
        public = [reverse(name, args=[town, programme.slug]) for name in ("programme", "programme-meter")]
        lists = [reverse(name) for name in ("applications:list", "tasks")]
        files = [reverse(name, args=[case.pk]) for case in cases for name in ("case", "review:decide")]
        own = ("applications:copy", "applications:consents", "review:conversation", "review:german", "review:notes")
        of_case = [reverse(name, args=[case.pk]) for case in cases for name in own]
        of_case += [reverse("applications:receipt", args=[case.pk, 1]) for case in cases]
        of_case += [reverse("applications:move", args=[case.pk, "withdraw"]) for case in cases]
        self.urls = {
            "nobody": [reverse("home"), *public],
            "applicant": [*public, *lists, *files, *of_case],
            "viewer": [*lists, *files],
            "other": [*public, *files],
            "board": [*lists, *files, reverse("review:meetings")],
        }
        self.clients = {name: Client(headers={"accept-language": "en"}) for name in people}
        for name, user in people.items():
            if user is not None:
                self.clients[name].force_login(user)

    def read(self):
        """(person, address) -> what came back, without what changes with every answer."""
        found = {}
        for name, client in self.clients.items():
            for url in self.urls[name]:
                response = client.get(url)
                found[name, url] = (response.status_code, CHANGING.sub(b"", response.content))
        mails = Message.objects.exclude(state=Message.State.DRAFT).values_list("recipient", "subject", "body")
        return found | {"mails": sorted(mails)}


@pytest.fixture
def stage(db):
    """A town with a pot, a case to award and one to reject, both ready to be decided."""
    town = make_town()
    programme = make_programme(town, budget_per_year_cents=10_000_00)
    applicant = make_user()
    organisation = make_organisation(town, applicant)
    cases = [make_application(programme, organisation, state=State.RECOMMENDED) for _number in range(2)]
    for case in cases:
        Recommendation.objects.create(
            municipality=town,
            application=case,
            kind="fund",
            amount_cents=1_598_90,
            reason="Es bringt Menschen zusammen.",
            made_at=clock.now(),
        )
    viewer, other = make_user(), make_user()
    organisation.memberships.create(municipality=town, user=viewer, right="view")
    make_organisation(town, other)
    open_year(programme, 2026, by=make_user(town, Role.OFFICER))
    people = {"nobody": None, "applicant": applicant, "viewer": viewer, "other": other}
    people["board"] = make_member(programme).user
    return cases, make_user(town, Role.DECIDER, name="Dirk Decider"), Outside(programme, cases, people)


def prepare_both(cases, decider):
    award, rejection = cases
    return [
        operations.prepare_decision(
            award,
            by=decider,
            kind="award",
            cents=1_234_00,
            reasons="Der Topf soll reichen.",
            deviation_reason="Etwas weniger.",
            provisions=[operations.Text("obligation", "Laden Sie uns ein.")],
        ),
        operations.prepare_decision(
            rejection,
            by=decider,
            kind="reject",
            grounds={"Viele machen mit.": "Nur drei Personen sind beteiligt."},
            next_step="Stellen Sie den Antrag neu.",
            deviation_reason="Das gibt es schon.",
        ),
    ]


def test_nobody_outside_learns_of_a_decision_before_it_is_released(stage):
    cases, decider, outside = stage
    with clock.at(TODAY):
        before = outside.read()
        decisions = prepare_both(cases, decider)

        prepared = outside.read()

        changed = [key for key in before if before[key] != prepared[key]]
        assert changed == []
        operations.release_together(decisions, by=decider)
        released = outside.read()

    changed = {key[0] for key in before if key != "mails" and before[key] != released[key]}
    assert changed == {"nobody", "applicant", "viewer", "other"}  # the meter; for the group its case
    assert released["mails"] == before["mails"] == []
    _status, page = released["applicant", reverse("case", args=[cases[0].pk])]
    assert b"1,234.00" in page
    assert b"Laden Sie uns ein." in page


def test_preparing_a_decision_leaves_the_page_of_the_group_good_to_send(stage):
    """A page the group opened before is not refused as stale: that would tell that something happened."""
    cases, decider, outside = stage
    url = reverse("applications:move", args=[cases[0].pk, "withdraw"])
    page = outside.clients["applicant"].get(url)
    prepare_both(cases, decider)

    version = page.context["form"].initial["version"]
    outside.clients["applicant"].post(url, {"version": version, "reason": "Wir haben es uns anders überlegt."})

    assert Application.objects.get(pk=cases[0].pk).state == State.WITHDRAWN
