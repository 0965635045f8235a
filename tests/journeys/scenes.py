"""The life of a co-operative in scenes, each through the pages alone. A scene leaves its visitors where the next one begins.

The same scenes are played by the strict client on both databases and by Chromium, with script and without.
"""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from passlib.totp import TOTP  # type: ignore[import-untyped]

from tests.visitors import Stage, Values, Visitor

PASSWORD = "kererū in the miro tree"
BOND = "I trap stoats along the river and teach others how to set and check a line."
_DOWNLOADS = (
    ("Journal as CSV, full", "books.csv"),
    ("Journal as Beancount", "books.beancount"),
    ("Journal as hledger", "books.journal"),
)
ZONE = ZoneInfo("Pacific/Auckland")
MINUTE = "Present: Ana Tūī and Wiremu Kererū. Carried unanimously."


@dataclass(frozen=True)
class Newcomer:
    """Somebody who has joined: in front of a page, and with what they are known by."""

    visitor: Visitor
    name: str
    email: str
    #: Address under which they act for themselves: `/as/<id>`.
    acting: str


def go(visitor: Visitor, path: str) -> Visitor:
    """Open a page that must be there."""
    visitor.open(path)
    assert visitor.status == 200, f"{path}: {visitor.status} {visitor.text[:300]}"
    return visitor


def press(visitor: Visitor, button: str, values: Values | None = None) -> Visitor:
    """Send a form that must be taken."""
    visitor.send(button, values)
    assert visitor.status == 200, f"{visitor.path}, “{button}”: {visitor.status} {visitor.text[:600]}"
    return visitor


def confirm_accounts(stage: Stage) -> None:
    """Let the board compare the accounts that were given, one after the other, with what the payees say."""
    visitor = go(stage.founder("board"), "/payments/accounts")
    for _ in range(5):
        if "No account waits" in visitor.text:
            return
        go(press(visitor, "I have compared them: confirm", {"accounts": True}), "/payments/accounts")
    raise AssertionError(visitor.text)


def follow_to(visitor: Visitor, beginning: str) -> Visitor:
    """Follow the first link whose words begin so."""
    visitor.follow(next(words for words in visitor.links() if words.startswith(beginning)))
    assert visitor.status == 200, f"{visitor.path}: {visitor.status} {visitor.text[:300]}"
    return visitor


def read(visitor: Visitor, pattern: str) -> str:
    """Return what the group of a pattern finds among the words of the page."""
    found = re.search(pattern, visitor.text)
    assert found is not None, f"{visitor.path}: no {pattern!r} in {visitor.text[:2000]}"
    return found[1]


def join(stage: Stage, name: str = "Māia Pīpīwharauroa", email: str = "maia@example.org") -> Newcomer:
    """Read the landing page, register, confirm the address by mail, sign in and take part as oneself."""
    visitor = go(stage.newcomer(), "/")
    assert "One share, NZD 50.00." in visitor.text
    visitor.follow("Join the community (free)")
    press(
        visitor,
        "Join the community (free)",
        {"name": name, "email": email, "password": PASSWORD, "password_confirm": PASSWORD},
    )
    go(visitor, "/login").send("Sign in", {"email": email, "password": PASSWORD})
    assert visitor.path == "/login", "an address that is not confirmed signs nobody in"
    stage.work()
    visitor.open(_address_in(stage.mails_to(email)[-1], "/confirm/"))
    press(go(visitor, "/login"), "Sign in", {"email": email, "password": PASSWORD})
    assert visitor.path == "/welcome", visitor.path
    press(visitor, "Join as myself", {"name": name})
    assert visitor.path.endswith("/profile")
    assert "You are acting for" not in visitor.text, "who acts for one alone need not be told"
    return Newcomer(visitor, name, email, visitor.path.removesuffix("/profile"))


def come_back(stage: Stage, newcomer: Newcomer) -> Newcomer:
    """Sign in anew, as everybody must after two weeks."""
    visitor = go(stage.newcomer(), "/login")
    press(visitor, "Sign in", {"email": newcomer.email, "password": PASSWORD})
    return replace(newcomer, visitor=visitor)


def set_up_factor(visitor: Visitor) -> None:
    """Set up a second factor from the home page, with an app that is told the secret; from then on one's powers rest no more."""
    go(visitor, "/").follow("Set up your second factor")
    visitor.follow("Set it up")
    app = TOTP(key=read(visitor, "Type this secret into the app: ((?:[A-Z2-7]{4} )+)"))
    press(visitor, "Set it up", {"code": app.generate().token})
    assert visitor.title == "Your recovery codes"


def be_found(stage: Stage, newcomer: Newcomer) -> None:
    """Fill in the profile, and be found in the directory without macrons; who is not signed in finds nobody."""
    press(
        go(newcomer.visitor, f"{newcomer.acting}/profile"),
        "Save",
        {
            "place": "Whangārei",
            "offers": "Trapping, kōrero with landowners",
            "seeks": "Somebody who counts kākā",
            "is_listed": True,
        },
    )
    reader = go(stage.founder("treasurer"), "/directory")
    press(reader, "Show", {"q": "korero whangarei"})
    reader.follow(newcomer.name)
    assert reader.title == newcomer.name
    assert "Somebody who counts kākā" in reader.text
    press(go(reader, "/directory"), "Show", {"q": "nobody of this kind"})
    assert "Nobody found" in reader.text
    stranger = go(stage.newcomer(), "/directory")
    assert newcomer.name not in stranger.text


