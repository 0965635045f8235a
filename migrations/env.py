"""Runs the numbered revisions on SQLite and PostgreSQL.

Alembic sees no triggers, and its batch mode on SQLite copies tables, which fails on a table that has triggers or is referred
to. So: foreign keys off before the transaction begins, all rules dropped, the revisions run, the rules installed again from
the one list, the keys checked, and all of it in one transaction.
"""

from alembic import context
from sqlalchemy import Connection

from coop.database import METADATAS, make_engine
from coop.rooms import RULES
from evidence.rules import drop_rules, install_rules


def run(connection: Connection) -> None:
    """Migrate over a connection whose transaction has begun."""
    context.configure(
        connection=connection,
        target_metadata=list(METADATAS),
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=True,
        compare_server_default=False,
    )
    drop_rules(connection)
    context.run_migrations()
    install_rules(connection, RULES)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration would break foreign keys: {broken[:5]}")


def main() -> None:
    """Open the database named in the configuration and migrate it in one transaction."""
    engine = make_engine(context.config.attributes["url"])
    try:
        with engine.execution_options(coop_write=True).connect() as connection:
            if connection.dialect.name == "sqlite":
                # Has no effect inside a transaction, so it comes before BEGIN, on the driver's own connection.
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                run(connection)
    finally:
        # A revision may refuse.
        engine.dispose()


main()
