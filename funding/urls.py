"""Every address of the site; `tests/test_access.py` lists who may call each of them."""

from django.urls import include, path

from applications.urls import file_urlpatterns

urlpatterns = [
    path("applications/", include("applications.urls")),
    path("money/", include("budgets.urls")),
    path("review/", include("review.urls")),
    *file_urlpatterns,
    path("", include("funding.site.urls")),
]
