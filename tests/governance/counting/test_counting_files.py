"""Ballot files: what each format may hold, the exact message for each kind of bad line, and no bytes that crash."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from governance.counting.errors import BallotFileError
from governance.counting.files import READERS, blt, read_ballots, source
from governance.counting.profiles import RankedProfile, Ranking

PLAIN = """3 2
4 1 2 0
2 3 0
1 1 2 0
1 0
0
"Aroha"
"Ben"
"Cara"
"A title"
"""
NAMES_OF_TWO = '"A"\n"B"\n'
SOI = """# FILE NAME: board.soi
# TITLE: Board
# NUMBER ALTERNATIVES: 3
# NUMBER VOTERS: 6
# NUMBER UNIQUE ORDERS: 2
# ALTERNATIVE NAME 1: Aroha
# ALTERNATIVE NAME 2: Ben
# ALTERNATIVE NAME 3: Cara
4: 1,2
2: 3
"""
FROM_ZERO = SOI.replace("NAME 1", "NAME 0").replace("NAME 2", "NAME 1").replace("NAME 3", "NAME 2")
FROM_ZERO = FROM_ZERO.replace("4: 1,2", "4: 0,1").replace("2: 3", "2: 2")
OLD_SOI = "3\n1,Aroha\n2,Ben, of Ōtaki\n3,Cara\n6,6,2\n4,1,2\n2,3\n"


def read(text: str | bytes, name: str = "file.blt") -> RankedProfile:
    return read_ballots(BytesIO(text if isinstance(text, bytes) else text.encode()), name)


def refusal(text: str | bytes, name: str = "file.blt") -> str:
    with pytest.raises(BallotFileError) as refused:
        read(text, name)
    return str(refused.value)


def attempt(raw: bytes, name: str) -> RankedProfile | BallotFileError:
    """Return what a reader makes of any bytes; another exception fails the test."""
    try:
        return read(raw, name)
    except BallotFileError as refused:
        return refused


def test_a_blt_file_is_read_with_equal_rankings_as_one() -> None:
    profile = read(PLAIN)
    assert profile.title == "A title"
    assert profile.candidates == ("Aroha", "Ben", "Cara")
    assert profile.seats == 2
    assert dict(profile.ballots) == {((0,), (1,)): 5, ((2,),): 2, (): 1}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + PLAIN, id="byte order mark"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="DOS line ends"),
        pytest.param(PLAIN.replace("\n", "\r"), id="old Macintosh line ends"),
        pytest.param(PLAIN.encode("utf-16"), id="UTF-16"),
        pytest.param(PLAIN.replace("\n", "  \n"), id="blanks at line ends"),
        pytest.param(PLAIN + "\x1a", id="DOS end of file"),
        pytest.param(PLAIN.replace("\n", "\n\n"), id="empty lines"),
        pytest.param(PLAIN.replace('0\n"', '0 "').replace("\n", " "), id="all on one line"),
        pytest.param(PLAIN.replace("1 2 0", "1\n2\n0"), id="ballots spread over lines"),
        pytest.param("# ballots\n" + PLAIN.replace("2 3 0", "2 3 0 # two"), id="comments"),
        pytest.param(PLAIN.replace("1 0\n0", "1 0\n0 # end").replace('n"', 'n" # B'), id="comments below"),
        pytest.param(PLAIN.replace("1 1 2 0", "(paper 7) 1 2 0"), id="a ballot with an id"),
        pytest.param(PLAIN.replace("4 1 2 0", "3 1 2 0\n1 01 2 0"), id="leading zeros"),
        pytest.param(PLAIN + '"Source"\n"Comment"\nFree text, "any', id="remarks after the title"),
    ],
)
def test_the_same_ballots_may_be_laid_out_in_other_ways(text: str | bytes) -> None:
    assert read(text) == read(PLAIN)


def test_withdrawn_candidates_stay_in_the_rankings() -> None:
    profile = read("3 1\n-2\n-3\n1 2 1 0\n0\n" + '"A"\n"B"\n"C"')
    assert profile.withdrawn == {1, 2}
    assert profile.standing == (0,)
    assert dict(profile.ballots) == {((1,), (0,)): 1}


def test_short_names_and_who_has_withdrawn_may_stand_in_options() -> None:
    ballots = "2 ann cara 0\n1 ben=cara 2 0\n1 ben 0\n0\n" + '"Ann"\n"Ben"\n"Cara"\n'
    profile = read("3 1\n[nick ann ben cara]\n[withdrawn 1]\n-3\n" + ballots.replace("ben=cara 2", "ben=cara ann"))
    assert profile.withdrawn == {0, 2}
    assert profile.candidates == ("Ann", "Ben", "Cara")
    assert dict(profile.ballots) == {((0,), (2,)): 2, ((1, 2), (0,)): 1, ((1,),): 1}
    assert read("3 1\n[nick a b c]\n[withdrawn c a]\n1 b 0\n0\n" + '"A"\n"B"\n"C"\n').withdrawn == {0, 2}


def test_equal_preferences_are_kept_with_their_line() -> None:
    profile = read("3 1\n1 1 0\n\n2 3=2 1 0\n0\n" + '"A"\n"B"\n"C"')
    assert dict(profile.ballots) == {((0,),): 1, ((1, 2), (0,)): 2}
    assert profile.lines == {((1, 2), (0,)): 4}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('"Te Ao Mārama"', "Te Ao Mārama"),
        ('"Ben  \t Bay"', "Ben Bay"),
        ('"Wild "', "Wild "),
        (r'"Ann \"Nan\" Lee"', 'Ann "Nan" Lee'),
        ('"Ann ""Nan"" Lee"', 'Ann "Nan" Lee'),
        ('"#1 candidate"', "#1 candidate"),
        (r'"back\\slash"', r"back\slash"),
    ],
)
def test_names_are_read_as_they_are_meant(written: str, name: str) -> None:
    assert read(f'1 1\n1 1 0\n0\n{written}\n"T"').candidates == (name,)


@pytest.mark.parametrize(
    ("written", "names", "title"),
    [
        ("Ann Lee (Ind)\nBen  O'Hara (LD)\nWard 1", ("Ann Lee (Ind)", "Ben O'Hara (LD)"), "Ward 1"),
        ('Ann Lee (Ind)\nBen "Benny" Bay (LD)\n"Ward 1"\n', ("Ann Lee (Ind)", 'Ben "Benny" Bay (LD)'), "Ward 1"),
        ("Ann\n\n# nobody\nBen\n", ("Ann", "Ben"), ""),
        ('"Ann"\n"Ben"\nWard 1 - "North"\nfree text', ("Ann", "Ben"), 'Ward 1 - "North"'),
        ('"Ann Lee" "Greens"\n"Ann Lee" "Labour"\n"Ward 1"', ("Ann Lee (Greens)", "Ann Lee (Labour)"), "Ward 1"),
        ('"Ann" "Greens"\n"Ben"\t""\nWard 1', ("Ann (Greens)", "Ben"), "Ward 1"),
        ('"""Ann"" ""Greens"""\n"Con ""Ben"" "\n"""Ward 1"""', ('"Ann" "Greens"', 'Con "Ben" '), '"Ward 1"'),
        ('"Ann" "Ben" "Ward 1"', ("Ann", "Ben"), "Ward 1"),
        ('"Ann" "Ben"\n"Ward 1" "source"', ("Ann", "Ben"), "Ward 1"),
    ],
)
def test_names_are_read_as_councils_write_them(written: str, names: tuple[str, ...], title: str) -> None:
    profile = read(f"2 1\n1 1 0\n0\n{written}")
    assert (profile.candidates, profile.title) == (names, title)


def test_one_name_and_a_title_on_a_line_are_no_name_with_a_party() -> None:
    profile = read('1 1\n1 1 0\n0\n"Ann" "Ward 1"\n"source"\n')
    assert (profile.candidates, profile.title) == (("Ann",), "Ward 1")


def test_letters_that_were_misread_before_harm_no_count() -> None:
    misread = "BÃ\x89RARD Ann"
    assert read(f'1 1\n1 1 0\n0\n"{misread}"\n').candidates == ("BÃ�RARD Ann",)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252"])
def test_names_of_older_machines_are_read_too(encoding: str) -> None:
    assert read('1 1\n1 1 0\n0\n"Zoë Müller"\n'.encode(encoding)).candidates == ("Zoë Müller",)


def test_the_title_may_be_missing() -> None:
    assert read("2 1\n1 1 0\n0\n" + NAMES_OF_TWO).title == ""


def test_more_seats_than_candidates_may_be_offered() -> None:
    assert read("2 9\n1 1 0\n0\n" + NAMES_OF_TWO).seats == 9


BAD_BLT = {
    "": "file.blt, line 1: the file is empty",
    "\n \n": "file.blt, line 1: the file is empty",
    "\ufeff": "file.blt, line 1: the file is empty",
    "hello": "file.blt, line 1: the number of candidates is expected, not “hello”",
    "٣ 1\n": "file.blt, line 1: the number of candidates is expected, not “٣”",
    "3.0 1\n": "file.blt, line 1: the number of candidates is expected, not “3.0”",
    "0 1\n0\n": "file.blt, line 1: there are no candidates",
    "1001 1\n": "file.blt, line 1: 1001 candidates are more than the 1000 that can be counted",
    "9" * 5000 + " 1\n": f"file.blt, line 1: the number of candidates is expected, not “{'9' * 40}…”",
    "2": "file.blt, line 1: the file ends where the number of seats was expected",
    "2 x\n": "file.blt, line 1: the number of seats is expected, not “x”",
    "2 0\n": "file.blt, line 1: there must be at least one seat",
    "2 1\n": "file.blt, line 1: the file ends where a ballot was expected",
    "2 1\n-3\n": "file.blt, line 2: candidate 3 does not exist, there are 2",
    "2 1\n-1\n-1\n": "file.blt, line 3: candidate 1 has withdrawn twice",
    "2 1\n-x\n": "file.blt, line 2: a candidate's number is expected, not “x”",
    "2 1\n1 1 0\n1 3 0\n0\n": "file.blt, line 3: candidate 3 does not exist, there are 2",
    "2 1\n1 1 0\n1 2 1 2 0\n0\n": "file.blt, line 3: candidate 2 stands twice on the ballot",
    "2 1\n1 1=1 0\n0\n": "file.blt, line 2: candidate 1 stands twice on the ballot",
    "2 1\n1 1=0\n0\n": "file.blt, line 2: candidate 0 does not exist, there are 2",
    "2 1\n1 1= 0\n0\n": "file.blt, line 2: a candidate's number is expected, not “”",
    "2 1\n1 1 - 2 0\n0\n": "file.blt, line 2: a skipped preference (“-”) is not read: rules differ on what follows",
    "2 1\n1 1 two 0\n0\n": "file.blt, line 2: a candidate's number is expected, not “two”",
    "2 1\n1.5 1 0\n0\n": "file.blt, line 2: the number of ballots is a whole number from 1 to 1000000000000, not “1.5”",
    "2 1\n1 1 0\n-4 1 0\n0\n": "file.blt, line 3: the number of ballots is a whole number"
    " from 1 to 1000000000000, not “-4”",
    "2 1\n1000000000001 1 0\n0\n": "file.blt, line 2: the number of ballots is a whole number"
    " from 1 to 1000000000000, not “1000000000001”",
    "2 1\n1 1 2\n1 2 0\n0\n" + NAMES_OF_TWO: "file.blt, line 2: the ballot does not end with 0,"
    " and line 3 cannot go on with it: candidate 1 stands twice on the ballot",
    "2 1\n1 1 2\n7 2 0\n0\n" + NAMES_OF_TWO: "file.blt, line 2: the ballot does not end with 0,"
    " and line 3 cannot go on with it: candidate 7 does not exist, there are 2",
    "2 1\n1 1 2": "file.blt, line 2: the file ends where the 0 at the end of a ballot was expected",
    "2 1\n1 1 0\n": "file.blt, line 2: the file ends where the 0 after the last ballot was expected",
    "2 1\n1 1 0\n" + NAMES_OF_TWO: "file.blt, line 3: a name stands before the 0 that ends the ballots",
    "2 1\n(a) 1 0\n(a) 2 0\n0\n": "file.blt, line 3: ballot (a) stands there twice",
    "2 1\n[tie 2 1]\n1 1 0\n0\n": "file.blt, line 2: options in square brackets are not read: [tie 2 1]",
    "2 1\n[nick a]\n": "file.blt, line 2: 2 different short names are expected here",
    "2 1\n[nick a a]\n": "file.blt, line 2: 2 different short names are expected here",
    "2 1\n[nick 2 1]\n": "file.blt, line 2: “2” cannot be a short name",
    "2 1\n[nick a b]\n1 c 0\n0\n": "file.blt, line 3: a candidate's number is expected, not “c”",
    "2 1\n-1\n[withdrawn 1]\n": "file.blt, line 3: candidate 1 has withdrawn twice",
    "2 1\n[]\n1 1 0\n0\n": "file.blt, line 2: options in square brackets are not read: []",
    "2 1\n[\n": "file.blt, line 2: options in square brackets are not read: [",
    "2 1\n1 1 0\n0\n": "file.blt, line 3: there are 2 candidates and 0 names",
    '2 1\n1 1 0\n0\n"A"\n': "file.blt, line 4: there are 2 candidates and 1 names",
    '2 1\n1 1 0\n0\n"A"\nBen\n': "file.blt, line 5: a name in quotation marks is expected, not “Ben”",
    '2 1\n1 1 0\n0\n"A"\n"B\n': 'file.blt, line 5: the quotation mark of “"B” is not closed',
    '2 1\n1 1 0\n0\n"A"\n" "\n': "file.blt, line 5: candidate 2 has no name",
    '2 1\n1 1 0\n0\n"A"\n"A "\n': "file.blt, line 5: candidates 1 and 2 are both called “A”",
    '2 1\n1 1 0\n0\n"A"\n"B\x1b[2J"\n': "file.blt, line 5: “B�[2J” has a control character",
    '2 1\n1 1 0\n0\n"A"\n"' + "B" * 501 + '"\n': "file.blt, line 5: a name is longer than 500 characters",
    '2 1\n1 1 0\n0\n"A"\n"B"\n"t"\n"s"\n"c"\n"?"\n': "file.blt, line 9: more stands here than 2 names and a title",
    "2 1\n1 1 0\n0\nAnn\n": "file.blt, line 4: there are 2 candidates and 1 names",
    "2 1\n1 1 0\n0\nAnn\nAnn\n": "file.blt, line 5: candidates 1 and 2 are both called “Ann”",
    "2 1\n1 1 0\n0\nAnn\n\nB\x1b[2J\n": "file.blt, line 6: “B�[2J” has a control character",
    "2 1\n1 1 0\n0\nAnn\nBen\nTitle\nmore\n": "file.blt, line 7: more stands here than 2 names and a title",
    '2 1\n1 1 0\n0\n"A" "X"\n"A" "X"\n"t"\n': "file.blt, line 5: candidates 1 and 2 are both called “A (X)”",
    '1 1\n1 1 0\n0\n"A"\n"t': 'file.blt, line 5: the quotation mark of “"t” is not closed',
}


@pytest.mark.parametrize(("text", "message"), BAD_BLT.items())
def test_a_bad_blt_file_is_refused_with_its_line_and_cause(text: str, message: str) -> None:
    assert refusal(text) == message


def test_a_broken_utf_16_file_is_refused() -> None:
    assert refusal(b"\xff\xfe\x00") == "file.blt, line 1: it begins as UTF-16 text and goes on as none"


def test_a_modern_preflib_file_is_read() -> None:
    profile = read(SOI, "board.soi")
    assert (profile.title, profile.candidates, profile.seats) == ("Board", ("Aroha", "Ben", "Cara"), None)
    assert dict(profile.ballots) == {((0,), (1,)): 4, ((2,),): 2}


def test_an_older_preflib_file_is_read() -> None:
    profile = read(OLD_SOI, "board.soi")
    assert profile.candidates == ("Aroha", "Ben, of Ōtaki", "Cara")
    assert profile.ballots == read(SOI, "board.soi").ballots


@pytest.mark.parametrize(
    "text", [FROM_ZERO, OLD_SOI.replace("\n1,A", "\n0,A").replace("\n2,B", "\n1,B").replace("\n3,C", "\n2,C")]
)
def test_preflib_candidates_may_be_numbered_from_zero(text: str) -> None:
    from_zero = text.replace("\n4,1,2\n2,3\n", "\n4,0,1\n2,2\n")
    assert read(from_zero, "board.soi").ballots == read(SOI, "board.soi").ballots


def test_a_preflib_order_for_no_ballots_is_none() -> None:
    profile = read(SOI.replace("ORDERS: 2", "ORDERS: 3") + "0: 2,1\n", "board.soi")
    assert profile.ballots == read(SOI, "board.soi").ballots
    assert refusal(SOI + "0: 2,7\n", "f.soi") == "f.soi, line 11: candidate 7 does not exist, there are 3"


def test_preflib_orders_with_ties_are_read_with_their_lines() -> None:
    profile = read(SOI.replace("4: 1,2", "4: {3, 1}, 2").replace("2: 3", "2: {3}"), "board.toi")
    assert dict(profile.ballots) == {((0, 2), (1,)): 4, ((2,),): 2}
    assert profile.lines == {((0, 2), (1,)): 9}


@pytest.mark.parametrize(
    ("name", "before", "after", "message"),
    [
        ("f.soi", "4: 1,2", "4: 1,9", "f.soi, line 9: candidate 9 does not exist, there are 3"),
        ("f.soi", "4: 1,2", "4: 1,1", "f.soi, line 9: candidate 1 stands twice on the ballot"),
        ("f.soi", "4: 1,2", "4: 1,,2", "f.soi, line 9: a candidate's number is expected, not “”"),
        ("f.soi", "4: 1,2", "4: 1,", "f.soi, line 9: an order is expected, not “1,”"),
        ("f.soi", "4: 1,2", "4: 1,{2", "f.soi, line 9: an order is expected, not “{2”"),
        ("f.soi", "4: 1,2", "4: {1,2}", "f.soi, line 9: a .soi file has no equal preferences"),
        (
            "f.soi",
            "4: 1,2",
            "-1: 1,2",
            "f.soi, line 9: the number of ballots is a whole number from 0 to 1000000000000, not “-1”",
        ),
        ("f.soi", "4: 1,2", "4 1 2", "f.soi, line 9: a number of ballots and “:” are expected before the order"),
        ("f.soi", "2: 3\n", "", "f.soi, line 9: the header says 6 ballots, and the file holds 4"),
        ("f.soi", "ORDERS: 2", "ORDERS: 3", "f.soi, line 10: the header says 3 different orders, and the file holds 2"),
        ("f.soi", "ORDERS: 2", "ORDERS: ?", "f.soi, line 5: the number of orders is expected, not “?”"),
        ("f.soc", "", "", "f.soc, line 9: 2 of 3 candidates are ranked; in a .soc file all are"),
        ("f.soi", "# NUMBER ALTERNATIVES: 3\n", "", "f.soi, line 7: the header does not say NUMBER ALTERNATIVES"),
        ("f.soi", "TIVES: 3", "TIVES: 4", "f.soi, line 8: there are 4 candidates and 3 names"),
        ("f.soi", "NAME 2", "NAME 5", "f.soi, line 7: the name of candidate 2 is expected here"),
        ("f.soi", "VOTERS: 6", "VOTERS: six", "f.soi, line 4: the number of voters is expected, not “six”"),
        ("f.soi", "NAME 1", "NAME 0", "f.soi, line 7: the name of candidate 1 is expected here"),
        (
            "f.soi",
            FROM_ZERO,
            FROM_ZERO.replace("4: 0", "4: 3"),
            "f.soi, line 9: candidate 3 does not exist, there are 3",
        ),
        ("f.soi", FROM_ZERO, FROM_ZERO.replace("0,1", "0,0"), "f.soi, line 9: candidate 0 stands twice on the ballot"),
        ("f.soi", SOI, "3\n1,A\n3,C\n", "f.soi, line 3: the name of candidate 2 is expected here"),
        ("f.soi", SOI, "3\n1,A\n", "f.soi, line 2: the file ends within its header"),
        ("f.soi", SOI, "\u00a0", "f.soi, line 1: the number of candidates is expected, not “”"),
    ],
)
def test_a_bad_preflib_file_is_refused_with_its_line_and_cause(
    name: str, before: str, after: str, message: str
) -> None:
    whole = before if before in {SOI, FROM_ZERO} else SOI
    assert refusal(whole.replace(before, after) if before else SOI, name) == message


def test_a_csv_file_is_read() -> None:
    profile = read("Aroha,weight,Ben\n1,3,2\n,2,1\n1,1,1\n,,\n".replace(",,\n", ",5,\n"), "votes.csv")
    assert profile.candidates == ("Aroha", "Ben")
    assert dict(profile.ballots) == {((0,), (1,)): 3, ((1,),): 2, ((0, 1),): 1, (): 5}
    assert profile.lines == {((0, 1),): 4}


def test_a_spreadsheets_semicolons_are_read() -> None:
    assert read("A;B\n1;2\n", "votes.csv").ballots == read("A,B\n1,2\n", "votes.csv").ballots


def test_a_semicolon_within_a_name_parts_nothing() -> None:
    assert read('"A; of Ōtaki"\n1\n', "votes.csv").candidates == ("A; of Ōtaki",)
    assert read('"A, of Ōtaki";B\n1;2\n', "votes.csv").candidates == ("A, of Ōtaki", "B")


def test_an_order_that_stands_twice_counts_as_one_order_or_two() -> None:
    twice = SOI.replace("VOTERS: 6", "VOTERS: 8") + "2: 1,2\n"
    for orders in (2, 3):
        profile = read(twice.replace("ORDERS: 2", f"ORDERS: {orders}"), "board.soi")
        assert dict(profile.ballots) == {((0,), (1,)): 6, ((2,),): 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weight\n1\n", "v.csv, line 1: there are no candidates"),
        ("A,,B\n", "v.csv, line 1: candidate 2 has no name"),
        ("A,A\n", "v.csv, line 1: candidates 1 and 2 are both called “A”"),
        ("weight,A,Weight\n", "v.csv, line 1: two columns are called “weight”"),
        ("receipt,A,Receipt\n", "v.csv, line 1: two columns are called “receipt”"),
        ("A,B\n1\n", "v.csv, line 2: the header has 2 columns, and this row 1"),
        ("A,B\n1,2,\n", "v.csv, line 2: the header has 2 columns, and this row 3"),
        ("A,B\n1,x\n", "v.csv, line 2: a preference is a whole number from 1 to 2, not “x”"),
        ("A,B\n1,3\n", "v.csv, line 2: a preference is a whole number from 1 to 2, not “3”"),
        ("A,B\n0,1\n", "v.csv, line 2: a preference is a whole number from 1 to 2, not “0”"),
        ("A,B\n\n1,2\n,2\n", "v.csv, line 4: preference 1 is missing before 2"),
        (
            "A,weight\n1,-1\n",
            "v.csv, line 2: the number of ballots is a whole number from 1 to 1000000000000, not “-1”",
        ),
        ('A,B\n"1,2\n', "v.csv, line 2: this is no CSV (unexpected end of data)"),
        (",".join(map(str, range(1001))), "v.csv, line 1: 1001 candidates are more than the 1000 that can be counted"),
    ],
)
def test_a_bad_csv_file_is_refused_with_its_line_and_cause(text: str, message: str) -> None:
    assert refusal(text, "v.csv") == message


def test_a_file_of_an_unknown_kind_is_refused() -> None:
    assert refusal("", "votes.pdf") == "votes.pdf: a ballot file ends in one of .blt, .soi, .soc, .toi, .toc, .csv"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BallotFileError, match=r"no\.blt: it cannot be read \(No such file or directory\)"):
        read_ballots(tmp_path / "no.blt")
    with pytest.raises(BallotFileError, match="it cannot be read"):
        read_ballots(tmp_path, kind="blt")


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_BYTES", 20)
    with pytest.raises(BallotFileError, match=r"file\.blt: it is larger than 0 MB"):
        read(PLAIN)


PIECES = st.sampled_from(
    [
        *("1", "2", "3", "0", "0\n", "\n", " ", "-1", "4=2", "=", '"A"\n', '"', "\\", "#", "(x)", "(", "["),
        *(",", ";", ":", "{", "}", "1,2", "weight", "# NUMBER ALTERNATIVES: 2\n", "# ALTERNATIVE NAME 1: A\n"),
        *("\ufeff", "\x00", "ā", "²"),
    ]
)
STARTS = st.sampled_from(["", PLAIN, SOI, OLD_SOI, "A,B\n1,2\n", "2 1\n", "2 1\n1 1 0\n0\n"])


@given(STARTS, st.lists(PIECES, max_size=30).map("".join), st.binary(max_size=30), st.sampled_from(sorted(READERS)))
@settings(max_examples=800, deadline=None)
@example("", "", b"\xff\xfe\x00\xd8", "blt")
@example("", "", b"\xa0", "csv")
def test_no_bytes_crash_a_reader(start: str, middle: str, end: bytes, kind: str) -> None:
    outcome = attempt((start + middle).encode() + end, f"fuzz.{kind}")
    if isinstance(outcome, BallotFileError):
        assert str(outcome).startswith(f"fuzz.{kind}")
        assert "\x00" not in str(outcome)
    else:
        assert outcome.candidates
        assert all(weight > 0 for weight in outcome.ballots.values())


@given(st.data(), STARTS, st.sampled_from(sorted(READERS)))
@settings(max_examples=300, deadline=None)
def test_no_cut_or_changed_file_crashes_a_reader(data: st.DataObject, start: str, kind: str) -> None:
    raw = bytearray(start.encode())
    for _ in range(data.draw(st.integers(0, 3)) if raw else 0):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    outcome = attempt(bytes(raw[:cut]), f"fuzz.{kind}")
    if isinstance(outcome, BallotFileError) and outcome.line is not None:
        assert 1 <= outcome.line <= raw.count(b"\n") + raw.count(b"\r") + 1


@st.composite
def rankings(draw: st.DrawFn) -> tuple[int, list[tuple[Ranking, int]]]:
    size = draw(st.integers(1, 12))
    ranking = st.permutations(range(size)).flatmap(
        lambda order: st.integers(0, size).map(lambda length: tuple((index,) for index in order[:length]))
    )
    return size, draw(st.lists(st.tuples(ranking, st.integers(1, 10**12)), max_size=30))


@given(rankings())
@settings(deadline=None)
def test_reading_by_line_and_by_word_agree(drawn: tuple[int, list[tuple[Ranking, int]]]) -> None:
    size, ballots = drawn
    lines = [" ".join(map(str, [weight, *(rank[0] + 1 for rank in ranking), 0])) for ranking, weight in ballots]
    names = "".join(f'"{number}"\n' for number in range(size))
    by_line = read(f"{size} 1\n" + "\n".join([*lines, "0\n"]) + names)
    by_word = read(f"{size} 1\n" + "\n".join([*lines, "0 # the end\n"]) + names)
    assert by_line == by_word
    assert sum(by_line.ballots.values()) == sum(weight for _, weight in ballots)


def test_plain_ballots_are_read_by_line_for_speed() -> None:
    raw = PLAIN.encode()
    assert blt._ballots_by_line(raw, raw.index(b"4 1"), {b"1": 0, b"2": 1, b"3": 2}) is not None
