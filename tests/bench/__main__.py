"""`python -m tests.bench`: set Django up, then measure (started by bin/bench)."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "funding.settings"
django.setup()

from tests.bench.measure import main  # noqa: E402  (needs Django set up)

main()
