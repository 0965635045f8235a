"""The end of a year, in scenes through the pages alone: costs, the closing, the accounts, the plan for the surplus, the report.

Every act that needs two people is prepared by one of them and found by the other on their home page.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coop import clock
from coop.assembly.meetings.clear_days import earliest_day, earliest_day_after_report
from coop.formats import format_day
from ledger.years.periods import year_dates
from tests.founded import plan
from tests.journeys.scenes import MINUTE, ZONE, Newcomer, follow_to, go, press, read
from tests.visitors import Stage, Visitor

BANK_FEE = "MONTHLY FEE, ACCOUNT"
LETTER = "Kia ora koutou. We began **small**, and ended the year in the black."
REVIEW = "We compared the bank statement with the journal and found nothing that differs."


@dataclass(frozen=True)
class Days:
    """The days of the first year, whichever day it is founded on, and of what follows it."""

    founded_on: date

    @property
    def ends_on(self) -> date:
        """Return the last day of the first fiscal year."""
        founding = plan()
        return year_dates(self.founded_on, founding.year_end_month, founding.year_end_day)[1]

    @property
    def closed_on(self) -> date:
        """Return the day on which the year is closed and everything is prepared for the meeting."""
        return self.ends_on + timedelta(days=6)

    @property
    def meets_on(self) -> date:
        """Return the earliest lawful day of a meeting whose report is published on the day of the closing."""
        return earliest_day_after_report(self.closed_on, 20)

    @property
    def noticed_long_enough_on(self) -> date:
        """Return the day by which a notice of the day of the closing is old enough: it comes before the meeting."""
        return earliest_day(self.closed_on, 14)

    @property
    def decided_on(self) -> date:
        """Return the day on which the votes of the meeting close."""
        return self.meets_on + timedelta(days=1)


def today() -> date:
    """Return the day that the co-op's calendar shows."""
    return clock.today(str(ZONE))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment in the co-op's zone."""
    return datetime.combine(day, time(hour, minute), ZONE)


def approve(stage: Stage, path: str) -> Visitor:
    """Let a director find an act of two people on their home page and approve it; who prepared it cannot."""
    director = go(stage.founder("board"), "/")
    follow_to(director, "Approve or refuse")
    assert path in director.links().values()
    go(director, path)
    press(director, "Yes: Approve and do it")
    assert "Approved, and done." in director.text
    return director


def book_costs(stage: Stage) -> None:
    """Let the treasurer book by hand what the year has cost, and enter what the bank statement shows."""
    treasurer = go(stage.founder("treasurer"), "/books/entries/new")
    costs = (("5200", "60.00"), ("6000", "100.00"), ("6100", "45.00"))
    lines: dict[str, str] = {}
    for number, (account, amount) in enumerate(costs):
        lines |= {f"lines-{number}-account": account, f"lines-{number}-debit": amount}
    lines |= {"lines-3-account": "1000", "lines-3-credit": "205.00"}
    press(treasurer, "Record the entry", {"text": "Hall, wages and hosting", **lines})
    go(treasurer, "/payments/bank/1000").follow("Enter one line")
    press(treasurer, "Enter the line", {"amount": "-12.00", "text": BANK_FEE})


def close_the_year(stage: Stage, days: Days) -> None:
    """Be kept from closing by what is open, settle it, and close the year by two people; then it takes no entry."""
    stage.work()
    treasurer = go(stage.founder("treasurer"), "/")
    follow_to(treasurer, "Close the year")
    closing = treasurer.path
    assert "Lines of the bank statement that are no entry yet: 1." in treasurer.text
    assert "The year can be closed once nothing above is open." in treasurer.text
    follow_to(treasurer, "Go there")
    treasurer.follow(BANK_FEE)
    press(treasurer, "Book and match", {"account": "6200"})
    go(treasurer, closing)
    assert "Surplus NZD 392.10" in treasurer.text
    press(treasurer, "Prepare the closing")
    act = treasurer.path
    assert "Waiting for a second person" in treasurer.text
    assert "Your decision" not in treasurer.text, "nobody approves what they have prepared"
    director = approve(stage, act)
    assert "The year is closed." in director.text
    assert director.path == closing
    values = {"booked_on": str(days.ends_on), "text": "Too late", "lines-0-account": "1000", "lines-0-debit": "1.00"}
    go(treasurer, "/books/entries/new")
    treasurer.send("Record the entry", {**values, "lines-1-account": "4300", "lines-1-credit": "1.00"})
    assert treasurer.status == 422
    assert f"The books are locked to {format_day(days.ends_on)}" in treasurer.text


