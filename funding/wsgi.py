"""The entry point of the web server."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "funding.settings")
django.setup(set_prefix=False)

from funding.site.middleware import Utf8Handler  # noqa: E402 - Django must be set up first

application = Utf8Handler()
