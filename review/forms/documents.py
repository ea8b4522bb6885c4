"""Forms of what is made for and after a meeting: the note to the board, the minutes, the funding line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.fields import MoneyField, TextField
from funding.templatetags.show import eur_text


def _long(label: Any, *, help_text: Any = "", rows: int = 3) -> TextField:
    return TextField(
        label=label, required=False, help_text=help_text, max_length=4000, widget=forms.Textarea(attrs={"rows": rows})
    )


class BoardNoteForm(forms.Form):
    """What the officer wants the board to know about a case."""

    text = _long(_("Note"), help_text=_("Two or three sentences: what speaks for it, what is still open."), rows=5)


class MinutesForm(forms.Form):
    """What the officer adds to the minutes: to the whole, to each item, and who takes them."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, items: list[dict[str, Any]], officers: Any, correction: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [] if correction else items
        label = _("What is corrected, and why") if correction else _("On the whole meeting")
        self.fields["text"] = _long(label, help_text="" if correction else _("For example guests, or how it began."))
        for item in self.items:
            name = f"remark-{item['item']}"
            self.fields[name] = _long(f"{item['position']}. {item['title']}", rows=2)
        self.fields["secretary"] = forms.ModelChoiceField(
            label=_("Secretary"),
            queryset=officers,
            required=False,
            empty_label=_("nobody"),
            help_text=_("Who took the minutes in the meeting, if anybody was asked to. This person signs, too."),
        )

    def remarks(self) -> dict[int, str]:
        """item -> what was written."""
        return {item["item"]: self.cleaned_data[f"remark-{item['item']}"] for item in self.items}


class CorrectionForm(forms.Form):
    """What was wrong in signed minutes."""

    text = _long(_("What is corrected, and why"), help_text=_("Name the item and say what is right."), rows=6)


class LineForm(forms.Form):
    """The amounts of the funding line and their order; none above what its case can get."""

    after = forms.IntegerField(widget=forms.HiddenInput)
    order = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)

    def __init__(self, *args: Any, rows: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[self.name(row.item.pk)] = MoneyField(
                label=_("Amount for number %s") % row.item.position, initial=row.cents, required=False
            )

    @staticmethod
    def name(item: int) -> str:
        return f"cents-{item}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for row in self.rows:
            name = self.name(row.item.pk)
            if (cleaned.get(name) or 0) > row.highest_cents:
                highest = {"highest": eur_text(row.highest_cents)}
                self.add_error(name, _("At most %(highest)s: more the plan or the programme does not allow.") % highest)
        return cleaned

    def amounts(self) -> dict[int, int]:
        """item -> cents, of what can be read; nothing typed counts as nothing given."""
        names = {row.item.pk: self.name(row.item.pk) for row in self.rows}
        return {pk: self.cleaned_data[name] or 0 for pk, name in names.items() if name in self.cleaned_data}

    def in_order(self) -> list[int]:
        """The items in the order of the page."""
        known = [row.item.pk for row in self.rows]
        sent = [int(pk) for pk in self.data.get("order", "").split(",") if pk.isdecimal() and int(pk) in known]
        return [*dict.fromkeys(sent), *(pk for pk in known if pk not in sent)]