def add_organisation(newcomer: Newcomer, name: str = "Friends of the Ōhau Estuary") -> str:
    """Add a community group that the newcomer acts for; return the address under which they do."""
    press(go(newcomer.visitor, "/organisations/new"), "Add the organisation", {"name": name, "kind": "group"})
    assert f"You are acting for {name}" in newcomer.visitor.text
    acting = newcomer.visitor.path.rpartition("/")[0]
    assert acting != newcomer.acting
    assert name in go(newcomer.visitor, "/").text
    return acting


def apply(newcomer: Newcomer, acting: str) -> None:
    """Apply for membership: the common bond, the terms, one share."""
    visitor = go(newcomer.visitor, f"{acting}/membership")
    visitor.follow("Become a member")
    visitor.send("Send the application", {"bond": BOND, "shares": "1"})
    assert visitor.status == 422, "the terms must be accepted"
    press(visitor, "Send the application", {"bond": BOND, "shares": "1", "accepts": True})
    assert visitor.title == "Your application is with the board"


def admit(stage: Stage, name: str) -> None:
    """Let the board find the application on its home page and record its decision."""
    board = go(stage.founder("board"), "/")
    assert "Decide on" in board.text
    go(board, "/applications").follow(name)
    assert BOND in board.text
    press(board, "Yes: Record the decision", {"decision": "admit", "minute": MINUTE})
    assert f"{name} is admitted and has been told by mail." in board.text


def pay(stage: Stage, newcomer: Newcomer, acting: str) -> str:
    """Read the reference, let the treasurer find and record the receipt; return the reference."""
    visitor = go(newcomer.visitor, f"{acting}/membership")
    assert visitor.title == "You are admitted: please pay for your share"
    reference = str(re.findall(r"KAN-[0-9A-Z]+-[0-9A-Z]", visitor.text)[0])
    assert "12-3456-0123456-00" in visitor.text
    treasurer = press(go(stage.founder("treasurer"), "/payments"), "Show", {"q": reference.replace("-", "").lower()})
    treasurer.follow(reference)
    for amount in ("50.001", "-50", "", "50.01"):
        treasurer.send("Record the receipt", {"amount": amount})
        assert treasurer.status == 422, f"{amount!r} must be refused"
    press(treasurer, "Record the receipt", {"amount": "50.00"})
    assert "Received in full." in treasurer.text
    assert go(visitor, f"{acting}/membership").title == "Your share is paid"
    return reference


def issue(stage: Stage, reference: str) -> None:
    """Let the secretary issue the share."""
    secretary = go(stage.founder("secretary"), "/")
    assert "paid subscription" in secretary.text
    press(go(secretary, "/shares/to-issue"), f"Yes: Issue {reference}")
    assert reference not in secretary.text


def become_a_member(stage: Stage, newcomer: Newcomer, acting: str, name: str) -> None:
    """Go all the way from the application to the register."""
    apply(newcomer, acting)
    admit(stage, name)
    issue(stage, pay(stage, newcomer, acting))
    visitor = go(newcomer.visitor, f"{acting}/membership")
    assert visitor.title == "You are a member"
    secretary = go(stage.founder("secretary"), "/members")
    secretary.follow(name)
    assert secretary.title == name
    assert name in go(secretary, "/shares/register").text
    assert name in go(visitor, f"{acting}/shares/certificate").text


def pay_founders(stage: Stage, *names: str) -> None:
    """Let founders become members: the treasurer records every receipt, the secretary issues all shares."""
    treasurer = go(stage.founder("treasurer"), "/payments")
    for reference in [words for words in treasurer.links() if words.startswith("KAN-")]:
        go(treasurer, "/payments").follow(reference)
        if any(f"From {name}" in treasurer.text for name in names):
            press(treasurer, "Record the receipt", {"amount": "50"})
    press(go(stage.founder("secretary"), "/shares/to-issue"), "Yes: Issue all")


def keep_books(stage: Stage) -> str:
    """Record an entry by hand, be refused what does not add up, correct a mistake; return the words of the entry."""
    treasurer = go(stage.founder("treasurer"), "/books/entries/new")
    lines = {"lines-0-account": "1000", "lines-0-debit": "1,200.00", "lines-1-account": "4200"}
    text = "Grant for “traps”; kāpiti — second part"
    treasurer.send("Record the entry", {"text": text, **lines, "lines-1-credit": "1,100.00"})
    assert treasurer.status == 422, "an entry that does not balance is refused"
    press(treasurer, "Record the entry", {"text": text, **lines, "lines-1-credit": "1,200.00"})
    assert text in go(treasurer, "/books/journal").text
    for page in ("/books/trial-balance", "/books/balance-sheet", "/books/income-statement"):
        assert "1,200.00" in go(treasurer, page).text, page
    auditor = go(stage.founder("auditor"), "/books/journal")
    assert text in auditor.text
    auditor.open("/books/entries/new")
    assert auditor.status == 403
    return text


def export_books(stage: Stage, folder: Path) -> None:
    """Download the journal in every format, and let other people's programs check it."""
    auditor = go(stage.founder("auditor"), "/books/exports")
    files = {}
    for words, name in _DOWNLOADS:
        files[name] = folder / name
        files[name].write_bytes(auditor.download(words))
    assert "Grant for" in files["books.csv"].read_text(encoding="utf-8")
    bean_check = Path(sys.executable).with_name("bean-check")
    programs = [[str(bean_check), str(files["books.beancount"])]]
    if shutil.which("hledger"):
        programs.append(["hledger", "-f", str(files["books.journal"]), "check", "--strict"])
    for program in programs:
        ran = subprocess.run(program, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def _address_in(text: str, path: str) -> str:
    """Return the address within the application that a mail gives."""
    found = re.findall(r"https?://\S+", text)
    return next(str(urlsplit(address).path) for address in found if path in address)
