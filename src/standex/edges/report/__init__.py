"""The one-page report of a run: what happened, to whom, why, and how well the sensors could look.

``Collector`` watches a run; ``write_report`` makes the page from its ``RunSummary``. Pictures and
page need the optional extra ``report``.
"""

from standex.edges.report.collector import Collector
from standex.edges.report.page import render_report, write_report
from standex.edges.report.rows import RateRow
from standex.edges.report.summary import RunSummary

__all__ = ["Collector", "RateRow", "RunSummary", "render_report", "write_report"]
