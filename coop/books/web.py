"""The pages of the books, gathered under one blueprint."""

from coop.books import chart_web, closing_web, journal_web, statements_web
from coop.books.pages import blueprint
from coop.books.surplus import share_web as surplus_share_web
from coop.books.surplus import web as surplus_web

__all__ = [
    "blueprint",
    "chart_web",
    "closing_web",
    "journal_web",
    "statements_web",
    "surplus_share_web",
    "surplus_web",
]
