"""Tables on narrow terminals: a figure is never broken, words give way."""

from io import StringIO

from rich.console import Console

from guerdon.cli.tables import plain_table


def printed(width: int) -> list[str]:
    table = plain_table("Segments", ("segment", "left"), ("net sales", "right"), ("who", "left"))
    table.add_row("champions", "[bold]1,964,088.01[/]", "came lately, buy the most of all members")
    console = Console(width=width, record=True, file=StringIO())
    console.print(table)
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_a_wide_terminal_shows_a_row_on_a_line() -> None:
    assert printed(100)[-1] == "champions  1,964,088.01  came lately, buy the most of all members"


def test_a_narrow_one_folds_the_words_and_not_the_figures() -> None:
    lines = printed(40)
    assert max(map(len, lines)) <= 40
    assert sum("1,964,088.01" in line for line in lines) == 1
    words = " ".join([line[25:].strip() for line in lines[2:]])
    assert words == "came lately, buy the most of all members"


def test_an_empty_table_is_only_its_headings() -> None:
    table = plain_table("Nothing", ("segment", "left"), ("net sales", "right"))
    console = Console(width=12, record=True, file=StringIO())
    console.print(table)
    assert {"Nothing", "net", "sales"} <= set(console.export_text().split())
