"""The pages of suppliers: the list, a new one, one with its bills, and changing what is known of it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from coop import cooperative
from coop.database import db, write
from coop.downloads import csv_file
from coop.errors import show_on
from coop.payments.bills import errors, queries
from coop.payments.bills.forms import SupplierForm
from coop.payments.bills.pages import READERS, Answer, blueprint, currency
from coop.payments.bills.rows import BillFilter
from coop.payments.bills.suppliers import operations as suppliers
from coop.payments.bills.suppliers import queries as supplier_queries
from coop.permissions import Power, requires
from coop.signed_in import actor
from evidence.currencies import decimal_text
from evidence.messages import Refusal
from ledger.statements import party_statement

_FIELDS = ("name", "bank_account", "tax_number", "email")


@blueprint.get("/suppliers")
@requires(*READERS)
def supplier_list() -> str:
    """List the suppliers and what each is owed."""
    return render_template(
        "payments/bills/suppliers.html",
        rows=supplier_queries.suppliers(db.session()),
        currency=currency(),
        may_write=Power.TREASURER in actor().powers,
        downloads=[{"label": gettext("Suppliers as CSV"), "href": url_for("bills.suppliers_csv")}],
    )


@blueprint.get("/suppliers.csv")
@requires(*READERS)
def suppliers_csv() -> Answer:
    """Return the suppliers as a table."""
    unit = currency()
    rows = (
        (row.name, row.bank_account, row.tax_number, row.email, row.bills, decimal_text(row.open_minor, unit))
        for row in supplier_queries.suppliers(db.session())
    )
    return csv_file("suppliers.csv", ("name", "account", "tax_number", "email", "bills", "owed"), rows)


@blueprint.get("/suppliers/new")
@requires(Power.TREASURER)
def new_supplier() -> str:
    """Show the form of a supplier."""
    return _form_page(SupplierForm())


@blueprint.post("/suppliers/new")
@requires(Power.TREASURER)
def add_supplier() -> Answer:
    """Add a supplier."""
    form, status, known = SupplierForm(), 422, None
    if form.validate():
        who, text = actor(), form.to_text()
        try:
            supplier_id = write(lambda session: suppliers.add(session, who, text))
        except Refusal as refusal:
            status, known = show_on(form, refusal), _known(refusal)
        else:
            flash(gettext("The supplier is added."), "success")
            return redirect(url_for("bills.supplier", supplier_id=supplier_id), 303)
    return _form_page(form, known=known), status


@blueprint.get("/suppliers/<uuid:supplier_id>")
@requires(*READERS)
def supplier(supplier_id: UUID) -> str:
    """Show a supplier, its bills, and what the books say about it."""
    session = db.session()
    found = supplier_queries.supplier(session, supplier_id)
    house = cooperative.current(session)
    return render_template(
        "payments/bills/supplier.html",
        found=found,
        confirmed=supplier_queries.confirmed(session, found),
        bills=queries.all_bills(session, BillFilter(supplier_id=supplier_id)),
        statement=party_statement(session, found.party_ref, house.founded_on, cooperative.today(session)),
        currency=house.currency,
        may_write=Power.TREASURER in actor().powers,
    )


@blueprint.get("/suppliers/<uuid:supplier_id>/edit")
@requires(Power.TREASURER)
def edit_supplier(supplier_id: UUID) -> str:
    """Show what is known of a supplier, to be changed."""
    found = supplier_queries.supplier(db.session(), supplier_id)
    return _form_page(SupplierForm(data={name: getattr(found, name) for name in _FIELDS}), supplier_id)


@blueprint.post("/suppliers/<uuid:supplier_id>/edit")
@requires(Power.TREASURER)
def change_supplier(supplier_id: UUID) -> Answer:
    """Change what is known of a supplier."""
    supplier_queries.supplier(db.session(), supplier_id)
    form, status, known = SupplierForm(), 422, None
    if form.validate():
        who, text = actor(), form.to_text()
        try:
            write(lambda session: suppliers.edit(session, who, supplier_id=supplier_id, text=text))
        except Refusal as refusal:
            status, known = show_on(form, refusal), _known(refusal)
        else:
            flash(gettext("The supplier is saved."), "success")
            return redirect(url_for("bills.supplier", supplier_id=supplier_id), 303)
    return _form_page(form, supplier_id, known=known), status


def _known(refusal: Refusal) -> UUID | None:
    return refusal.supplier_id if isinstance(refusal, errors.SupplierKnown) else None


def _form_page(form: SupplierForm, supplier_id: UUID | None = None, *, known: UUID | None = None) -> str:
    found = supplier_queries.supplier(db.session(), supplier_id) if supplier_id else None
    return render_template("payments/bills/supplier_form.html", form=form, found=found, known=known)
