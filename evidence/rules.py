"""Rules that the database itself enforces, written once for SQLite and PostgreSQL.

A rule is a trigger that refuses. Its conditions are plain SQL that both databases read, so that the two can hardly drift
apart. Alembic sees no triggers and its batch mode fails on a table that has some, so migrations drop all rules, migrate, and
install them again from the one list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, UniqueConstraint, inspect, text


@dataclass(frozen=True)
class Rule:
    """A trigger on one table, as DDL for each database.

    `requires` names the tables that its conditions read: a rule is installed as soon as all of them exist.
    """

    name: str
    table: str
    requires: frozenset[str]
    sqlite: str
    #: The body of the trigger function, and the event that calls it.
    postgresql_body: str
    postgresql_event: str


@dataclass(frozen=True)
class Case:
    """A condition under which a row is refused, in SQL over NEW and OLD, and the message that names the reason."""

    condition: str
    message: str
    #: What PostgreSQL is asked instead, where what it has locked says as much: `NOT FOUND`.
    postgresql: str = ""


def refuse(
    name: str,
    table: str,
    event: str,
    cases: Sequence[Case],
    *,
    requires: Iterable[str] = (),
    postgresql_lock: str = "",
) -> Rule:
    """Make a rule that refuses `event` (INSERT, UPDATE or DELETE) on a row of `table` in any of the `cases`.

    `postgresql_lock` is a statement that runs first on PostgreSQL, to lock the rows that the conditions depend on; SQLite
    has one writer at a time and needs none.
    """
    checks_sqlite = "\n".join(
        f"  SELECT RAISE(ABORT, '{_quoted(case.message)}') WHERE {case.condition};" for case in cases
    )
    checks_postgresql = "\n".join(
        f"  IF {case.postgresql or case.condition} THEN RAISE EXCEPTION USING ERRCODE = '23000',"
        f" MESSAGE = '{_quoted(case.message)}'; END IF;"
        for case in cases
    )
    row = "OLD" if event == "DELETE" else "NEW"
    return Rule(
        name=name,
        table=table,
        requires=frozenset({table, *requires}),
        sqlite=f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW\nBEGIN\n{checks_sqlite}\nEND",
        postgresql_body=f"BEGIN\n{postgresql_lock}\n{checks_postgresql}\n  RETURN {row};\nEND",
        postgresql_event=f"BEFORE {event} ON {table} FOR EACH ROW",
    )


def append_only(table: Table) -> list[Rule]:
    """Make the rules by which rows of `table` are only ever added.

    UPDATE, DELETE and, on PostgreSQL, TRUNCATE are refused. On SQLite `INSERT OR REPLACE` deletes the old row without firing
    a DELETE trigger, so an INSERT over any existing key is refused before it gets there; the rowid is a key like any other,
    which a statement can name though no column shows it.
    """
    name = table.name
    keys = [list(table.primary_key.columns)]
    keys += [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys += [list(index.columns) for index in table.indexes if index.unique]
    named = sorted([column.name for column in key] for key in keys)
    if table.dialect_options["sqlite"]["with_rowid"]:
        named.append(["rowid"])
    existing = " OR ".join("(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in named)
    refusal = f"append-only: rows of {name} are never changed or removed"
    replaced = f"append-only: {name} has a row with this key"
    rules = [_sqlite_only(f"{name}_no_{event.lower()}", name, event, "1", refusal) for event in ("UPDATE", "DELETE")]
    rules.append(
        _sqlite_only(
            f"{name}_no_replace",
            name,
            "INSERT",
            f"EXISTS (SELECT 1 FROM {name} WHERE {existing})",
            replaced,
        )
    )
    rules.append(_no_change_on_postgresql(name, "UPDATE OR DELETE OR TRUNCATE", refusal))
    return rules


def no_truncate(table: str) -> Rule:
    """Make the rule that refuses TRUNCATE on PostgreSQL, for tables whose rows may go one by one only."""
    return _no_change_on_postgresql(table, "TRUNCATE", f"{table} is never emptied at once")


def install_rules(connection: Connection, rules: Iterable[Rule]) -> None:
    """Create all rules whose tables exist. Rules of the same name must not exist: drop first."""
    tables = set(inspect(connection).get_table_names())
    for rule in rules:
        if rule.requires <= tables:
            for statement in _statements(connection, rule):
                connection.exec_driver_sql(statement)


def drop_rules(connection: Connection) -> None:
    """Drop every trigger of the database, and on PostgreSQL the function behind it."""
    for name, (table, _) in _installed(connection).items():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        else:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}" ON "{table}"')
            connection.exec_driver_sql(f'DROP FUNCTION "{name}"()')


def rule_findings(connection: Connection, rules: Iterable[Rule]) -> list[str]:
    """Compare the rules in the database with the list: one line for each that is missing, changed, idle or unknown."""
    tables = set(inspect(connection).get_table_names())
    installed = _installed(connection)
    findings = []
    for rule in rules:
        if not rule.requires <= tables or not _statements(connection, rule):
            continue
        _, definition = installed.pop(rule.name, ("", None))
        expected = rule.sqlite if connection.dialect.name == "sqlite" else _enabled(rule.postgresql_body)
        if definition is None:
            findings.append(f"the rule {rule.name} is missing")
        elif definition != expected:
            findings.append(f"the rule {rule.name} was changed or switched off")
    findings += [f"the trigger {name} is not one of ours" for name in sorted(installed)]
    return findings


def _installed(connection: Connection) -> dict[str, tuple[str, str]]:
    """Return the triggers in the database: name -> (table, definition)."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = """
            SELECT t.tgname, c.relname, t.tgenabled::text || ':' || p.prosrc
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
        """
    return {name: (table, definition) for name, table, definition in connection.execute(text(query))}


def _enabled(body: str) -> str:
    return f"O:{body}"


def _statements(connection: Connection, rule: Rule) -> list[str]:
    if connection.dialect.name == "sqlite":
        return [rule.sqlite] if rule.sqlite else []
    if not rule.postgresql_body:
        return []
    # A percent sign in driver SQL would be read as a placeholder; the conditions hold none.
    return [
        f"CREATE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $rule${rule.postgresql_body}$rule$",
        f"CREATE TRIGGER {rule.name} {rule.postgresql_event} EXECUTE FUNCTION {rule.name}()",
    ]


def _sqlite_only(name: str, table: str, event: str, condition: str, message: str) -> Rule:
    rule = refuse(name, table, event, [Case(condition, message)])
    return Rule(rule.name, rule.table, rule.requires, rule.sqlite, "", "")


def _no_change_on_postgresql(table: str, events: str, message: str) -> Rule:
    name = f"{table}_no_change"
    body = f"BEGIN\n  RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = '{_quoted(message)}';\nEND"
    event = f"BEFORE {events} ON {table} FOR EACH STATEMENT"
    return Rule(name, table, frozenset({table}), "", body, event)


def _quoted(message: str) -> str:
    return message.replace("'", "''")
