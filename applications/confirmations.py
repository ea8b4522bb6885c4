"""What applicants declare and what they consent to, in every wording that was ever shown.

A new wording is added with its month, below the one before; nothing is taken out. What somebody ticked keeps the
version it was ticked in, so that the text can always be shown again.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

FIRST = "2026-11"

DECLARATIONS: dict[str, dict[str, Any]] = {
    "not-begun": {
        FIRST: gettext_lazy(
            "We have not begun, and we do not begin before we have the decision. Ordering something or signing a "
            "contract is beginning; planning and asking for prices is not."
        )
    },
    "true": {FIRST: gettext_lazy("What stands here is true and complete.")},
    "authorised": {FIRST: gettext_lazy("I may send this application for us.")},
    "other-funding": {
        FIRST: gettext_lazy(
            "All other money for this project stands in the plan, also what is only asked for. If more comes, "
            "we tell you."
        )
    },
    "privacy": {
        FIRST: gettext_lazy("I have read how the town uses our data (link “Privacy” at the end of every page).")
    },
}

# What only a group that is no association declares: its people answer for it together (§ 421 BGB).
OF_GROUPS: dict[str, dict[str, Any]] = {
    "joint": {
        FIRST: gettext_lazy(
            "All of us who are named as signing are 18 or older. We know that letters go to each of us and that each "
            "of us may be asked to pay back all of the money."
        )
    },
}

CONSENTS: dict[str, dict[str, Any]] = {
    "electronic-delivery": {
        FIRST: gettext_lazy(
            "Letters may be put here for download instead of being sent by post. You get a mail and have ten days to "
            "open them; from the day after you open a letter its periods run."
        )
    },
    "publish-name": {
        FIRST: gettext_lazy("My name may be published with the project. Without this we write “one person”.")
    },
    "photos": {FIRST: gettext_lazy("The town may publish photos we send of the project.")},
}


def latest(wordings: Mapping[str, Any]) -> str:
    """The version that is shown now."""
    return max(wordings)


def declaration(code: str, kept: Any = None) -> Any:
    """The text of a declaration, as it was when `kept` (a value of `Application.declared`) was ticked, or as it is."""
    wordings = (DECLARATIONS | OF_GROUPS)[code]
    if isinstance(kept, dict):
        return wordings[kept["version"]]
    return wordings[FIRST if kept else latest(wordings)]


def declarations_of(organisation: Any) -> dict[str, dict[str, Any]]:
    """What somebody of this organisation has to declare, with its wordings."""
    return DECLARATIONS | OF_GROUPS if organisation.is_unregistered else DECLARATIONS


def consent(kind: str, version: str = "") -> Any:
    """The text of a consent in a version, or as it is now."""
    return CONSENTS[kind][version or latest(CONSENTS[kind])]
