"""Files with points and files with budgets: what they may hold, the exact message for each bad line, and no bytes that crash."""

from contextlib import suppress
from fractions import Fraction
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from governance.counting.errors import BallotFileError
from governance.counting.files import read_ballots, read_budget, read_points
from governance.counting.profiles import BudgetProfile, PointsProfile

POINTS = "weight,Aroha,Ben,Cara\n3,5,4,0\n2,0,3,5\n1,1,,5\n2,0,3,5\n"
BUDGET = """META
key;value
description;Paths of "Ōtaki"
num_projects;3
num_votes;4
budget;12.50
vote_type;approval
PROJECTS
project_id;cost;votes;name
12;6;3;Path
7;5;2;Pond
p9;0.25;2;Pond
VOTES
voter_id;age;vote
a;40;12,7
b;;7, 12
c;31;p9
d;22;
"""


def points(text: str, cap: int | None = None, dots: int | None = None) -> PointsProfile:
    return read_points(BytesIO(text.encode()), "stars.csv", cap=cap, dots=dots)


def budget(text: str) -> BudgetProfile:
    return read_budget(BytesIO(text.encode()), "votes.pb")


def test_a_file_with_points_is_read_with_equal_ballots_as_one() -> None:
    profile = points(POINTS, cap=5, dots=9)
    assert profile.candidates == ("Aroha", "Ben", "Cara")
    assert dict(profile.ballots) == {(5, 4, 0): 3, (0, 3, 5): 4, (1, 0, 5): 1}
    assert (profile.cap, profile.dots) == (5, 9)
    assert points(POINTS.replace(",", ";"), cap=5, dots=9) == profile


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A,B\n1,2\n3,x\n", "stars.csv, line 3: points are a whole number, not “x”"),
        ("A,B\n-1,2\n", "stars.csv, line 2: points are a whole number, not “-1”"),
        ("A,B\n1.5,2\n", "stars.csv, line 2: points are a whole number, not “1.5”"),
        ("A,B\n1,2\n6,0\n", "stars.csv, line 3: 6 points for A are more than the 5 that one may get"),
        ("A,B\n5,4\n", "stars.csv, line 2: 9 points are more than the 8 that a ballot has"),
        ("A,B\n1\n", "stars.csv, line 2: the header has 2 columns, and this row 1"),
        ("A,A\n", "stars.csv, line 1: candidates 1 and 2 are both called “A”"),
        ("", "stars.csv, line 1: the file is empty"),
    ],
)
def test_a_bad_line_of_points_is_refused_with_its_cause(text: str, message: str) -> None:
    with pytest.raises(BallotFileError) as refused:
        points(text, cap=5, dots=8)
    assert str(refused.value) == message


def test_a_budget_is_read_with_its_projects_and_ballots() -> None:
    profile = budget(BUDGET)
    assert profile.title == 'Paths of "Ōtaki"'
    assert profile.candidates == ("Path", "Pond (7)", "Pond (p9)")
    assert profile.costs == (Fraction(6), Fraction(5), Fraction(1, 4))
    assert profile.budget == Fraction(25, 2)
    assert dict(profile.ballots) == {(0, 1): 2, (2,): 1, (): 1}


def test_a_project_that_stands_twice_on_a_ballot_is_approved_once() -> None:
    assert budget(BUDGET.replace("c;31;p9", "c;31;p9,p9")).ballots == budget(BUDGET).ballots


def test_projects_without_names_are_called_by_their_ids() -> None:
    text = "META\nkey;value\nbudget;5\nvote_type;choose-1\nPROJECTS\nproject_id;cost\nx;3\nVOTES\nvoter_id;vote\n1;x\n"
    assert budget(text).candidates == ("x",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("META\n", "", "votes.pb, line 1: “META” is expected, not “key”"),
        ("approval", "cumulative", "line 7: only ballots of the vote_type approval are counted, not “cumulative”"),
        ("budget;12.50", "budget;much", "line 6: an amount above nothing is expected, not “much”"),
        ("budget;12.50\n", "", "line 2: an amount above nothing is expected, not “”"),
        ("7;5;2", "7;0;2", "line 11: an amount above nothing is expected, not “0”"),
        ("7;5;2", "7;-5;2", "line 11: an amount above nothing is expected, not “-5”"),
        ("7;5;2", "12;5;2", "line 11: project 12 stands there twice"),
        ("7;5;2;Pond", "7", "line 11: a project has an id and a cost"),
        ("cost", "price", "line 9: there is no column “cost”"),
        ("c;31;p9", "c;31;8", "line 17: project 8 does not exist"),
        ("c;31;p9", "a;31;7", "line 17: ballot a stands there twice"),
        ("num_votes;4", "num_votes;5", "line 5: the header says 5 ballots, and the file holds 4"),
        ("VOTES\n", "", "line 13: an amount above nothing is expected, not “age”"),
    ],
)
def test_a_bad_line_of_a_budget_is_refused_with_its_cause(old: str, new: str, message: str) -> None:
    text = BUDGET.replace(old, new, 1)
    if "VOTES" not in text:
        message = "the file ends where VOTES with its columns was expected"
    with pytest.raises(BallotFileError) as refused:
        budget(text)
    assert message in str(refused.value)


def test_a_budget_that_is_cut_off_names_the_part_that_is_missing() -> None:
    with pytest.raises(BallotFileError, match="the file ends where PROJECTS with its columns was expected"):
        budget(BUDGET[: BUDGET.index("PROJECTS")])


def test_each_kind_of_rule_says_which_files_it_counts() -> None:
    with pytest.raises(BallotFileError, match=r"ward.blt: this rule counts files that end in .csv"):
        read_points(BytesIO(b""), "ward.blt")
    with pytest.raises(BallotFileError, match=r"ward.blt: this rule counts files that end in .pb"):
        read_budget(BytesIO(b""), "ward.blt")
    with pytest.raises(BallotFileError, match=r"votes.pb: this rule counts files that end in .blt, .soi"):
        read_ballots(BytesIO(b""), "votes.pb")


PIECES = st.sampled_from([*BUDGET.splitlines(keepends=True), ";", "\n", '"', "7", ",", "\x00", "Ō"])


@given(st.lists(PIECES, max_size=30).map("".join) | st.binary(max_size=60))
@example(b"\xff\xfe")
@settings(deadline=None)
def test_no_bytes_crash_the_readers_of_points_and_budgets(content: str | bytes) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    for read in (lambda: read_budget(BytesIO(raw), "x.pb"), lambda: read_points(BytesIO(raw), "x.csv", cap=5)):
        with suppress(BallotFileError):
            read()
