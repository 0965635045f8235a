"""The pages of the journal: the books at a glance, the list of entries, one entry, a new one, and a reversal."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.attachments.forms import PaperForm
from coop.books import entry_acts, kept, operations, queries, words
from coop.books.entry_form import Computed, EntryForm
from coop.books.errors import EntryNeedsTwo, KeptElsewhere
from coop.books.forms import JournalForm, ReversalForm
from coop.books.imports.queries import import_of_entry
from coop.books.line_form import Offer, offer
from coop.books.pages import READERS, Answer, blueprint, currency, download_links, for_two, trail
from coop.books.papers.queries import entries_with_papers, papers_of
from coop.database import db, write
from coop.errors import show_on
from coop.forms import choices
from coop.paging import Part, bounded, pager, requested_page
from coop.payments.bank.queries import lines_of_entry, unmatched_counts
from coop.payments.bills.paying.queries import run_of_return
from coop.payments.payouts.payments import disbursement_of_return
from coop.payments.queries import outstanding_count
from coop.permissions import Power, requires
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger import chart, cost_centres, journal
from ledger.models import Account
from ledger.records import PAGE_SIZE, JournalFilter, PostedEntry
from ledger.tax.codes import tax_codes

#: The pages of records that cause entries, with the name of their id in the address.
_SOURCE_PAGES = {
    "fiscal_year": ("books.year_closing", "year_id"),
    "distribution": ("books.surplus_plan", "plan_id"),
    "disbursement": ("payouts.payment", "disbursement_id"),
    "bill": ("bills.bill", "bill_id"),
    "bill_payment_run": ("bills.payment", "run_id"),
    "expense_claim": ("bills.claim", "claim_id"),
}


@blueprint.get("/books")
@requires(*READERS)
def overview() -> str:
    """Show the state of the books at a glance, and what there is to do."""
    session = db.session()
    return render_template(
        "books/overview.html",
        books=queries.overview(session),
        may_write=Power.TREASURER in actor().powers,
        requests_outstanding=outstanding_count(session),
        bank_lines=unmatched_counts(session),
        latest=journal.journal(session, JournalFilter())[:5],
        downloads=download_links(),
        words=words,
    )


@blueprint.get("/books/journal")
@requires(*READERS)
def journal_list() -> Answer:
    """Show the entries that match, the newest first."""
    session, form = db.session(), JournalForm(formdata=request.args)
    accounts = ((code, f"{code} {name}") for code, name in chart.account_names(session))
    form.account.choices = choices([("", gettext("All accounts")), *accounts])
    kinds = ((kind, words.entry_kind(kind)) for kind in journal.entry_kinds(session))
    form.kind.choices = choices([("", gettext("All kinds")), *kinds])
    _offer_cost_centres(form)
    valid = form.validate()
    wanted = form.to_filter() if valid else JournalFilter()
    total = journal.entry_count(session, wanted)
    number, last = bounded(requested_page(), total, PAGE_SIZE)
    part = Part(journal.journal(session, wanted, page=number), number, last, total)
    papers = entries_with_papers(session, (row.id for row in part.rows))
    page = render_template(
        "books/journal.html",
        form=form,
        part=part,
        papers=papers,
        pager=pager(part),
        is_filtered=wanted != JournalFilter(),
        may_write=Power.TREASURER in actor().powers,
        downloads=download_links(wanted.starts_on, wanted.ends_on),
        currency=currency(),
        trail=trail((gettext("Journal"), None)),
        words=words,
    )
    return page if valid else (page, 422)


@blueprint.get("/books/entries/new")
@requires(Power.TREASURER)
def new_entry() -> str:
    """Show the form of an entry."""
    session = db.session()
    form = EntryForm(_offer(), data={"booked_on": cooperative.today(session)})
    return _entry_form(form)


@blueprint.post("/books/entries/new")
@requires(Power.TREASURER)
def record_entry() -> Answer:
    """Record an entry, or offer more rows, or show what would be recorded."""
    form, status = EntryForm(_offer()), 422
    if "add" in request.form:
        form.add_rows()
        return _entry_form(form)
    if not form.validate():
        return _entry_form(form), status
    who, computed = actor(), None
    try:
        computed, entry = form.computed(), form.to_entry()
        if "check" in request.form:
            return _entry_form(form, computed)
        entry_id = write(lambda session: operations.record_entry(session, who, entry))
    except EntryNeedsTwo:
        return for_two(entry_acts.ENTRY_RECORD, entry_acts.recording_of(entry), entry.text)
    except Refusal as refusal:
        status = form.show(refusal)
        return _entry_form(form, computed), status
    flash(gettext("The entry is recorded."), "success")
    if entry.reference and set(queries.entries_with_reference(db.session(), entry.reference)) - {entry_id}:
        flash(gettext("Another entry has the same reference. Look whether the document is booked twice."), "warning")
    return redirect(url_for("books.entry", entry_id=entry_id), 303)


@blueprint.get("/books/entries/<uuid:entry_id>")
@requires(*READERS)
def entry(entry_id: UUID) -> str:
    """Show an entry with everything that is known about it."""
    return entry_page(entry_id, PaperForm())


def entry_page(entry_id: UUID, paper_form: PaperForm) -> str:
    """Return the page of an entry, with the form that adds a paper to it for the treasurer."""
    session, may_write = db.session(), Power.TREASURER in actor().powers
    found = journal.posted_entry(session, entry_id)
    return render_template(
        "books/entry.html",
        entry=found,
        names=queries.party_names(session, (line.party_ref for line in found.lines)),
        recorder=queries.person_name(session, found.recorded_by),
        source_href=_source_href(found),
        bank_lines=lines_of_entry(session, entry_id),
        imported=import_of_entry(session, entry_id),
        papers=papers_of(session, entry_id),
        paper_form=paper_form if may_write else None,
        may_reverse=may_write and _is_reversible(found),
        trail=trail((gettext("Journal"), url_for("books.journal_list")), (gettext("Entry"), None)),
        words=words,
    )


@blueprint.get("/books/entries/<uuid:entry_id>/reverse")
@requires(Power.TREASURER)
def confirm_reversal(entry_id: UUID) -> str:
    """Show what a reversal does, before it is done."""
    session = db.session()
    earliest = max(cooperative.today(session), journal.posted_entry(session, entry_id).booked_on)
    return _reversal_form(entry_id, ReversalForm(data={"booked_on": earliest}))


@blueprint.post("/books/entries/<uuid:entry_id>/reverse")
@requires(Power.TREASURER)
def reverse_entry(entry_id: UUID) -> Answer:
    """Reverse an entry."""
    form, status = ReversalForm(), 422
    if form.validate():
        who, (booked_on, reason) = actor(), form.to_reversal()
        try:
            reversal_id = write(
                lambda session: operations.reverse_entry(
                    session, who, entry_id=entry_id, booked_on=booked_on, reason=reason
                )
            )
        except EntryNeedsTwo:
            return for_two(entry_acts.ENTRY_REVERSE, entry_acts.reversal_of(entry_id, booked_on), reason)
        except Refusal as refusal:
            status = show_on(form, refusal)
        else:
            flash(gettext("The entry is reversed."), "success")
            return redirect(url_for("books.entry", entry_id=reversal_id), 303)
    return _reversal_form(entry_id, form), status


def _source_href(found: PostedEntry) -> str | None:
    """Return the page of the record that caused an entry, where it has one."""
    if found.source_kind == "payment_receipt" and found.source_id is not None:
        request_id = queries.request_of_receipt(db.session(), found.source_id)
        return url_for("payments.payment", request_id=request_id) if request_id else None
    if found.source_kind == "bill_return" and found.source_id is not None:
        return url_for("bills.payment", run_id=run_of_return(db.session(), found.source_id))
    if found.source_kind == "disbursement_return" and found.source_id is not None:
        return url_for("payouts.payment", disbursement_id=disbursement_of_return(db.session(), found.source_id))
    if found.source_kind in _SOURCE_PAGES:
        endpoint, name = _SOURCE_PAGES[found.source_kind]
        return url_for(endpoint, **{name: found.source_id})  # type: ignore[arg-type]
    if found.source_kind == "member_class":
        return url_for("shares.classes")
    return url_for("shares.register") if found.source_kind == "share_event" else None


def _is_reversible(found: PostedEntry) -> bool:
    if found.source_kind is not None or found.reverses_id is not None or found.reversed_by_id is not None:
        return False
    try:
        kept.check_reversal(db.session(), found)
    except KeptElsewhere:
        return False
    return True


def _accounts() -> list[Account]:
    """Return the accounts that an entry by hand may name."""
    session = db.session()
    left_out = kept.accounts_for_entries(session)
    return [one for one in chart.accounts(session) if one.closed_on is None and one.code not in left_out]


def _offer() -> Offer:
    """Return what the form of an entry offers. Tax is for a co-op that is registered for it."""
    session = db.session()
    return offer(_accounts(), tax_codes(session) if cooperative.current(session).is_tax_registered else ())


def _offer_cost_centres(form: JournalForm) -> None:
    """Let the journal be filtered by cost centre where there are any."""
    centres = cost_centres.tree(db.session())
    if not centres:
        del form.cost_centre
        return
    labels = ((one.code, f"{'– ' * one.depth}{one.code} {one.name}") for one in centres)
    form.cost_centre.choices = choices([("", gettext("All cost centres")), *labels])


def _entry_form(form: EntryForm, computed: Computed | None = None) -> str:
    session = db.session()
    reference = form.reference.data
    return render_template(
        "books/entry_form.html",
        form=form,
        computed=computed,
        same_reference=queries.entries_with_reference(session, reference) if computed and reference else [],
        tax_account=chart.TAX,
        parties=queries.parties(session),
        currency=currency(),
        decimals=queries.decimals(session),
        trail=trail((gettext("Journal"), url_for("books.journal_list")), (gettext("New entry"), None)),
    )


def _reversal_form(entry_id: UUID, form: ReversalForm) -> str:
    session = db.session()
    found = journal.posted_entry(session, entry_id)
    return render_template(
        "books/reverse.html",
        entry=found,
        form=form,
        names=queries.party_names(session, (line.party_ref for line in found.lines)),
        trail=trail((gettext("Entry"), url_for("books.entry", entry_id=entry_id)), (gettext("Reverse"), None)),
    )