def compare_years(stage: Stage, days: Days) -> None:
    """Read the new year beside the one that is closed."""
    founding = plan()
    first, last = year_dates(days.closed_on, founding.year_end_month, founding.year_end_day)
    auditor = go(stage.founder("auditor"), f"/books/income-statement?from={first}&to={last}")
    assert "Surplus, or deficit as a minus 540.00 392.10" in auditor.text


def approve_accounts(stage: Stage) -> None:
    """Let the board approve the accounts and two directors sign them, each for themselves; let the auditor review them."""
    director = go(stage.founder("board"), "/")
    follow_to(director, "Approve the accounts of")
    accounts = director.path
    assert "392.10" in director.text
    press(director, "Record the approval", {"minute": MINUTE})
    for name in ("board", "board2"):
        press(go(stage.founder(name), accounts), "Yes: Sign these accounts")
        assert "Yes: Sign these accounts" not in stage.founder(name).text, "one signature a director"
    for name in ("Ana Tūī", "Wiremu Kererū"):
        assert f"Signed by a director {name}" in go(director, accounts).text
    auditor = go(stage.founder("auditor"), accounts.replace("/accounts", "/review"))
    values = {"conclusion": "no-reservations", "text": REVIEW, "signed_as": "Tāne Kākā, accountant"}
    press(auditor, "Record the report", values)


def plan_the_surplus(stage: Stage) -> str:
    """Let the treasurer try rates and prepare a plan; return its address."""
    treasurer = go(stage.founder("treasurer"), "/books/surplus")
    follow_to(treasurer, "Prepare a plan")
    rates = {"reserve": "20", "fund": "10", "cash": "50"}
    treasurer.send("Prepare the plan", {**rates, "reserve": "95"})
    assert treasurer.status == 422, "more than all of it cannot be set aside"
    press(treasurer, "Try these rates", rates)
    assert "Nothing is kept yet." in treasurer.text
    press(treasurer, "Prepare the plan")
    path = treasurer.path
    schedule = treasurer.download("Save the schedule")
    assert hashlib.sha256(schedule).hexdigest() == read(treasurer, "Fingerprint ([0-9a-f]{64})")
    assert b"M\xc4\x81ia" not in schedule, "the schedule has numbers, not names"
    return path


def see_no_plan_yet(newcomer: Newcomer, path: str) -> None:
    """Be shown nothing of a plan that is not before the members."""
    visitor = go(newcomer.visitor, f"{newcomer.acting}/surplus")
    assert "Nothing to see yet" in visitor.text
    visitor.open(path)
    assert visitor.status == 403


def state_solvency(stage: Stage) -> None:
    """Let a director write on which grounds the co-op stays solvent, from their home page, and two of them sign."""
    director = go(stage.founder("board"), "/")
    follow_to(director, "Write the solvency statement")
    path = director.path
    director.follow("Write the statement")
    press(director, "Save the statement", {"grounds": "We owe **little**, and hold more than we pay out."})
    for name in ("board", "board2"):
        press(go(stage.founder(name), path), "Yes: Sign the statement")
    assert "Sign the statement" not in stage.founder("board2").text


def publish_report(stage: Stage, year: int, number: int, *, reason: str = "") -> str:
    """Let the secretary write the words and prepare an edition, and a director approve it; return the edition's address."""
    secretary = go(stage.founder("secretary"), "/reports")
    secretary.follow(f"Work on the report of {year}")
    office = secretary.path
    secretary.follow("Letter of the chair and the board's words")
    words = {"letter": LETTER, "chair": "Ana Tūī", "story": "Twelve hectares are trapped."}
    press(secretary, "Save", {**words, "reason": reason} if reason else words)
    press(secretary, f"Yes: Prepare edition {number}")
    act = secretary.path
    assert "Your decision" not in secretary.text
    director = approve(stage, act)
    assert director.path == office
    director.follow(f"Edition {number}")
    return director.path


def read_report(stage: Stage, path: str, standing: str) -> Visitor:
    """Read an edition without being signed in, and hash its PDF; `standing` says how the surplus stands in it."""
    stranger = go(stage.newcomer(), "/reports")
    stranger.follow(f"Annual report {path.split('/')[2]}, edition {path.split('/')[3]}")
    assert stranger.path == path
    for words in ("From the chair", "Twelve hectares are trapped.", "392.10", standing, "Tāne Kākā, accountant"):
        assert words in stranger.text, words
    pdf = stranger.download("Download the PDF")
    assert pdf.startswith(b"%PDF-")
    assert hashlib.sha256(pdf).hexdigest() == read(stranger, "SHA-256 of the PDF ([0-9a-f]{64})")
    return stranger
