"""What the database itself refuses in the share register: subscriptions and events are only ever added."""

from coop.shares.models import ShareEvent, Subscription
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = (*append_only(table_of(Subscription)), *append_only(table_of(ShareEvent)))
