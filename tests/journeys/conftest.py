"""Browsers for the people of a journey, and the town they meet in."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from funding.models import Programme
from tests.factories import make_programme, make_round, make_town
from tests.journeys.people import Browsers, today


@pytest.fixture
def browsers(new_page: Callable[..., Any], sign_in: Callable[[Any, Any], None], axe: Any) -> Browsers:
    """Every distinct page that somebody passes is looked at by axe."""
    return Browsers(new_page, sign_in, axe, shots=os.environ.get("JOURNEY_SCREENSHOTS", ""))


@pytest.fixture
def programme(transactional_db: None) -> Programme:
    """A programme with an open round, and a checklist of four points."""
    programme = make_programme(make_town(slug="unna"), checklist=["applicant", "place", "not-begun", "plan"])
    programme.rounds.all().delete()
    make_round(programme, opens_on=today(), closes_on=today() + timedelta(days=30))
    return programme
