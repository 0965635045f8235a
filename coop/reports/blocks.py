"""What a report is made of on paper and on the page: parts of blocks that say what stands there, not how it is drawn.

Each block has a `kind`, by which a page chooses how to draw it. The outline makes them from a content; the PDF and the page draw the same ones, so that the two cannot differ.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

#: What a column of a table holds; `head` names the row. Money is in minor units.
ColumnKind = Literal["head", "text", "money", "number", "day"]
Cell = str | int | date | None
Tone = Literal["info", "warning"]


@dataclass(frozen=True)
class Prose:
    """Markdown that somebody wrote, and who."""

    kind: ClassVar[str] = "prose"
    text: str
    signed: str = ""


@dataclass(frozen=True)
class Sentence:
    """A paragraph of the report's own."""

    kind: ClassVar[str] = "sentence"
    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Remark:
    """Something to be noticed."""

    kind: ClassVar[str] = "remark"
    title: str
    text: str
    tone: Tone = "info"


@dataclass(frozen=True)
class Heading:
    """A title within a part."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Figure:
    """A number with what it counts."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """Numbers that stand out, side by side."""

    kind: ClassVar[str] = "figures"
    items: tuple[Figure, ...]


@dataclass(frozen=True)
class Facts:
    """Pairs of term and value; a long code among them may break anywhere."""

    kind: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    label: str
    kind: ColumnKind = "text"


@dataclass(frozen=True)
class Table:
    """A table that can be downloaded under its name."""

    kind: ClassVar[str] = "table"
    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    #: Of its columns of money.
    currency: str = ""
    foot: tuple[Cell, ...] | None = None

    @property
    def heads(self) -> tuple[Column, ...]:
        """Return the columns with the currency in the heads of those that hold money."""
        return tuple(
            Column(f"{column.label} ({self.currency})", column.kind) if column.kind == "money" else column
            for column in self.columns
        )


@dataclass(frozen=True)
class StatementLine:
    """A line of a statement with an amount for each column."""

    label: str
    amounts: tuple[int, ...]


@dataclass(frozen=True)
class StatementSection:
    """Lines of a statement that are added up."""

    label: str
    lines: tuple[StatementLine, ...]
    total_label: str
    totals: tuple[int, ...]


@dataclass(frozen=True)
class Statement:
    """A financial statement: sections and a last line."""

    kind: ClassVar[str] = "statement"
    name: str
    caption: str
    columns: tuple[str, ...]
    sections: tuple[StatementSection, ...]
    currency: str
    grand: StatementLine


@dataclass(frozen=True)
class Bars:
    """A chart of amounts: of money where there is a currency, else of whole numbers of `unit`."""

    kind: ClassVar[str] = "bars"
    name: str
    title: str
    rows: tuple[tuple[str, int], ...]
    currency: str = ""
    unit: str = ""


Block = Prose | Sentence | Remark | Heading | Figures | Facts | Table | Statement | Bars


@dataclass(frozen=True)
class Part:
    """A part of the report with its title and the anchor under which it is found."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    lead: str = ""


@dataclass(frozen=True)
class Report:
    """A whole edition, ready to be drawn."""

    house: str
    title: str
    #: "For the year from ... to ..."
    span: str
    year: str
    edition: str
    #: Of the content, printed where it can be checked.
    digest: str
    parts: tuple[Part, ...]
    #: BCP 47 tag of the language that it is written in.
    language: str

    def tables(self) -> dict[str, Table | Statement]:
        """Return the tables and statements by the names under which they can be downloaded."""
        found = (block for part in self.parts for block in part.blocks)
        return {block.name: block for block in found if isinstance(block, Table | Statement)}
