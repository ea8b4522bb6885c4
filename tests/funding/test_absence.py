"""Who stands in for whom, along a chain of people who are away."""

import pytest

from funding.absence import acting, represented

ANNA, BEN, CEM, DORA = 1, 2, 3, 4


@pytest.mark.parametrize(
    ("deputies", "anna", "ben", "cem"),
    [
        ({}, ANNA, BEN, CEM),
        ({ANNA: BEN}, BEN, BEN, CEM),
        ({ANNA: BEN, BEN: CEM}, CEM, CEM, CEM),
        ({ANNA: CEM, BEN: CEM}, CEM, CEM, CEM),
        ({ANNA: BEN, BEN: ANNA}, ANNA, BEN, CEM),
        ({ANNA: BEN, BEN: CEM, CEM: BEN}, ANNA, BEN, CEM),
    ],
)
def test_work_goes_to_the_first_deputy_who_is_there(deputies, anna, ben, cem):
    assert [acting(deputies, person) for person in (ANNA, BEN, CEM)] == [anna, ben, cem]


@pytest.mark.parametrize(
    ("deputies", "person", "found"),
    [
        ({}, ANNA, set()),
        ({ANNA: BEN}, BEN, {ANNA}),
        ({ANNA: BEN}, ANNA, set()),
        ({ANNA: BEN, BEN: CEM, DORA: CEM}, CEM, {ANNA, BEN, DORA}),
        ({ANNA: BEN, BEN: CEM}, BEN, set()),
        ({ANNA: BEN, BEN: ANNA}, ANNA, set()),
    ],
)
def test_deputy_does_the_work_of_everybody_whose_chain_ends_with_them(deputies, person, found):
    assert represented(deputies, person) == found
