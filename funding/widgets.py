"""Form widgets in KERN's shape: a date in three parts, and an amount with its currency."""

import datetime

from django import forms
from django.utils.translation import gettext_lazy as _


class DateInput(forms.MultiWidget):
    """Day, month and year as three short text inputs; what was typed stays, even 31.02."""

    template_name = "kern/widgets/date.html"
    use_fieldset = True

    def __init__(self, attrs=None):
        self.part_labels = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
        parts: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.TextInput(self._part_attrs(name)) for name in self.part_labels
        }
        super().__init__(parts, attrs)

    @staticmethod
    def _part_attrs(name: str) -> dict:
        width = 4 if name == "year" else 2
        return {
            "class": f"kern-form-input__input kern-form-input__input--width-{width}",
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": width,
            "dir": "ltr",
        }

    def decompress(self, value):
        if isinstance(value, str) and value:
            value = datetime.date.fromisoformat(value)
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], self.part_labels.values(), strict=True):
            part["part_label"] = label
        return context


class MoneyInput(forms.TextInput):
    """An amount in euros as text: people type 1.234,56 as well as 1234,56."""

    template_name = "kern/widgets/money.html"

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "dir": "ltr", **(attrs or {})})


class QuantityInput(forms.TextInput):
    """A number of things as text, with a comma where people write one."""

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "dir": "ltr", **(attrs or {})})
