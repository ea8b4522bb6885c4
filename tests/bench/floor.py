"""The floor of every measurement: a bare Django page that lists 25 rows, under the same server and database."""

import os

import environ
from django.conf import settings

ROWS = 25
TEMPLATE = """<!doctype html><html lang="en"><head><title>Floor</title></head><body><h1>Rows</h1>
<ul>{% for row in rows %}<li>{{ row.pk }} {{ row.title }} {{ row.updated_at }}</li>{% endfor %}</ul></body></html>"""

settings.configure(
    SECRET_KEY=os.environ["FLOOR_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": environ.Env().db("DATABASE_URL")},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    # What `startproject` turns on.
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", {"rows.html": TEMPLATE})]},
        }
    ],
    TIME_ZONE="Europe/Berlin",
)

from django.core.wsgi import get_wsgi_application  # noqa: E402  (after the settings, which it reads)

application = get_wsgi_application()

from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class Row(models.Model):
    """The table of applications, seen bare."""

    title = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    class Meta:
        app_label = "floor"
        managed = False
        db_table = "applications_application"


def rows(request: HttpRequest) -> HttpResponse:
    return render(request, "rows.html", {"rows": Row.objects.order_by("pk")[:ROWS]})


urlpatterns = [path("", rows)]
