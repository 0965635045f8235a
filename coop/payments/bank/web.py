"""The pages of the bank statement, gathered under one blueprint."""

from coop.payments.bank import files_web, lines_web, rules_web, sides_web, statements_web
from coop.payments.bank.pages import blueprint

__all__ = ["blueprint", "files_web", "lines_web", "rules_web", "sides_web", "statements_web"]
