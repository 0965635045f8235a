"""The pages of the books, gathered under one blueprint."""

from coop.books import journal_web, statements_web
from coop.books.budgets import web as budget_web
from coop.books.chart import file_web as chart_file_web
from coop.books.chart import web as chart_web
from coop.books.cost_centres import web as cost_centre_web
from coop.books.exports import web as export_web
from coop.books.funds import web as fund_web
from coop.books.imports import web as import_web
from coop.books.pages import blueprint
from coop.books.papers import web as papers_web
from coop.books.statements import lists_web as statement_lists_web
from coop.books.statements import web as statement_pages_web
from coop.books.surplus import share_web as surplus_share_web
from coop.books.surplus import web as surplus_web
from coop.books.tax import registration_web as tax_registration_web
from coop.books.tax import return_web as tax_return_web
from coop.books.tax import web as tax_web
from coop.books.years import closing_web, periods_web, reopening_web

__all__ = [
    "blueprint",
    "budget_web",
    "chart_file_web",
    "chart_web",
    "closing_web",
    "cost_centre_web",
    "export_web",
    "fund_web",
    "import_web",
    "journal_web",
    "papers_web",
    "periods_web",
    "reopening_web",
    "statement_lists_web",
    "statement_pages_web",
    "statements_web",
    "surplus_share_web",
    "surplus_web",
    "tax_registration_web",
    "tax_return_web",
    "tax_web",
]
