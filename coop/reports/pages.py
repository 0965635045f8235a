"""What every page needs that shows a report: how its blocks are drawn, and where its tables are downloaded."""

from collections.abc import Callable
from typing import Any

from coop import markdown
from coop.charts import BarChart, bar_chart
from coop.reports.blocks import Bars


def report_values(table_href: Callable[[str], str] | None) -> dict[str, Any]:
    """Return what the template of a report asks for; without addresses of its tables none are offered."""
    return {"markdown": markdown.render, "chart_of": _chart, "table_href": table_href}


def _chart(bars: Bars) -> BarChart:
    return bar_chart(bars.rows, bars.unit)
