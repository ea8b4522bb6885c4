from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "funding.site"
    label = "site"
