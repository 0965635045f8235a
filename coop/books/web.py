"""The pages of the books, gathered under one blueprint."""

from coop.books import chart_web, journal_web, statements_web
from coop.books.pages import blueprint

__all__ = ["blueprint", "chart_web", "journal_web", "statements_web"]
