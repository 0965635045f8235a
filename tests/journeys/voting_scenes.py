"""Proposals and elections in scenes through the pages alone: from the first words to the register and a board with powers."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from coop import clock
from coop.commands.count import count
from tests.journeys.scenes import ZONE, Newcomer, go, press, read
from tests.visitors import Stage, Visitor


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
    assert "No page shows how you vote" in visitor.text
    visitor.send("Check my ballot", {})
    assert visitor.status == 422, "an empty ballot is refused"
    press(visitor, "Check my ballot", {f"rank-{code}": str(place) for code, place in ranks.items()})
    assert visitor.title == "Check your ballot"
    assert "you get a change code" in visitor.text
    press(visitor, "Cast my ballot")
    assert visitor.title == "Your ballot is in the urn"
    receipt = read(visitor, r"([0-9a-f]{64})")
    visitor.open(f"{acting}/votes/{_id(path)}")
    assert "Change code" in visitor.text, "a secret ballot is cast once, and changed with its code only"
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
    elected = read(reader, r"Elected: (.+?)\.")
    go(reader, f"{path}/ballots")
    assert all(receipt in reader.text for receipt in receipts)
    file = folder / "ballots.blt"
    file.write_bytes(reader.download("BLT"))
    ran = CliRunner().invoke(count, [str(file), "--rule", "scottish-stv", "--seats", str(seats), "--format", "json"])
    assert ran.exit_code == 0, ran.output
    counted: list[str] = json.loads(ran.output)["elected"]
    assert sorted(counted) == sorted(elected.split(", "))
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


def _id(path: str) -> str:
    return path.rpartition("/")[2]
