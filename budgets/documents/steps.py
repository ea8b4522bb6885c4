"""The steps of a settlement in plain words of the reader's language (codes: budgets/rules.py).

The letter has its own, legally exact German ones (letters.py): it is German whatever language is active.
"""

from collections.abc import Callable

from django.utils import translation
from django.utils.translation import gettext as _

from funding.money import format_eur


def step_text(code: str, cents: int) -> str:
    """One step of the calculation as a sentence in the active language. Raises KeyError for an unknown code."""
    amount = format_eur(abs(cents), translation.get_language() or "de")
    return _SENTENCES[code](cents) % {"amount": amount}


def _leaves(cents: int, sentence: str, nothing: str) -> str:
    return sentence if cents > 0 else nothing


_SENTENCES: dict[str, Callable[[int], str]] = {
    "award": lambda cents: _("%(amount)s were awarded."),
    "cost-change": lambda cents: (
        _("The project cost %(amount)s more than planned.")
        if cents > 0
        else _("The project cost %(amount)s less than planned.")
    ),
    "eligible-fall": lambda cents: _("The cost that can be funded is %(amount)s lower than planned."),
    "cover-rise": lambda cents: _("Own money, other funders and income are %(amount)s higher than planned."),
    "minor-change": lambda cents: _("Neither changed by more than %(amount)s, so the award stands."),
    "by-gap": lambda cents: _leaves(
        cents,
        _("What own money as planned, other funders and income leave of the cost: %(amount)s."),
        _("Own money as planned, other funders and income cover the whole cost."),
    ),
    "by-share": lambda cents: _leaves(
        cents,
        _("The share that was awarded, of the cost that can be funded now: %(amount)s."),
        _("No cost is left of which a share could be paid."),
    ),
    "by-fixed": lambda cents: _("The award is a fixed amount: %(amount)s."),
    "by-full": lambda cents: _leaves(
        cents,
        _("What all other money leaves of the cost that can be funded: %(amount)s."),
        _("Other money covers the whole cost that can be funded."),
    ),
    "award-limit": lambda cents: _("It is never more than was awarded: %(amount)s."),
    "guard-eligible": lambda cents: _("It is never more than the cost that can be funded: %(amount)s."),
    "guard-cover": lambda cents: _leaves(
        cents,
        _("It is never more than other funders and income leave of the cost: %(amount)s."),
        _("Other funders and income cover the whole cost."),
    ),
    "nothing-left": lambda cents: _("So nothing is left to be paid."),
    "grant": lambda cents: _("The grant comes to %(amount)s."),
}
