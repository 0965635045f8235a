"""`coop count`: count a ballot file by one of the rules.

It needs no database and no configuration, so that anybody can check a result at home. It decides how a result is laid out
for a terminal; what is counted, and how, is the business of `governance.counting`.
"""

import json
import shutil
import sys
from pathlib import Path
from textwrap import fill

import click

from evidence.messages import Refusal
from governance.counting.files import READERS, read_ballots
from governance.counting.profiles import RankedProfile
from governance.counting.result import CountResult, Stage
from governance.counting.rules import RULES, rule_named

#: Above this size of file a person at a terminal is told what is going on.
NOTED_BYTES = 2_000_000

EPILOG = """\b
Examples:
  coop count ward.blt --rule scottish-stv
  coop count votes.csv --rule scottish-stv --seats 5 --format json
  coop count - --input-format blt --rule scottish-stv < ward.blt
"""


def _print_rules(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    """Print the rules and stop; needs no file."""
    if not asked or context.resilient_parsing:
        return
    for rule in RULES.values():
        click.echo(rule.name)
        click.echo(fill(rule.variant, _width(), initial_indent="  ", subsequent_indent="  "))
        click.echo(fill(f"Source: {rule.source}.", _width(), initial_indent="  ", subsequent_indent="  "))
    context.exit()


@click.command("count", epilog=EPILOG)
@click.argument("file", metavar="FILE")
@click.option("--rule", "rule_name", metavar="RULE", required=True, help="How to count; see --list.")
@click.option("--seats", type=int, help="How many to elect. Counts before what the file says.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table to read, or the result stage by stage for other programs.",
)
@click.option(
    "--input-format",
    type=click.Choice(list(READERS)),
    help="The kind of file, where its name does not say.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_rules,
    help="List the rules, each with its variant and source.",
)
def count(file: str, rule_name: str, seats: int | None, output: str, input_format: str | None) -> None:
    """Count a file of ranked ballots: BLT, PrefLib (.soi .soc .toi .toc) or CSV.

    FILE may be "-" for standard input, with --input-format. A file with a bad line is refused as a whole, with exit code 2
    and a message that names the line.
    """
    try:
        rule = rule_named(rule_name)
        profile = _profile(file, input_format)
        result = rule.count(profile, seats)
    except Refusal as refusal:
        click.echo(f"coop count: {refusal}", err=True)
        sys.exit(2)
    if output == "json":
        click.echo(json.dumps(result.to_canonical(), indent=1, ensure_ascii=False))
    else:
        click.echo(as_text(result, _width()))


def _profile(file: str, input_format: str | None) -> RankedProfile:
    """Read the file, and say so where that takes a while and somebody looks on."""
    if file == "-":
        if input_format is None:
            raise click.UsageError("standard input needs --input-format")
        return read_ballots(sys.stdin.buffer, "standard input", input_format)
    path = Path(file)
    large = path.is_file() and path.stat().st_size > NOTED_BYTES and sys.stderr.isatty()
    if large:
        click.echo(f"Reading {path.name} ({path.stat().st_size // 10**6} MB) ...", err=True)
    profile = read_ballots(path, path.name, input_format)
    if large:
        click.echo(
            f"Counting {sum(profile.ballots.values()):,} ballots with {len(profile.ballots):,} different rankings ...",
            err=True,
        )
    return profile


def _width() -> int:
    """Return how wide the text may be."""
    return max(40, min(shutil.get_terminal_size((100, 24)).columns, 160))


def as_text(result: CountResult, width: int) -> str:
    """Lay out a result for `width` columns: the elected, then what happened, then the votes stage by stage."""
    facts = [
        result.title,
        f"{result.rule}: {result.ballots:,} ballots, {result.seats} seats, quota {result.written(result.quota)}",
        f"{result.blank:,} ballots name nobody who stands and take no part." if result.blank else "",
    ]
    lines = [fill(fact, width) for fact in facts if fact]
    lines += ["", "Elected, in this order:"]
    lines += [f"  {result.candidates[index].strip()}" for index in result.elected] or ["  nobody"]
    lines += ["", "Stages:"]
    for number, stage in enumerate(result.stages, 1):
        lines += _stage_lines(result, number, stage, width)
    lines += ["", *_votes_table(result, width)]
    return "\n".join(lines)


def _stage_lines(result: CountResult, number: int, stage: Stage, width: int) -> list[str]:
    """Say what happened in a stage: the event, how a tie was broken, who was elected."""
    texts = [result.event(stage).strip()]
    if stage.tie:
        tied = ", ".join(result.candidates[index].strip() for index in stage.tie.tied)
        how = (
            "by lot, in the order of the ballot paper"
            if stage.tie.decided_at_stage is None
            else f"by stage {stage.tie.decided_at_stage}"
        )
        texts.append(f"Tie of {tied}: broken {how}.")
    if stage.elected:
        texts.append("Elected: " + ", ".join(result.candidates[index].strip() for index in stage.elected))
    indent = " " * 5
    return [
        fill(text, width, initial_indent=indent if at else f"{number:>3}  ", subsequent_indent=indent)
        for at, text in enumerate(texts)
    ]


def _votes_table(result: CountResult, width: int) -> list[str]:
    """Return the votes with candidates as rows and stages as columns, in as many blocks as the width needs."""
    rows = [
        (result.candidates[index].strip(), [stage.votes[index] for stage in result.stages])
        for index in range(len(result.candidates))
        if index not in result.withdrawn
    ]
    rows.append(("Not transferable", [stage.non_transferable for stage in result.stages]))
    rows.append(("Lost to rounding", [stage.lost_to_rounding for stage in result.stages]))
    label = min(max(len(name) for name, _ in rows), width // 2)
    cell = max(len(result.written(votes)) for _, row in rows for votes in row)
    a_block = max(1, (width - label) // (cell + 2))
    lines: list[str] = []
    for start in range(0, len(result.stages), a_block):
        numbers = range(start, min(start + a_block, len(result.stages)))
        lines += [""] if lines else []
        lines.append(_clipped("Stage", label) + "".join(f"  {at + 1:>{cell}}" for at in numbers))
        lines += [
            _clipped(name, label) + "".join(f"  {result.written(row[at]):>{cell}}" for at in numbers)
            for name, row in rows
        ]
    return lines


def _clipped(name: str, width: int) -> str:
    """Return a name in exactly `width` columns."""
    return name.ljust(width) if len(name) <= width else f"{name[: width - 1]}…"
