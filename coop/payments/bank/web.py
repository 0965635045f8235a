"""The pages of the bank statement, gathered under one blueprint, and those of the bank accounts under another."""

from coop.payments.bank import accounts_web, files_web, lines_web, rules_web, sides_web, statements_web
from coop.payments.bank.pages import blueprint

accounts_blueprint = accounts_web.blueprint

__all__ = ["accounts_blueprint", "blueprint", "files_web", "lines_web", "rules_web", "sides_web", "statements_web"]
