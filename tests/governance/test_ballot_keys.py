"""The key of a secret ballot: only who holds it can change the ballot, once for each key, or take it back."""

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.database import write_with
from governance import errors
from governance.checks import findings
from governance.closing import close
from governance.models import Ballot, Urn, Withdrawal
from governance.secret_ballots import SecretReceipt, cast_secret, change_secret, key_hash, withdraw_secret
from tests.databases import TestDatabase
from tests.governance.test_governance_races import at_once

if TYPE_CHECKING:
    from tests.governance.conftest import Votes


@pytest.fixture
def election_id(session: Session, votes: "Votes") -> UUID:
    """A secret election that is open and takes votes on paper too."""
    return votes.open_election(session, takes_paper=True)


@pytest.fixture
def cast(session: Session, votes: "Votes", election_id: UUID) -> SecretReceipt:
    """The ballot of the first voter."""
    return cast_secret(session, election_id, votes.voters[0], ["c1"], clock=votes.clock())


def _counted(session: Session, votes: "Votes", election_id: UUID) -> list[str]:
    close(session, election_id, clock=votes.clock(votes.after()))
    return sorted(session.scalars(select(Ballot.choice).where(Ballot.proposal_id == election_id)))


def test_with_its_key_a_ballot_is_changed_and_only_the_last_one_counts(
    session: Session, votes: "Votes", election_id: UUID, cast: SecretReceipt
) -> None:
    second = change_secret(session, election_id, votes.voters[0], cast.key, ["c2"], clock=votes.clock())
    third = change_secret(session, election_id, votes.voters[0], second.key, ["c3", "c1"], clock=votes.clock())
    assert len({cast.commitment, second.commitment, third.commitment}) == 3
    assert _counted(session, votes, election_id) == ['["c3","c1"]']
    assert session.scalars(select(Ballot.commitment)).all() == [third.commitment]
    assert session.scalar(select(func.count()).select_from(Urn)) == 0


@pytest.mark.parametrize("written", ["{key}", " {key} ", "{lower}", "{plain}", "{spaced}"])
def test_a_key_is_read_however_it_is_written(
    session: Session, votes: "Votes", election_id: UUID, cast: SecretReceipt, written: str
) -> None:
    plain = cast.key.replace("-", "")
    misread = plain.lower().replace("0", "o").replace("1", "l")
    typed = written.format(key=cast.key, lower=misread, plain=plain, spaced=" ".join(plain))
    change_secret(session, election_id, votes.voters[0], typed, ["c2"], clock=votes.clock())
    assert _counted(session, votes, election_id) == ['["c2"]']


def test_a_key_has_a_hundred_bits_and_the_urn_keeps_only_its_hash(
    session: Session, election_id: UUID, cast: SecretReceipt
) -> None:
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", cast.key)
    row = session.scalars(select(Urn)).one()
    assert row.key_hash == key_hash(election_id, cast.key)
    assert cast.key not in str(vars(row))


@pytest.mark.parametrize("key", ["", "-", "00000-00000-00000-00000", "mein Schlüssel", "K" * 5000, "\x00"])
def test_a_key_that_is_none_changes_nothing(
    session: Session, votes: "Votes", election_id: UUID, cast: SecretReceipt, key: str
) -> None:
    with pytest.raises(errors.UnknownKey):
        change_secret(session, election_id, votes.voters[0], key, ["c2"], clock=votes.clock())
    assert _counted(session, votes, election_id) == ['["c1"]']


def test_a_stale_key_changes_nothing(session: Session, votes: "Votes", election_id: UUID, cast: SecretReceipt) -> None:
    change_secret(session, election_id, votes.voters[0], cast.key, ["c2"], clock=votes.clock())
    with pytest.raises(errors.StaleKey):
        change_secret(session, election_id, votes.voters[0], cast.key, ["c3"], clock=votes.clock())
    assert _counted(session, votes, election_id) == ['["c2"]']


def test_a_key_opens_no_ballot_of_another_vote(
    session: Session, votes: "Votes", election_id: UUID, cast: SecretReceipt
) -> None:
    other = votes.open_election(session)
    cast_secret(session, other, votes.voters[0], ["c1"], clock=votes.clock())
    with pytest.raises(errors.UnknownKey):
        change_secret(session, other, votes.voters[0], cast.key, ["c2"], clock=votes.clock())


def test_who_has_not_voted_has_nothing_to_change(
    session: Session, votes: "Votes", election_id: UUID, cast: SecretReceipt
) -> None:
    for attempt in (change_secret, withdraw_secret):
        choice: dict[str, Any] = {"choice": ["c2"]} if attempt is change_secret else {}
        with pytest.raises(errors.NotYetVoted):
            attempt(session, election_id, votes.voters[1], cast.key, clock=votes.clock(), **choice)


