"""What the database itself refuses in the reports: approvals, signatures, reviews and editions are only ever added.

The content of an edition is never changed, because its key is its digest. One that was prepared and not published may be removed
again; the key of the edition holds the others.
"""

from coop.reports.models import AccountsSignature, ApprovedAccounts, ReportEdition, Review
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

RULES: tuple[Rule, ...] = (
    *(
        rule
        for mapped in (ApprovedAccounts, AccountsSignature, Review, ReportEdition)
        for rule in append_only(table_of(mapped))
    ),
    refuse(
        "report_content_keeps_its_words",
        "report_content",
        "UPDATE",
        [Case("1 = 1", "reports: a content is named by its digest and stays as it is")],
    ),
)
