"""Imports and exports of the books in the world of the tests: a file that was imported, one that waits, and one that was kept."""

from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.books.imports import operations
from coop.books.imports import uploads as import_uploads
from coop.books.imports.operations import FileToImport
from coop.database import write
from tests import joining
from tests.world_contents import Address, World

_HEAD = "entry,date,text,account,debit,credit,party\n"


def build(app: Flask, world: World) -> None:
    """Import one file, and look at another."""
    write(lambda session: _files(session, world))


def _files(session: Session, world: World) -> None:
    treasurer, today = joining.founder(session, "treasurer"), cooperative.today(session)
    rows = f"1,{today},A koha of Aroha,1000,10.00,,\n1,,,4400,,10.00,\n"
    done = operations.import_file(session, treasurer, FileToImport(_HEAD + rows, "journal"))
    world.things["import_id"] = [done.import_id]
    more = rows + f"2,{today},A session,5000,60.00,,\n2,,,2410,,60.00,Aroha Hihi\n"
    new = import_uploads.upload(session, treasurer, FileToImport(_HEAD + more, "journal"))
    known = import_uploads.upload(session, treasurer, FileToImport(_HEAD + rows, "journal"))
    world.things["upload_id"] = [new, known]


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of imports."""
    done = f"/books/imports/{world.things['import_id'][0]}"
    return {
        "books.import_file": [Address("treasurer", "/books/import")],
        "books.preview_import": [
            Address("treasurer", f"/books/import/{upload_id}") for upload_id in world.things["upload_id"]
        ],
        "books.imported": [Address("treasurer", done), Address("auditor", done)],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    formats = ("csv-simple", "xlsx", "beancount")
    return [
        Address("treasurer", "/books/export-key.csv"),
        *(Address("auditor", f"/books/export.{form}") for form in formats),
        Address("treasurer", f"/books/import/{world.things['upload_id'][0]}/file.csv"),
    ]


NO_PAGES = {"books.export_key", "books.imported_file"}
