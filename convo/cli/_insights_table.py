"""Figures as a table in the terminal: one column of all of them, or a row for each day, flow, state…"""

from collections.abc import Callable, Mapping
from io import StringIO

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from convo.cli._printed import one_line
from convo.resources.insights import Insight, Insights

_SHORT = 12  # characters of a version
_WIDTH = 160  # characters; a terminal wraps what is longer
Cell = Callable[[Insight], str]


def shown(found: Insights, by: str | None) -> str:
    """The figures in lines of plain text."""
    if not any(each.started or each.sent or each.received or each.reached for each in found.items):
        return "Nothing was counted."
    if by is None:
        return _everything(found.items[0], found.currency)
    columns = _STATE if by == "state" else _columns(found.currency)
    table = Table(box=SIMPLE, pad_edge=False, show_edge=False)
    table.add_column(by, no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for item in found.items:
        key = one_line(item.key or "-")
        table.add_row(
            Text(key[:_SHORT] if by == "version" else key), *(Text(cell(item)) for cell in columns.values())
        )
    return _printed(table)


def _columns(currency: str | None) -> Mapping[str, Cell]:
    return {
        "started": lambda one: f"{one.started:,}",
        "answered": lambda one: f"{one.answered:,}",
        "rate": lambda one: _percent(one.response_rate),
        "median": lambda one: span(one.answer_median),
        "sent": lambda one: f"{one.sent:,}",
        "delivered": lambda one: f"{one.delivered:,}",
        "failed": lambda one: f"{sum(one.failed.values()):,}",
        "segments": lambda one: f"{one.segments_out + one.segments_in:,}",
        **({f"cost {currency}": _cost} if currency else {}),
        "opt-outs": lambda one: f"{one.opt_outs:,}",
        "handed": lambda one: f"{one.handed:,}",
    }


_STATE: Mapping[str, Cell] = {
    "reached": lambda one: f"{one.reached:,}",
    "ended here": lambda one: f"{one.left:,}",
    "dropped": lambda one: f"{one.dropped:,}",
    "outcomes": lambda one: _each(one.outcomes),
    "sent": lambda one: f"{one.sent:,}",
    "delivered": lambda one: f"{one.delivered:,}",
    "failed": lambda one: f"{sum(one.failed.values()):,}",
}


def _everything(one: Insight, currency: str | None) -> str:
    rows: list[tuple[str, str]] = [
        ("conversations started", f"{one.started:,}"),
        ("asked", f"{one.asked:,}"),
        ("answered", f"{one.answered:,}  {_percent(one.response_rate)}"),
        ("time to answer", f"median {span(one.answer_median)}, 9 of 10 within {span(one.answer_p90)}"),
        ("outcomes", _each(one.outcomes)),
        ("handed to people", f"{one.handed:,}, a person wrote in {one.person_answered:,}"),
        ("time to a person", f"median {span(one.person_median)}, 9 of 10 within {span(one.person_p90)}"),
        ("texts received", f"{one.received:,} in {one.segments_in:,} segments"),
        ("texts sent", f"{one.sent:,} in {one.segments_out:,} segments"),
        ("delivered", f"{one.delivered:,}"),
        ("failed", _each(one.failed)),
        ("uncertain", f"{one.uncertain:,}"),
        ("withdrawn", _each(one.withdrawn)),
        ("opt-outs", f"{one.opt_outs:,}" + _per_hundred(one.opt_out_rate)),
    ]
    if currency:
        unpriced = f", and {one.unpriced:,} segments without a price" if one.unpriced else ""
        rows.append(("cost", f"{_cost(one)} {currency}{unpriced}"))
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in rows:
        table.add_row(name, Text(value))
    return _printed(table)


def _printed(table: Table) -> str:
    out = Console(file=StringIO(), width=_WIDTH, color_system=None)
    out.print(table)
    assert isinstance(out.file, StringIO)
    return "\n".join(line.rstrip() for line in out.file.getvalue().splitlines())


def _each(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{one_line(name) or '-'} {count:,}" for name, count in counts.items()) or "-"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _per_hundred(rate: float | None) -> str:
    return "" if rate is None else f", {rate:.2f} for every hundred delivered"


def _cost(one: Insight) -> str:
    return "-" if one.cost is None else f"{one.cost:,.2f}"


def span(seconds: float | None) -> str:
    """How long something took, as people say it."""
    if seconds is None:
        return "-"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    if minutes < 100:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / (24 * 60):.0f} days"
