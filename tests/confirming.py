"""Confirming, on its page, the accounts that wait for a second person."""

from tests.html_client import Browser, Page


def confirm_accounts(browser: Browser) -> Page:
    """Confirm every account that this person can."""
    page = browser.get("/payments/accounts")
    form = page.form(having="accounts")
    return browser.send(page, form, {"accounts": form.choices["accounts"]})
