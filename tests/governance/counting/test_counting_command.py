"""`coop count` as it is typed: output, exit codes, and what it says on standard error."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coop.commands.count import count
from coop.commands.count_text import as_text
from governance.counting.files import read_ballots
from governance.counting.lots import drawn
from governance.counting.profiles import RankedProfile
from governance.counting.rules import RULES
from governance.counting.scottish_stv import count as count_scottish

WARD = Path(__file__).parent / "fixtures" / "glasgow-2007-langside.blt"


def run(*words: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(count, [str(word) for word in words], input=stdin, env={"COLUMNS": "100"})


def test_json_is_the_published_form() -> None:
    outcome = run(str(WARD), "--rule", "scottish-stv", "--seats", "3", "--format", "json")
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout) == json.loads(WARD.with_suffix(".expected.json").read_text(encoding="utf-8"))


def test_text_shows_the_elected_the_quota_and_every_stage() -> None:
    outcome = run(str(WARD), "--rule", "scottish-stv")
    assert outcome.exit_code == 0
    assert "9,334 ballots, 3 seats, quota 2334.00000" in outcome.stdout
    assert "Elected, in this order:\n  James Dornan\n  Archie Graham\n  Paul Coleshill\n" in outcome.stdout
    assert "  6  Surplus transferred: Archie Graham (583.64176)\n" in outcome.stdout


@pytest.mark.parametrize("width", [40, 60, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = as_text(count_scottish(read_ballots(WARD)), width)
    assert max(map(len, text.split("\n"))) <= width
    assert text.count("2683.52730") == 1


def test_seats_on_the_command_line_count_before_those_in_the_file() -> None:
    outcome = run(str(WARD), "--rule", "scottish-stv", "--seats", "1", "--format", "json")
    assert json.loads(outcome.stdout)["seats"] == 1


def test_standard_input_is_read_with_its_format() -> None:
    ward = WARD.read_bytes()
    outcome = run("-", "--input-format", "blt", "--rule", "scottish-stv", "--format", "json", stdin=ward)
    assert json.loads(outcome.stdout)["elected"] == ["Paul Coleshill", "James Dornan", "Archie Graham"]
    without = run("-", "--rule", "scottish-stv", stdin=ward)
    assert without.exit_code == 2
    assert "standard input needs --input-format" in without.stderr


@pytest.mark.parametrize(
    ("name", "content", "words", "message"),
    [
        (
            "bad.blt",
            "2 1\n1 1 0\n1 14 0\n0\n",
            [],
            "coop count: bad.blt, line 3: candidate 14 does not exist, there are 2\n",
        ),
        ("votes.csv", "A,B\n1,2\n", [], "coop count: The ballots do not say how many seats there are."),
        ("votes.csv", "A,B\n1,2\n", ["--seats", "0"], "coop count: There must be at least one seat, not 0."),
        ("votes.csv", "A,B\n1,1\n", ["--seats", "1"], "coop count: Line 2: Scottish STV cannot count equal"),
        ("votes.pdf", "", [], "coop count: votes.pdf: a ballot file ends in one of .blt"),
    ],
)
def test_a_refusal_is_one_message_on_standard_error_and_exit_code_2(
    tmp_path: Path, name: str, content: str, words: list[str], message: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    outcome = run(str(path), "--rule", "scottish-stv", *words)
    assert outcome.exit_code == 2
    assert outcome.stdout == ""
    assert outcome.stderr.startswith(message)
    assert outcome.stderr.count("\n") == 1


def test_an_unknown_rule_is_refused_with_the_list() -> None:
    outcome = run(str(WARD), "--rule", "borda")
    assert outcome.exit_code == 2
    assert (
        "There is no counting rule called “borda”. The rules are: plurality, approval, score, star, dots, irv, scottish-stv"
        in outcome.stderr
    )


def test_a_file_that_is_not_there_is_refused() -> None:
    outcome = run("nowhere.blt", "--rule", "scottish-stv")
    assert outcome.exit_code == 2
    assert outcome.stderr == "coop count: nowhere.blt: it cannot be read (No such file or directory)\n"


def test_list_prints_every_rule_with_its_source_and_needs_no_file() -> None:
    outcome = run("--list")
    assert outcome.exit_code == 0
    for name, rule in RULES.items():
        assert name in outcome.stdout
        assert rule.source.split(",")[0] in outcome.stdout


def test_help_has_an_example() -> None:
    assert "coop count ward.blt --rule scottish-stv" in run("--help").stdout


def test_a_tie_broken_by_lot_is_said_in_both_formats(tmp_path: Path) -> None:
    path = tmp_path / "tie.blt"
    path.write_text('3 1\n2 1 0\n1 2 1 0\n1 3 0\n0\n"A"\n"B"\n"C"\n', encoding="utf-8")
    assert (
        "Tie of B, C: broken by lot, in the order of the ballot paper."
        in run(str(path), "--rule", "scottish-stv").stdout
    )
    published = json.loads(run(str(path), "--rule", "scottish-stv", "--format", "json").stdout)
    assert published["lots"] == [{"stage": 2, "between": ["B", "C"], "chosen": "B"}]


STARS = "weight,Aroha,Ben,Cara\n3,5,4,0\n2,0,3,5\n1,1,,5\n"
PROJECTS = """META
key;value
budget;12
vote_type;approval
PROJECTS
project_id;cost
Path;6
Pond;5
VOTES
voter_id;vote
a;Path
b;Path,Pond
"""


def test_points_are_read_for_the_rules_that_count_them(tmp_path: Path) -> None:
    path = tmp_path / "stars.csv"
    path.write_text(STARS, encoding="utf-8")
    assert json.loads(run(str(path), "--rule", "star", "--format", "json").stdout)["elected"] == ["Aroha"]
    scored = json.loads(run(str(path), "--rule", "score", "--seats", "1", "--format", "json").stdout)
    assert scored["elected"] == ["Ben"]
    assert scored["stages"][0]["votes"] == {"Aroha": "16", "Ben": "18", "Cara": "15"}
    too_many = run(str(path), "--rule", "dots", "--seats", "1", "--dots", "8")
    assert (too_many.exit_code, too_many.stdout) == (2, "")
    assert too_many.stderr == "coop count: stars.csv, line 2: 9 points are more than the 8 that a ballot has\n"
    assert "line 2: 5 points for Aroha" in run(str(path), "--rule", "star", "--cap", "4").stderr
    assert "for rules that count points" in run(str(WARD), "--rule", "irv", "--cap", "4").stderr


def test_equal_preferences_in_a_preflib_file_are_counted_by_the_rules_that_know_them(tmp_path: Path) -> None:
    path = tmp_path / "board.toi"
    path.write_text("3\n1,A\n2,B\n3,C\n9,9,3\n4,{1,2},3\n3,2,3\n2,3,1\n", encoding="utf-8")
    for name in ("schulze", "schulze-margins", "ranked-pairs"):
        assert json.loads(run(str(path), "--rule", name, "--format", "json").stdout)["elected"] == ["B"]
    assert json.loads(run(str(path), "--rule", "meek-stv", "--seats", "2", "--format", "json").stdout)["seats"] == 2
    refused = run(str(path), "--rule", "irv")
    assert refused.stderr.startswith("coop count: Line 6: Instant-runoff voting cannot count equal preferences")


def test_projects_are_read_for_equal_shares(tmp_path: Path) -> None:
    path = tmp_path / "votes.pb"
    path.write_text(PROJECTS, encoding="utf-8")
    published = json.loads(run(str(path), "--rule", "equal-shares", "--format", "json").stdout)
    assert (published["elected"], published["left"]) == (["Path"], "6")
    assert "Bought: Path, cost 6, approved by 2 ballots" in run(str(path), "--rule", "equal-shares").stdout
    other = run(str(path), "--rule", "irv")
    assert other.stderr.startswith("coop count: votes.pb: this rule counts files that end in .blt")


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.ballots is RankedProfile])
@pytest.mark.parametrize("width", [40, 100])
def test_every_rule_for_rankings_counts_a_real_ward_within_the_width(name: str, width: int) -> None:
    if name == "consent":
        outcome = run(str(WARD), "--rule", name)
        assert (outcome.exit_code, outcome.stdout) == (2, "")
        return
    result = RULES[name].count(read_ballots(WARD), 1)
    text = as_text(result, width)
    assert max(map(len, text.split("\n"))) <= width
    assert "Elected, in this order:" in text
    assert json.dumps(result.to_canonical(detail=True))


def test_a_lot_derived_from_two_values_decides_and_stands_in_the_count_sheet(tmp_path: Path) -> None:
    path = tmp_path / "tie.blt"
    path.write_text('3 1\n2 1 0\n1 2 1 0\n1 3 0\n0\n"A"\n"B"\n"C"\n', encoding="utf-8")
    words = [str(path), "--rule", "scottish-stv", "--chain-head", "5f0c2a", "--public-value", "4 8 15"]
    drawing = drawn(3, chain_head="5f0c2a", public_value="4 8 15")
    published = json.loads(run(*words, "--format", "json").stdout)
    assert published["lot_drawn_from"] == drawing.to_canonical()
    assert published["lot"] == ["ABC"[index] for index in drawing.order]
    text = run(*words).stdout
    assert "in the order that was drawn" in text or drawing.order == (0, 1, 2)
    assert drawing.seed in text
    assert "only together" in run(*words[:-2]).stderr


def test_counting_needs_neither_the_web_nor_the_database() -> None:
    import subprocess

    program = "import sys, coop.commands.count; print([m for m in ('flask', 'sqlalchemy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


LANGSIDE_CSV = [
    "2,Surplus transferred: James Dornan (188.00000),,,,,2334.00000,1243.37552,2334.00000,492.41814,2241.15678,859.41044,"
    "924.61754,1003.43560,187.34848,48.22738,0.01012",
    "3,Transfer defeated: James Nesbitt,,James Nesbitt,,,2334.00000,1264.64270,2334.00000,541.80342,2255.75310,868.41044,"
    "974.30098,1008.73376,0.00000,86.34548,0.01012",
]


def test_csv_is_the_table_of_stages() -> None:
    outcome = run(str(WARD), "--rule", "scottish-stv", "--format", "csv")
    assert outcome.exit_code == 0
    lines = outcome.stdout.splitlines()
    assert lines[0].startswith("stage,event,elected,excluded,tied,decided by,quota,Paul Coleshill,")
    assert lines[0].endswith(",James Nesbitt,not transferable,lost to rounding")
    assert lines[2:4] == LANGSIDE_CSV


def test_csv_says_what_decided_a_tie_and_guards_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "tie.csv"
    path.write_text("=A,B,C\n1,2,\n2,1,\n", encoding="utf-8")
    text = run(str(path), "--rule", "irv", "--format", "csv").stdout
    assert text.splitlines()[0].split(",")[7:10] == ["'=A", "B", "C"]
    assert text.splitlines()[3] == "3,Transfer defeated: =A,B,'=A,'=A; B,lot,2,0,2,0,0,0"
    text = run(str(path), "--rule", "schulze", "--format", "csv").stdout
    assert text.splitlines()[1:3] == ["1,'=A,yes,'=A; B,lot,,1,2", "2,B,no,,,1,,2"]


def test_csv_of_a_budget_and_of_consent(tmp_path: Path) -> None:
    budget = tmp_path / "b.pb"
    budget.write_text(
        "META\nkey;value\nbudget;3\nvote_type;approval\nPROJECTS\nproject_id;cost;name\n1;3;Path\nVOTES\nvoter_id;vote\na;1\n",
        encoding="utf-8",
    )
    text = run(str(budget), "--rule", "equal-shares", "--format", "csv").stdout
    assert text.splitlines()[1] == "1,Bought: Path,3,1,3,0,,"
    answers = tmp_path / "c.csv"
    answers.write_text("Consent,Object\n1,\n,1\n", encoding="utf-8")
    text = run(str(answers), "--rule", "consent", "--format", "csv").stdout
    assert text.splitlines()[1:] == ["consent,1", "concern,0", "stand aside,0", "object,1", "outcome,no consent"]


SHAPES = {
    "nobody.blt": '2 1\n0\n"A"\n"B"\n',
    "one.blt": '2 1\n1 2 0\n0\n"A"\n"B"\n',
    "blank.blt": '2 1\n3 0\n0\n"A"\n"B"\n',
    "withdrawn.blt": '2 1\n-1\n-2\n1 1 0\n0\n"A"\n"B"\n',
    "many.blt": '2 1\n1000000000000 1 2 0\n1000000000000 2 1 0\n0\n"A"\n"B"\n',
    "nobody.csv": "A,B\n",
    "one.csv": "A,B\n1,2\n",
    "blank.csv": "A,B\n,\n",
    "none.pb": "META\nkey;value\nbudget;8\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;4\nVOTES\nvoter_id;vote\n",
    "blank.pb": "META\nkey;value\nbudget;8\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;9\nVOTES\nvoter_id;vote\na;\n",
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("rule", [name for name in RULES if name != "consent"])
def test_no_ballots_one_ballot_blank_ballots_and_everybody_withdrawn_are_counted(
    tmp_path: Path, rule: str, name: str
) -> None:
    path = tmp_path / name
    path.write_text(SHAPES[name], encoding="utf-8")
    for seats in ("1", "2", "9"):
        for form in ("text", "json", "csv"):
            outcome = run(str(path), "--rule", rule, "--seats", seats, "--format", form)
            assert not outcome.exception or isinstance(outcome.exception, SystemExit)
            if outcome.exit_code:
                assert outcome.exit_code == 2
                assert "counts files that end in" in outcome.stderr or "elects one" in outcome.stderr


def test_one_ballot_that_names_nobody_is_one_ballot(tmp_path: Path) -> None:
    path = tmp_path / "blank.csv"
    path.write_text("A,B\n1,\n,\n", encoding="utf-8")
    text = run(str(path), "--rule", "irv").stdout
    assert "1 ballot names nobody who stands and takes no part." in text


def test_who_withdraws_on_the_command_line_counts_as_withdrawn_in_the_file(tmp_path: Path) -> None:
    told = tmp_path / "told.blt"
    head, _, rest = WARD.read_text(encoding="utf-8").partition("\n")
    told.write_text(f"{head}\n-2\n-4\n{rest}", encoding="utf-8")
    by_file = run(str(told), "--rule", "scottish-stv", "--format", "json")
    one = tmp_path / "one.blt"
    one.write_text(f"{head}\n-2\n{rest}", encoding="utf-8")
    by_option = run(str(one), "--rule", "scottish-stv", "--format", "json", "--withdrawn", "4", "--withdrawn", "2")
    assert by_option.exit_code == 0
    assert json.loads(by_option.stdout) == json.loads(by_file.stdout)
    assert json.loads(by_option.stdout) != json.loads(
        run(str(WARD), "--rule", "scottish-stv", "--format", "json").stdout
    )


def test_somebody_who_never_stood_cannot_withdraw(tmp_path: Path) -> None:
    refused = run(str(WARD), "--rule", "irv", "--withdrawn", "99")
    assert (refused.exit_code, "there are 8 candidates" in refused.stderr) == (2, True)
    budget = tmp_path / "votes.pb"
    budget.write_text(
        "META\nkey;value\nbudget;5\nvote_type;approval\nPROJECTS\nproject_id;cost\nx;3\nVOTES\nvoter_id;vote\n1;x\n"
    )
    refused = run(str(budget), "--rule", "equal-shares", "--withdrawn", "1")
    assert (refused.exit_code, "leave a project out of the file" in refused.stderr) == (2, True)
