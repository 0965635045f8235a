"""The life of a co-operative in scenes, each through the pages alone. A scene leaves its visitors where the next one begins.

The same scenes are played by the strict client on both databases and by Chromium, with script and without.
"""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from click.testing import CliRunner

from coop import clock
from coop.commands.count import count
from tests.visitors import Stage, Values, Visitor

PASSWORD = "kererū in the miro tree"
BOND = "I trap stoats along the river and teach others how to set and check a line."
_DOWNLOADS = (
    ("Journal as CSV", "books.csv"),
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
    assert visitor.status == 200, f"{visitor.path}, “{button}”: {visitor.status} {visitor.text[-1500:]}"
    return visitor


def follow_to(visitor: Visitor, beginning: str) -> Visitor:
    """Follow the first link whose words begin so."""
    visitor.follow(next(words for words in visitor.links() if words.startswith(beginning)))
    assert visitor.status == 200, f"{visitor.path}: {visitor.status} {visitor.text[:300]}"
    return visitor


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
    assert f"You are acting for {name}" in visitor.text
    return Newcomer(visitor, name, email, visitor.path.removesuffix("/profile"))


def come_back(stage: Stage, newcomer: Newcomer) -> Newcomer:
    """Sign in anew, as everybody must after two weeks."""
    visitor = go(stage.newcomer(), "/login")
    press(visitor, "Sign in", {"email": newcomer.email, "password": PASSWORD})
    return replace(newcomer, visitor=visitor)


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
    press(board, "Record the decision", {"decision": "admit", "minute": MINUTE})
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


def propose(stage: Stage, author: str, title: str) -> str:
    """Let a founder write a proposal and another say something about it; return its address."""
    acting = f"/as/{stage.participants[author]}"
    writer = go(stage.founder(author), f"{acting}/proposals/new")
    press(
        writer,
        "Put it up for discussion",
        {"title": title, "text": "We resolve to **buy** one.", "majority": "ordinary"},
    )
    path = writer.path
    other = go(stage.founder("board"), path)
    press(other, "Add to the debate", {"text": "What would it *cost* us?"})
    assert "What would it cost us?" in go(writer, path).text
    return path


def put_to_the_vote(stage: Stage, path: str, closes_at: datetime) -> None:
    """Let the secretary open a vote until a moment."""
    secretary = go(stage.founder("secretary"), path)
    secretary.follow("Put to the vote")
    local = closes_at.astimezone(ZONE)
    press(
        secretary,
        "Freeze all this and open the vote",
        {"closes_on": f"{local:%Y-%m-%d}", "closes_time": f"{local:%H:%M}"},
    )
    assert "Voting is open" in secretary.text
    assert "Fingerprint" in secretary.text


def vote_for_two(newcomer: Newcomer, path: str, names: tuple[str, str]) -> None:
    """Vote for oneself and for a group, each on a ballot of its own found from home; then change one of them."""
    visitor = newcomer.visitor
    for name, choice in zip(names, ("for", "against"), strict=True):
        go(visitor, "/")
        assert f"Vote for {name}" in visitor.text
        go(visitor, path).follow(f"Vote for {name}")
        assert visitor.title == f"You are voting for {name}"
        assert "all members can see how you voted" in visitor.text
        press(visitor, "Vote", {"choice": choice})
        assert visitor.title == "Your vote is recorded"
    go(visitor, path).follow(f"Change the vote of {names[1]}")
    press(visitor, "Change the vote", {"choice": "for"})
    assert "2; the last one counts" in visitor.text
    go(visitor, path)
    assert "shown to nobody until it closes" in visitor.text
    assert "Who voted how" not in visitor.text


def vote(stage: Stage, path: str, name: str, choice: str) -> None:
    """Let a founder vote."""
    visitor = go(stage.founder(name), f"/as/{stage.participants[name]}/votes/{_id(path)}")
    press(visitor, "Vote", {"choice": choice})


def too_late(stage: Stage, newcomer: Newcomer, path: str) -> None:
    """Be refused after the closing time; the page says that the count is pending."""
    visitor = newcomer.visitor
    visitor.open(f"{newcomer.acting}/votes/{_id(path)}")
    assert visitor.status == 409
    assert "Closed, count pending" in go(visitor, path).text
    assert re.search(r"Count \d votes? that ha(s|ve) closed", go(stage.founder("secretary"), "/").text)


def read_outcome(stage: Stage, newcomer: Newcomer, path: str, title: str, names: tuple[str, ...]) -> None:
    """Read the outcome with its arithmetic and who voted how, and find it in the register of resolutions."""
    visitor = go(newcomer.visitor, path)
    assert "Carried." in visitor.text
    assert "Quorum" in visitor.text
    assert "Threshold" in visitor.text
    for name in names:
        assert name in visitor.text
    assert title in go(visitor, "/resolutions").text
    assert title in go(stage.newcomer(), "/").text


def call_election(stage: Stage, candidates: tuple[str, ...], seats: int) -> str:
    """Call an election; the first candidate is nominated and accepts, the others stand. Return its address."""
    secretary = go(stage.founder("secretary"), "/elections/new")
    press(
        secretary,
        "Call for nominations",
        {"title": "Election of the board", "text": "The board meets monthly.", "seats": str(seats)},
    )
    stand_for_election(stage, secretary.path, candidates)
    return secretary.path


def stand_for_election(stage: Stage, path: str, candidates: tuple[str, ...]) -> None:
    """Let one founder be nominated and accept, and the others stand by themselves."""
    first = candidates[0]
    nominator = go(stage.founder("board2"), f"/as/{stage.participants['board2']}/elections/{_id(path)}/nominate")
    press(nominator, "Nominate", {"participant_id": str(stage.participants[first])})
    asked = go(stage.founder(first), "/")
    asked.follow("Answer: do you stand for election?")
    press(asked, "I stand for election", {"statement": f"I would serve, says *{first}*."})
    for name in candidates[1:]:
        candidate = go(stage.founder(name), f"/as/{stage.participants[name]}/elections/{_id(path)}/stand")
        press(candidate, "I stand for election", {"statement": f"Here I am, {name}."})


def rank(visitor: Visitor, acting: str, path: str, ranks: dict[str, int]) -> str:
    """Number candidates by name, check the ballot, cast it; return the receipt."""
    go(visitor, f"{acting}/votes/{_id(path)}")
    assert "Nobody can see how you vote" in visitor.text
    visitor.send("Check my ballot", {})
    assert visitor.status == 422, "an empty ballot is refused"
    press(visitor, "Check my ballot", {f"rank-{code}": str(place) for code, place in ranks.items()})
    assert visitor.title == "Check your ballot"
    assert "This is final" in visitor.text
    press(visitor, "Cast my ballot")
    assert visitor.title == "Your ballot is in the urn"
    receipt = str(re.findall(r"[0-9a-f]{64}", visitor.text)[0])
    visitor.open(f"{acting}/votes/{_id(path)}")
    assert visitor.status == 409, "a secret ballot is cast once"
    return receipt


def cast_ballots(stage: Stage, path: str) -> list[str]:
    """Let five founders rank the candidates, who have the codes c1, c2, c3 by their names; return the receipts."""
    rankings = {
        "board": {"c2": 1, "c1": 2},
        "board2": {"c2": 1},
        "treasurer": {"c3": 1, "c2": 2, "c1": 3},
        "secretary": {"c1": 1, "c2": 2},
        "founder": {"c2": 1, "c3": 2},
    }
    return [
        rank(stage.founder(name), f"/as/{stage.participants[name]}", path, ranks) for name, ranks in rankings.items()
    ]


def count_again(stage: Stage, path: str, folder: Path, receipts: list[str], seats: int) -> list[str]:
    """Count by the secretary's button, find every receipt, and count the download by `coop count`; return the elected."""
    secretary = go(stage.founder("secretary"), path)
    press(secretary, "Count the votes now")
    assert "Elected: " in secretary.text
    assert "How the seats were filled" in secretary.text
    reader = go(stage.founder("auditor"), path)
    elected = re.search(r"Elected: (.+?)\.", reader.text)
    assert elected is not None
    go(reader, f"{path}/ballots")
    assert all(receipt in reader.text for receipt in receipts)
    file = folder / "ballots.blt"
    file.write_bytes(reader.download("BLT"))
    ran = CliRunner().invoke(count, [str(file), "--rule", "scottish-stv", "--seats", str(seats), "--format", "json"])
    assert ran.exit_code == 0, ran.output
    counted: list[str] = json.loads(ran.output)["elected"]
    assert sorted(counted) == sorted(elected[1].split(", "))
    return counted


def record_board(stage: Stage, path: str) -> None:
    """Let the secretary give the elected their powers, from the task on the home page."""
    secretary = go(stage.founder("secretary"), "/")
    secretary.follow("Record the new board")
    assert secretary.path == path
    press(secretary, "Yes: Record the new board")
    assert "The board was recorded" in secretary.text


def soon() -> datetime:
    """Return a closing time for a vote: three days from now, at a full hour."""
    return (clock.now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)


def _address_in(text: str, path: str) -> str:
    """Return the address within the application that a mail gives."""
    found = re.findall(r"https?://\S+", text)
    return next(str(urlsplit(address).path) for address in found if path in address)


def _id(path: str) -> str:
    return path.rpartition("/")[2]
