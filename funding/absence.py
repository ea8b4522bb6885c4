"""Who stands in for whom: the work of somebody who is away goes to the deputy, and from there on if need be."""

from collections.abc import Mapping


def represented(deputies: Mapping[int, int], person: int) -> set[int]:
    """The people whose work this person does now, from absent person -> deputy; nobody's while away themselves."""
    return {away for away in deputies if away != person and acting(deputies, away) == person}


def acting(deputies: Mapping[int, int], person: int) -> int:
    """Who does this person's work now: themselves, or at the end of the deputies who are away the one who is there.

    Where everybody in the chain is away it stays with the person.
    """
    seen, at = {person}, person
    while at in deputies:
        at = deputies[at]
        if at in seen:
            return person
        seen.add(at)
    return at
