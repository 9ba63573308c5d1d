"""The privacy report for people: one page, as Markdown or as HTML."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape

from standex.edges.privacy.identity_fields import Kind
from standex.edges.privacy.report import PrivacyReport

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}table{border-collapse:collapse;width:100%;margin:1rem 0}"
    "th,td{border:1px solid #999;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#eee}"
)
_Row = Sequence[str]


class _Part:
    """A heading with what is under it."""

    def __init__(
        self,
        title: str,
        *,
        lines: Sequence[str] = (),
        head: _Row = (),
        rows: Sequence[_Row] = (),
    ) -> None:
        self.title, self.lines, self.head, self.rows = title, lines, head, rows


def as_markdown(report: PrivacyReport) -> str:
    """Return the report as Markdown."""
    text = [f"# {_inline(_title(report))}", "", *_about(report), ""]
    for part in _parts(report):
        text += [f"## {part.title}", ""]
        text += [f"- {_inline(line)}" for line in part.lines]
        if part.rows:
            text += [_line(part.head), _line(["---"] * len(part.head)), *map(_line, part.rows)]
        text.append("")
    return "\n".join(text)


def as_html(report: PrivacyReport) -> str:
    """Return the report as one HTML page that needs nothing else."""
    body = [f"<h1>{escape(_title(report))}</h1>"]
    body += [f"<p>{escape(line)}</p>" for line in _about(report)]
    for part in _parts(report):
        body.append(f"<h2>{escape(part.title)}</h2>")
        if part.lines:
            body.append("<ul>" + "".join(f"<li>{escape(one)}</li>" for one in part.lines) + "</ul>")
        if part.rows:
            head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in part.head)
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
                for row in part.rows
            )
            body.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(_title(report))}</title><style>{_STYLE}</style></head>\n<body>"
        + "\n".join(body)
        + "</body></html>\n"
    )


def span(seconds: float | None) -> str:
    """Return a time to keep something in words."""
    if seconds is None:
        return "until removed"
    for unit, length_s in (("months", 30.5 * 86_400), ("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length_s * (1 if unit in ("h", "min") else 4):
            return f"{seconds / length_s:.4g} {unit}"
    return f"{seconds:.4g} s" if seconds else "not kept"


def _title(report: PrivacyReport) -> str:
    return f"Privacy report: {report.site_title} ({report.site_id})"


def _about(report: PrivacyReport) -> list[str]:
    operation = "in live duty" if report.operation == "live" else "in exercise"
    return [
        f"Made {_time(report.t_utc_ns)} by STANDEX {report.software_version}; the site is "
        f"{operation}.",
        "This is material for a data protection impact assessment. It says what the system does; "
        "whether that is lawful, needed and in proportion is for whoever runs the site to say.",
    ]


def _parts(report: PrivacyReport) -> Iterator[_Part]:
    findings = report.findings or ("Nothing: all is as set, and nothing is overdue.",)
    yield _Part("What is not as it must be", lines=findings)
    yield _Part(
        "How long what stays",
        head=("Class", "What it is", "Stays", "At most", "Setting"),
        rows=[
            (
                rule.data_class.value,
                rule.about,
                span(rule.keep_s),
                "no limit" if rule.longest_s is None else span(rule.longest_s),
                rule.setting,
            )
            for rule in report.rules
        ],
    )
    yield _Part(
        "What is in the store now",
        lines=() if report.tables else ("Nothing, or the store was not looked at.",),
        head=("Place", "Class", "How many", "Oldest", "Last one gone by", "Fields"),
        rows=[
            (
                one.place,
                one.data_class.value,
                str(one.n),
                _time(one.oldest_utc_ns),
                _time(one.latest_expiry_utc_ns) if one.latest_expiry_utc_ns else "until removed",
                ", ".join(one.keys),
            )
            for one in report.tables
        ],
    )
    yield _Part(
        "Files",
        head=("What", "Where", "Class", "Files", "MB", "Oldest", "Stays", "Overdue"),
        rows=[
            (
                one.name,
                one.path,
                one.data_class.value,
                str(one.n_files),
                f"{one.n_bytes / 1e6:.1f}",
                _time(one.oldest_utc_ns),
                span(one.keep_s),
                str(one.n_overdue),
            )
            for one in report.folders
        ],
    )
    yield from _others(report)


def _others(report: PrivacyReport) -> Iterator[_Part]:
    yield _Part(
        "Who else is told",
        lines=() if report.recipients else ("Nobody.",),
        head=("Who", "Where", "What", "Encrypted on the way"),
        rows=[
            (one.name, one.where, one.what, "yes" if one.is_encrypted else "NO")
            for one in report.recipients
        ],
    )
    sensors = [(kind, str(n)) for kind, n in sorted(report.sensors.items())]
    yield _Part("What looks at people", head=("Kind of sensor", "How many"), rows=sensors)
    of_passers_by = sum(one.kind is Kind.PASSER_BY for one in report.found)
    yield _Part(
        "Fields that could tell who somebody is",
        lines=(
            f"{report.n_fields} fields were looked at; {of_passers_by} could tell who a passer-by "
            "is. Those of staff, and those whose name means something else:",
        ),
        head=("Where", "Field", "Of", "Meaning"),
        rows=[(one.where, one.field, one.kind.value, one.meaning) for one in report.found],
    )
    yield _Part("What protects people", lines=report.measures)


def _time(t_utc_ns: int) -> str:
    if not t_utc_ns:
        return "-"
    return datetime.fromtimestamp(t_utc_ns * 1e-9, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _line(cells: _Row) -> str:
    return "| " + " | ".join(_inline(cell) for cell in cells) + " |"


def _inline(text: str) -> str:
    """Return text that cannot end a cell or begin markup."""
    flat = " ".join(text.split())
    for mark in ("\\", "|", "<", "`", "*", "_", "["):
        flat = flat.replace(mark, f"\\{mark}")
    return flat
