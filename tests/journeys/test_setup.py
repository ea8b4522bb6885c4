"""An empty installation becomes a town people can apply to: link, letterhead, programme, people, round."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from funding.models import Municipality, Programme
from funding.policies import Role
from funding.site.links import setup_token
from tests.journeys.people import Administrator, Applicant, de, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

UNNA = Path(settings.BASE_DIR) / "funding" / "programmes" / "unna.toml"


def test_empty_installation_becomes_a_town_people_can_apply_to(browsers):
    admin = Administrator(browsers)

    set_up_the_town(admin)
    load_the_programme(admin)
    complete_the_letterhead(admin)
    give_roles(admin)
    open_a_round(admin)

    town = Municipality.objects.get()
    assert (town.slug, town.missing_for_letters) == ("unna", [])
    assert not admin.has_task(de("Open a round"))
    stranger = Applicant(browsers)
    stranger.goes("/")
    stranger.follows(Programme.objects.get().name)
    assert stranger.page.get_by_role("link", name=de("Apply now")).count() == 1


def set_up_the_town(admin: Administrator) -> None:
    link = reverse("setup", args=[setup_token()])
    admin.goes(link)
    admin.types("Your name", "Ada Meister")
    admin.types("Your mail address", "ada@unna.example")
    admin.types("Name of the town", "Kreisstadt Unna")
    admin.types("Short name for addresses", "unna")
    admin.selects("Land", "North Rhine-Westphalia")
    admin.presses(de("Set up"))
    assert admin.page.request.get(link).status == 404  # it works once


def load_the_programme(admin: Administrator) -> None:
    admin.takes_up(de("Load the first programme"))
    admin.field("Programme file").set_input_files(UNNA)
    admin.presses(de("Load"))


def complete_the_letterhead(admin: Administrator) -> None:
    admin.chooses_from_menu(de("Programmes"))
    admin.follows("Kreisstadt Unna", within=admin.page.get_by_role("main"))
    admin.types("Phone", "02303 103-0")
    admin.types("Mail address", "integration@unna.example")
    admin.presses(de("Save"))


def give_roles(admin: Administrator) -> None:
    admin.chooses_from_menu(de("People"))
    for name, role in (("Aylin Sommer", Role.OFFICER), ("Dirk Lange", Role.DECIDER)):
        admin.follows(de("Give somebody a role"))
        admin.types("Mail address", f"{role}@unna.example")
        admin.types("Name", name)
        admin.selects("Role", role.label)
        admin.presses(de("Give the role"))
        assert admin.message == de("%s can sign in now.") % name


def open_a_round(admin: Administrator) -> None:
    admin.takes_up(de("Open a round"))
    admin.types("Name", "Frühjahr")
    admin.enters_day("First day", today())
    admin.enters_day("Last day", today() + timedelta(days=30))
    admin.presses(de("Open the round"))
