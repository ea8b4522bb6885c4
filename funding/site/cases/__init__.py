"""The page of one case: what it shows, and to whom."""

from funding.site.cases.content import money_of
from funding.site.cases.page import CasePage
from funding.site.cases.reader import Reader

__all__ = ["CasePage", "Reader", "money_of"]
