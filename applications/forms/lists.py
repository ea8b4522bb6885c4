"""Search and filters of the list of applications."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from applications.models import (
    Application,
)
from applications.workflow import State


class ApplicationFilter(django_filters.FilterSet):
    """Search and filters of the list."""

    q = django_filters.CharFilter(label=gettext_lazy("Title, organisation or file number"), method="search")
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=State.choices, empty_label=gettext_lazy("All")
    )
    year = django_filters.ChoiceFilter(label=gettext_lazy("Year"), empty_label=gettext_lazy("All"))

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[Application], **kwargs: Any) -> None:
        super().__init__(data, queryset, **kwargs)
        years = queryset.exclude(year=None).order_by("-year").values_list("year", flat=True).distinct()
        self.filters["year"].extra["choices"] = [(str(year), str(year)) for year in years]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.matching(value)
