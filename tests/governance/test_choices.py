"""What a ballot can say by each rule, how it is written once and for all, and what is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from evidence.columns import table_of
from governance import choice_errors, choices, errors
from governance.ballots import cast_open
from governance.checks import findings
from governance.closing import close
from governance.counting.errors import InvalidSeats, OneSeatOnly
from governance.methods import METHODS, MOST_POINTS, ElectionRule
from governance.models import OpenBallot, Secrecy, Urn
from governance.rolls import entry_of
from governance.secret_ballots import cast_secret, change_secret
from tests.governance.bundled import ELECTIONS, ballots_by, both, files, packed
from tests.governance.conftest import Votes, usual

#: The order of the lot, which is not the one in which codes were given out.
OPTIONS = ["c10", "c2", "c1"]
WRITTEN: tuple[tuple[str, Any, str], ...] = (
    ("plurality", ["c2"], '["c2"]'),
    ("plurality", [["c2"]], '["c2"]'),
    ("approval", ["c10", "c2"], '["c2","c10"]'),
    ("approval", [["c10", "c1"], "c2"], '["c1","c2","c10"]'),
    ("scottish-stv", ("c2", ["c1"]), '["c2","c1"]'),
    ("meek-stv", [["c10", "c2"], "c1"], '[["c2","c10"],"c1"]'),
    ("score", {"c10": 5, "c2": 0, "c1": 1}, '{"c1":1,"c10":5}'),
    ("dots", {"c1": 3, "c2": 2}, '{"c1":3,"c2":2}'),
)
REFUSED: tuple[tuple[str, Any, type[errors.GovernanceRefusal]], ...] = (
    ("plurality", ["c1", "c2"], choice_errors.TooManyChosen),
    ("plurality", [], choice_errors.NobodyChosen),
    ("plurality", "c1", errors.UnknownOption),
    ("approval", [], choice_errors.NobodyChosen),
    ("approval", ["c1", "c1"], errors.RepeatedOption),
    ("approval", ["c1", "c9"], errors.UnknownOption),
    ("scottish-stv", [], errors.EmptyBallot),
    ("scottish-stv", ["c1", "c2", "c1"], errors.RepeatedOption),
    ("irv", [["c1", "c2"]], choice_errors.PlaceShared),
    ("meek-stv-9", ["c10", ["c1", "c2"]], choice_errors.PlaceShared),
    ("schulze", [["c1", "c2"], "c2"], errors.RepeatedOption),
    ("schulze", [[]], errors.UnknownOption),
    ("schulze", [[["c1"]]], errors.UnknownOption),
    ("ranked-pairs", {"c1": 1}, errors.UnknownOption),
    ("score", ["c1"], errors.UnknownOption),
    ("score", {"c1": 6}, choice_errors.TooManyPoints),
    ("score", {"c1": -1}, errors.UnknownOption),
    ("score", {"c1": True}, errors.UnknownOption),
    ("score", {"c1": 1.0}, errors.UnknownOption),
    ("score", {"c9": 1}, errors.UnknownOption),
    ("star", {}, choice_errors.NoPointsGiven),
    ("star", {"c1": 0}, choice_errors.NoPointsGiven),
    ("dots", {"c1": 3, "c2": 3}, choice_errors.TooManyDots),
    ("dots", {"c1": 4}, choice_errors.TooManyPoints),
)


@pytest.mark.parametrize(("rule", "choice", "text"), WRITTEN)
def test_what_says_the_same_is_the_same_text(rule: str, choice: Any, text: str) -> None:
    assert choices.written(usual(rule, 1), OPTIONS, choice) == text
    assert choices.can_be_given(usual(rule, 1), OPTIONS, text)


@pytest.mark.parametrize(("rule", "choice", "refusal"), REFUSED)
def test_what_a_rule_cannot_count_is_refused(rule: str, choice: Any, refusal: type[errors.GovernanceRefusal]) -> None:
    with pytest.raises(errors.GovernanceRefusal) as refused:
        choices.written(usual(rule, 1), OPTIONS, choice)
    assert type(refused.value) is refusal


@pytest.mark.parametrize(
    "text", ["", "x", "[" * 9000, "null", "1", '"for"', '["c2", "c1"]', '[["c1"]]', '[["c10","c2"]]', '{"c1":0}']
)
def test_a_text_that_is_written_otherwise_is_no_ballot(text: str) -> None:
    assert not any(choices.can_be_given(usual(rule, 1), OPTIONS, text) for rule in ("approval", "meek-stv", "score"))


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats() | st.text(max_size=3) | st.sampled_from(OPTIONS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*OPTIONS, "x"]), inner, max_size=4),
    max_leaves=8,
)


@given(rule=st.sampled_from(sorted(METHODS)), choice=_json)
def test_whatever_is_sent_is_written_or_refused(rule: str, choice: Any) -> None:
    try:
        text = choices.written(usual(rule, 1), OPTIONS, choice)
    except errors.GovernanceRefusal:
        return
    assert choices.can_be_given(usual(rule, 1), OPTIONS, text)


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        (ElectionRule("scottish-stv", 0), InvalidSeats),
        (ElectionRule("irv", 2), OneSeatOnly),
        (ElectionRule("score", 1), choice_errors.FigureOutOfRange),
        (ElectionRule("score", 1, 0), choice_errors.FigureOutOfRange),
        (ElectionRule("star", 1, MOST_POINTS + 1), choice_errors.FigureOutOfRange),
        (ElectionRule("approval", 1, 5), choice_errors.FigureOutOfRange),
        (ElectionRule("score", 1, 5, 9), choice_errors.FigureOutOfRange),
        (ElectionRule("dots", 1, 3), choice_errors.FigureOutOfRange),
        (ElectionRule("dots", 1, 4, 3), choice_errors.CapAboveDots),
    ],
)
def test_a_rule_whose_figures_do_not_fit_is_not_opened(rule: ElectionRule, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rule.check()


@pytest.mark.parametrize(("rule", "seats"), ELECTIONS)
def test_a_refused_ballot_leaves_no_trace(session: Session, votes: Votes, rule: str, seats: int) -> None:
    election_id = votes.open_election(session, rule=rule, seats=seats)
    for choice in (["c9"], [], {}, {"c1": 101}, "for", [["c1", "c1"]]):
        with pytest.raises(errors.GovernanceRefusal):
            cast_secret(session, election_id, votes.voters[0], choice, clock=votes.clock())
    assert session.scalar(select(func.count()).select_from(Urn)) == 0


@pytest.mark.parametrize(("rule", "seats"), ELECTIONS)
def test_a_ballot_is_changed_by_every_rule(session: Session, votes: Votes, rule: str, seats: int) -> None:
    election_id = votes.open_election(session, rule=rule, seats=seats)
    first, second, *rest = ballots_by(rule)
    key = cast_secret(session, election_id, votes.voters[0], first, clock=votes.clock()).key
    change_secret(session, election_id, votes.voters[0], key, second, clock=votes.clock())
    for voter, choice in zip(votes.voters[1:], rest, strict=False):
        cast_secret(session, election_id, voter, choice, clock=votes.clock())
    close(session, election_id, clock=votes.clock(votes.after()))
    assert findings(session) == []


@pytest.mark.parametrize("cast", [0, 1, 8])
@pytest.mark.parametrize(("rule", "seats"), ELECTIONS)
def test_a_roll_call_is_held_and_checked_by_every_rule(
    session: Session, votes: Votes, rule: str, seats: int, cast: int
) -> None:
    election_id = votes.open_election(session, rule=rule, seats=seats, secrecy=Secrecy.OPEN)
    for voter, choice in list(zip(votes.voters, ballots_by(rule), strict=False))[:cast]:
        cast_open(session, election_id, voter, choice, clock=votes.clock())
    close(session, election_id, clock=votes.clock(votes.after()))
    assert session.scalar(select(func.count()).select_from(OpenBallot)) == cast
    assert findings(session) == []
    assert both(packed(files(session, election_id))) == []


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("score", '{"c1":9}'),
        ("dots", '{"c1":3,"c2":3}'),
        ("approval", '["c2","c1"]'),
        ("plurality", '["c1","c2"]'),
        ("irv", '[["c1","c2"]]'),
    ],
)
def test_a_ballot_written_past_the_program_that_the_rule_does_not_know_is_found(
    session: Session, votes: Votes, rule: str, text: str
) -> None:
    election_id = votes.open_election(session, rule=rule, seats=1, secrecy=Secrecy.OPEN)
    entry = entry_of(session, election_id, votes.voters[0])
    assert entry is not None
    row = {"roll_entry_id": entry.id, "version": 1, "choice": text, "cast_at": votes.during}
    session.execute(insert(table_of(OpenBallot)), [row])
    assert "governance-choice" in {found.check for found in findings(session)}
