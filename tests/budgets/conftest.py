"""The day and the language in which the tests of money act."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from funding import clock
from tests.budgets.money import TODAY, World, make_world


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences as the source has them; translations are tested elsewhere."""
    with translation.override("en"):
        yield


@pytest.fixture
def today() -> Iterator[None]:
    with clock.at(TODAY):
        yield


@pytest.fixture
def world(db: None, today: None) -> World:
    return make_world()
