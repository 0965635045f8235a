"""The pages of a bundle that people read: the certificate, the count stage by stage, the rule in words.

They are made from the record of the result alone, in English whatever the language of the pages is, so that they are always the
same. Candidates stand by their codes; whose code is whose, the page of the vote says.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from governance.counting.rules import RULES

_REST = "not transferable"

README = """The result of a vote, with all that is needed to check it.

  python3 verify.py                        in the folder into which you unpacked this
  python3 verify.py result.zip             the ZIP as it was downloaded
  python3 verify.py --head HASH            if you wrote down the head of the chain, then or since the opening
  python3 verify.py --receipt HASH         if you voted by secret ballot and kept your receipt
  coop verify result.zip                   the same, by the program that made it

verify.py is one file for Python 3.9 or newer, needs nothing else and asks nothing of the network. Read it before you trust it.

certificate.txt     the outcome and what it rests on
count.txt           the count
record.json         the record of the result; its SHA-256 is in the chain
opening.json        what was fixed when the vote opened; its SHA-256 is in the chain
chain.json          the chain up to the closing of this vote
roll.csv            who could vote, by random references
challenges.json     what was answered to challenges of the roll; the SHA-256 of each record is in the chain
participation.json  how many took part
ballots.json        the ballots that were counted; of a vote held in another system what was counted there
ballots.blt, ballots.soi or another of its kind, ballots.csv, rctab.json with rctab.csv
                    the same ballots for other counting programs, in as many forms as can hold them
rule.json           the rule in words, and where it comes from
count.json          the count as `coop count --format json` writes it, with more detail
manifest.json       the SHA-256 of every other file

coop count ballots.blt --rule RULE gives the result again; RULE stands in rule.json. Ballots with points are in ballots.csv alone,
which says neither the seats nor the limits: coop count ballots.csv --rule RULE --seats N --cap N --dots N.
There are no names in here: candidates have the codes that the page of the vote explains.
"""


def rule_sheet(opening: Mapping[str, Any]) -> dict[str, object]:
    """Return the rule of an opening with what is said of it and the by-laws it was taken from, for canonical JSON."""
    sheet: dict[str, object] = {"rule": opening["rule"]}
    if "bylaws" in opening:
        sheet["bylaws"] = opening["bylaws"]["version"]
    known = RULES.get(opening["rule"]["name"])
    if known is not None:
        sheet |= {"variant": known.variant, "ties": known.ties, "source": known.source}
    return sheet


def certificate(record: Mapping[str, Any], links: Sequence[Mapping[str, Any]]) -> str:
    """Return what came of a vote and what it rests on."""
    final = record["roll"].get("final", {"heads": record["roll"].get("size"), "votes": record["roll"].get("size")})
    ballots, rule = record["ballots"], record["rule"]
    facts = [
        ("Vote", record["proposal"]),
        ("Kind", f"{record['kind']}, ballots {record['secrecy']}"),
        ("Rule", ", ".join(f"{key} {value}" for key, value in sorted(rule.items()))),
        ("Opened, closed", f"{record['opens_at']}, {record['closes_at']}"),
        ("Roll", f"{final['heads']} members with {final['votes']} votes"),
        ("Cast", f"{ballots['cast']} votes" + (f" by {ballots['heads']} members" if "heads" in ballots else "")),
        ("Outcome", outcome(record["count"])),
        ("", ""),
        ("Words voted on", record["text"]),
        ("Roll as frozen", record["roll"]["digest"]),
        ("Opening", record.get("opened", "(not in the chain)")),
        ("Ballots", ballots.get("digest", "")),
        *((f"Chain, link {link['seq']}", link["hash"]) for link in links[-1:]),
    ]
    width = max(len(label) for label, _ in facts) + 2
    return "Certificate of a result\n\n" + "".join(f"{label:<{width}}{fact}".rstrip() + "\n" for label, fact in facts)


def outcome(count: Mapping[str, Any]) -> str:
    """Say what came of a vote."""
    if "outcome" not in count:
        return "elected: " + (", ".join(count["elected"]) or "nobody")
    return f"{count['outcome']} ({count['reasons']})"


def count_sheet(record: Mapping[str, Any], options: Sequence[str]) -> str:
    """Return the count: for a resolution its numbers, for an election its stages or the order with all comparisons."""
    count = record["count"]
    if "outcome" in count:
        return "".join(f"{key:<18}{value}\n" for key, value in count.items())
    lines = [f"{count['rule']}, {count['arithmetic']}", f"{count['ballots']} ballots, {count['seats']} seats"]
    lines += [f"quota {count['quota']}"] if count["quota"] else []
    lines += ["", outcome(count), ""]
    if "order" in count:
        lines += ["Order: " + " ".join(count["order"]), "", "Ballots that prefer the row to the column:"]
        lines += _grid(options, options, lambda row, column: count["preferences"].get(row, {}).get(column, "-"))
        return "\n".join(lines) + "\n"
    for number, stage in enumerate(count["stages"], start=1):
        lines.append(f"{number:>3}  {stage['event']}")
        lines += [f"     {word}: {' '.join(stage[word])}" for word in ("elected", "excluded") if stage.get(word)]
        lines += [f"     tie of {' '.join(stage['tie']['tied'])}: {stage['tie']['chosen']}"] if "tie" in stage else []
    stages = {
        str(number): {**stage["votes"], _REST: stage["non_transferable"]}
        for number, stage in enumerate(count["stages"], start=1)
    }
    lines += ["", *_grid([*options, _REST], list(stages), lambda row, number: stages[number].get(row, "-"))]
    return "\n".join(lines) + "\n"


def _grid(rows: Sequence[str], columns: Sequence[str], cell: Callable[[str, str], str]) -> list[str]:
    """Lay out a table whose numbers stand under each other."""
    cells = [["", *columns], *([row, *(cell(row, column) for column in columns)] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            [line[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in cells
    ]
