"""The leaflet as a page for a browser: one file, nothing loaded from anywhere. Titles are shown as they are."""

from collections.abc import Iterator
from html import escape

from guerdon.leaflet.pages import Leaflet, Part, Said, Table

_STYLE = (
    "body{font:1.05rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}th,td{border-bottom:1px solid #ccc;padding:.4rem .8rem .4rem 0;text-align:left}"
)


def html(leaflet: Leaflet, language: str) -> str:
    """The leaflet as HTML in a language, which the page names for readers aloud."""
    title = escape(leaflet.title)
    body = "\n".join([text for part in leaflet.parts for text in _part(part)])
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        f"</head>\n<body>\n<h1>{title}</h1>\n<p>{escape(leaflet.opening)}</p>\n{body}\n</body>\n</html>\n"
    )


def _part(part: Part) -> Iterator[str]:
    yield f"<h2>{escape(part.heading)}</h2>"
    for said in part.said:
        yield from _said(said)


def _said(said: Said) -> Iterator[str]:
    title = [f"<strong>{escape(said.title)}</strong>"] if said.title else []
    told = " ".join([*title, *map(escape, said.sentences)])
    if told:
        yield f"<p>{told}</p>"
    if said.details:
        yield f"<ul>{''.join([f'<li>{escape(detail)}</li>' for detail in said.details])}</ul>"
    if said.table is not None:
        yield _table(said.table)


def _table(table: Table) -> str:
    rows = [_row("td", row) for row in table.rows]
    return f"<table>\n{_row('th', table.headings)}\n{chr(10).join(rows)}\n</table>"


def _row(kind: str, cells: tuple[str, ...]) -> str:
    return f"<tr>{''.join([f'<{kind}>{escape(cell)}</{kind}>' for cell in cells])}</tr>"
