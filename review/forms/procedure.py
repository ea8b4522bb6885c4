"""What the forms of the procedure share, and the search."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from funding.fields import TextField


def long_text(label: Any, *, required: bool = True, help_text: Any = "", rows: int = 3) -> TextField:
    return TextField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class VersionForm(forms.Form):
    """Carries the version of the case its page was made from: two people never overwrite each other unseen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def carry(self, **versions: int) -> None:
        """Shows what was typed beside the case as it is now, so that it can be sent a second time."""
        data = cast(QueryDict, self.data).copy()
        for name, version in versions.items():
            data[name] = str(version)
        self.data = data


# --- Lists -----------------------------------------------------------------------------------------------------------


class SearchForm(forms.Form):
    """Words to look for."""

    q = TextField(label=_("Search"), required=False, max_length=100)