def test_nothing_is_changed_or_taken_back_once_voting_is_over(
    session: Session, votes: "Votes", election_id: UUID, cast: SecretReceipt
) -> None:
    late = votes.clock(votes.after())
    with pytest.raises(errors.VotingClosed):
        change_secret(session, election_id, votes.voters[0], cast.key, ["c2"], clock=late)
    with pytest.raises(errors.VotingClosed):
        withdraw_secret(session, election_id, votes.voters[0], cast.key, clock=late)


def test_a_change_is_checked_as_a_vote_is(
    session: Session, votes: "Votes", election_id: UUID, cast: SecretReceipt
) -> None:
    for choice, refusal in (
        (["c9"], errors.UnknownOption),
        ([], errors.EmptyBallot),
        (["c1", "c1"], errors.RepeatedOption),
    ):
        with pytest.raises(refusal):
            change_secret(session, election_id, votes.voters[0], cast.key, choice, clock=votes.clock())


def test_a_ballot_that_was_taken_back_is_not_counted_and_cannot_be_cast_again(
    session: Session, votes: "Votes", election_id: UUID, cast: SecretReceipt
) -> None:
    cast_secret(session, election_id, votes.voters[1], ["c2"], clock=votes.clock())
    withdraw_secret(session, election_id, votes.voters[0], cast.key, clock=votes.clock())
    assert session.scalar(select(func.count()).select_from(Withdrawal)) == 1
    with pytest.raises(errors.BallotWithdrawn):
        change_secret(session, election_id, votes.voters[0], cast.key, ["c2"], clock=votes.clock())
    with pytest.raises(errors.BallotWithdrawn):
        withdraw_secret(session, election_id, votes.voters[0], cast.key, clock=votes.clock())
    with pytest.raises(errors.AlreadyVoted), session.begin_nested():
        cast_secret(session, election_id, votes.voters[0], ["c3"], clock=votes.clock())
    assert findings(session) == []
    assert _counted(session, votes, election_id) == ['["c2"]']


def test_where_no_paper_is_taken_no_ballot_is_taken_back(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session)
    receipt = cast_secret(session, election_id, votes.voters[0], ["c1"], clock=votes.clock())
    with pytest.raises(errors.TakesNoPaper):
        withdraw_secret(session, election_id, votes.voters[0], receipt.key, clock=votes.clock())


def test_of_changes_with_one_key_at_once_one_goes_through(database: TestDatabase, votes: "Votes") -> None:
    engine = database.engine
    election_id = write_with(engine, votes.open_election)
    voter = votes.voters[0]
    first = write_with(engine, lambda s: cast_secret(s, election_id, voter, ["c1"], clock=votes.clock()))

    def change() -> object:
        return write_with(
            engine, lambda s: change_secret(s, election_id, voter, first.key, ["c2"], clock=votes.clock())
        )

    answers = at_once([change] * 16)
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert {type(answer) for answer in refused} == {errors.StaleKey}, answers
    assert len(refused) == 15
    with Session(engine) as session:
        assert findings(session) == []
    result = write_with(engine, lambda s: close(s, election_id, clock=votes.clock(votes.after()))).result
    assert '"cast":1,' in result


def test_a_change_while_closing_is_counted_if_it_got_its_receipt(database: TestDatabase, votes: "Votes") -> None:
    engine = database.engine
    election_id = write_with(engine, votes.open_election)
    keys = {
        voter: write_with(engine, lambda s, v=voter: cast_secret(s, election_id, v, ["c1"], clock=votes.clock())).key  # type: ignore[misc]
        for voter in votes.voters
    }
    over: list[bool] = []

    def change(voter: UUID) -> object:
        clock = lambda: votes.after() if over else votes.during  # noqa: E731 - told once the lock is held
        return write_with(engine, lambda s: change_secret(s, election_id, voter, keys[voter], ["c2"], clock=clock))

    def closing() -> object:
        over.append(True)
        return write_with(engine, lambda s: close(s, election_id, clock=votes.clock(votes.after())))

    answers = at_once([*(lambda v=voter: change(v) for voter in votes.voters), closing])
    receipts = {answer.commitment for answer in answers if isinstance(answer, SecretReceipt)}
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} <= {errors.VotingClosed}, answers
    with Session(engine) as session:
        changed = set(session.scalars(select(Ballot.commitment).where(Ballot.choice == '["c2"]')))
        assert changed == receipts
        assert session.scalar(select(func.count()).select_from(Ballot)) == len(votes.voters)
        assert findings(session) == []
