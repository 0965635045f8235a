"""Statutory tags of the default chart: the box of a form of the state in which an account's figure is asked for.

Books in New Zealand dollars get those of the Financial statements summary (IR10) of Inland Revenue, numbered as on the form since
March 2014; other books get none. Only an account that goes into one box as a whole has a tag. The rest is for the treasurer: equipment
may be plant or furniture, venue and travel are two boxes, interest is not other income, and boxes beyond the assets are not known here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ledger import chart

#: What each box asks for, and the accounts that belong there.
_IR10 = {
    2: (*chart.OF_OTHERS, *chart.OF_OTHERS.values()),  # sales and services
    10: (chart.GRANT_INCOME, chart.DONATIONS),  # other income
    13: (chart.DEPRECIATION,),  # accounting depreciation and amortisation
    14: (chart.INSURANCE,),
    16: (chart.ACCOUNTING_AND_LEGAL,),  # professional and consulting fees
    22: (chart.WAGES,),  # salaries and wages paid to employees
    23: (chart.COACHES,),  # contractor and sub-contractor payments
    24: (chart.FELLOWSHIP_COSTS, chart.HOSTING, chart.PROCESSING_FEES, chart.OTHER_COSTS),  # other expenses
    26: (chart.EXTRAORDINARY_INCOME, chart.EXTRAORDINARY_COSTS),  # exceptional items
    30: (chart.RECEIVABLE,),  # accounts receivable
    31: (chart.BANK, chart.IN_TRANSIT, chart.STRIPE_BALANCE),  # cash and deposits
    32: (chart.DISPUTED_FUNDS,),  # other current assets
}
_TAGS: Mapping[str, Mapping[str, str]] = {
    "NZD": MappingProxyType({code: f"IR10-{box}" for box, codes in _IR10.items() for code in codes})
}


def default_tags(currency: str) -> Mapping[str, str]:
    """Return the tags that a new chart in a currency begins with, by the code of the account."""
    return _TAGS.get(currency, {})
