"""Column types and annotations shared by all tables.

Times are kept in UTC and come back aware on both databases; an enum is text with a CHECK, because a native enum cannot lose a
value in a migration; an amount is a BIGINT of the currency's minor unit.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ColumnExpressionArgument,
    DateTime,
    Dialect,
    Enum,
    String,
    Table,
    Text,
    Uuid,
    type_coerce,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import NullType, TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: `timestamptz` on PostgreSQL, ISO text on SQLite. Refuses a time without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store the moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Return an aware time: SQLite drops the zone, which is UTC by construction."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def table_of(mapped: type[DeclarativeBase]) -> Table:
    """Return the table of a mapped class, for Core statements on hot paths and for rules."""
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


def raw(column: ColumnExpressionArgument[Any]) -> ColumnElement[Any]:
    """Return a column as the driver gives it, for long lists: making an object of each value costs more than reading it."""
    return type_coerce(column, NullType())


def text_enum(kind: type[StrEnum], name: str) -> Enum:
    """Return the column type of an enum: its values as text, with a CHECK called `name`."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


#: A time-ordered or random identifier made by the program.
Id = Annotated[UUID, mapped_column(Uuid)]
#: A moment in UTC.
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
#: An amount in the minor unit of a currency.
Minor = Annotated[int, mapped_column(BigInteger)]
#: An ISO 4217 code.
CurrencyCode = Annotated[str, mapped_column(String(3))]
#: A SHA-256 in hexadecimal.
Sha256 = Annotated[str, mapped_column(String(64))]
#: A short code such as an account's.
Code = Annotated[str, mapped_column(String(40))]
#: A name or a title: one line.
Line = Annotated[str, mapped_column(String(200))]
#: Text without a practical limit; forms set their own.
LongText = Annotated[str, mapped_column(Text)]
