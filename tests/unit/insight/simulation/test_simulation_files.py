"""The files that a simulation is given besides programs, and the histories in files."""

from pathlib import Path

import pytest

from guerdon.core.events import encode_event
from guerdon.insight.simulation.files import SettingsWrong, hundredths, read_margins, read_uplifts, uplifts_of
from guerdon.insight.simulation.ndjson import NdjsonHistory
from guerdon.insight.simulation.uplift import Change
from tests.builders import instant, purchase


def written(folder: Path, text: str) -> Path:
    file = folder / "told.yaml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("told", "expected"), [("2 %", 200), ("2", 200), (1.5, 150), ("-0.25%", -25), (0, 0), ("100 %", 10_000)]
)
def test_a_percentage(told: object, expected: int) -> None:
    assert hundredths(told, "x") == expected


@pytest.mark.parametrize("told", ["", "two", "1.234", "1e3", None, True, "nan", "9999 %", [1]])
def test_what_is_no_percentage_is_refused(told: object) -> None:
    with pytest.raises(SettingsWrong, match=r"^here: .* such as `1.5 %`"):
        hundredths(told, "here")


def test_margins_are_read(tmp_path: Path) -> None:
    file = written(tmp_path, "grocery: 25 %\ngrocery/beer: 15\neverything else: 20.5 %\n")
    assert read_margins(file) == {"grocery": 2_500, "grocery/beer": 1_500, "": 2_050}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "here belong categories"),
        ("- 1", "here belong categories"),
        ("grocery: 120 %", "from 0 % to 100 %"),
        ("grocery: -1 %", "from 0 % to 100 %"),
        ("grocery: much", "no percentage"),
        ("a: [", "cannot be read"),
        ("a: &a [*a]", "no percentage|cannot be read"),
    ],
)
def test_wrong_margins_are_refused_with_the_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsWrong, match=told) as caught:
        read_margins(written(tmp_path, text))
    assert "told.yaml" in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="cannot be read"):
        read_margins(tmp_path / "none.yaml")


def test_uplifts_are_read(tmp_path: Path) -> None:
    text = "low: {visits: 1 %}\nhigh: {visits: 4 %, basket: 2 %}\ngold: {high: {visits: 8 %}}\n"
    low, high = read_uplifts(written(tmp_path, text))
    assert (low.name, low.everybody, low.groups) == ("low", Change(visits=100), {})
    assert (high.everybody, high.groups) == (Change(visits=400, basket=200), {"gold": Change(visits=800)})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gold: {low: {visits: 1 %}}", "there is no assumption"),
        ("low: 3 %", "here belong `visits`"),
        ("low: {visit: 3 %}", "visit: nothing is known by that name"),
        ("low: {visits: -3 %}", "visits: from 0 %"),
        ("low: {basket: -100 %}", "basket: from"),
        ("low: {visits: 1 %}\ngold: {high: {visits: 1 %}}", "no assumption `high` for everybody"),
        ("low: {visits: 1 %}\ngold: 3", "here belong `low`"),
    ],
)
def test_wrong_uplifts_are_refused_with_the_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsWrong, match=told) as caught:
        read_uplifts(written(tmp_path, text))
    assert "told.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("visits", "basket", "expected"),
    [
        (None, None, []),
        ("2", None, [("middle", 200, 0)]),
        ("1,2,4", None, [("low", 100, 0), ("middle", 200, 0), ("high", 400, 0)]),
        ("1,2,4", "1.5", [("low", 100, 150), ("middle", 200, 150), ("high", 400, 150)]),
        (None, "-1, 0, 1", [("low", 0, -100), ("middle", 0, 0), ("high", 0, 100)]),
    ],
)
def test_assumptions_of_options(visits: str | None, basket: str | None, expected: list[tuple[str, int, int]]) -> None:
    found = uplifts_of(visits, basket)
    assert [(one.name, one.everybody.visits, one.everybody.basket) for one in found] == expected


@pytest.mark.parametrize("visits", ["1,2", "1,2,3,4", "much", ""])
def test_wrong_options_are_refused(visits: str) -> None:
    with pytest.raises(SettingsWrong, match="--visits"):
        uplifts_of(visits, None)


# Files of events.


def line(event_id: str, when: str, member: str = "m") -> bytes:
    return encode_event(purchase(event_id, when, "1.00")).replace(b'"member":"m"', f'"member":"{member}"'.encode())


def test_a_file_of_events_is_read_member_by_member(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    tick = b'{"kind":"tick","id":"t","member":"ana","at":"2026-12-31T00:00:00Z"}'
    sent = b'{"kind":"refer","id":"r","member":"ana","at":"2026-01-01T00:00:00Z","referral":"x","friend":"bo"}'
    lines = [
        line("1", "2026-01-02", "ana"),
        line("2", "2026-01-03", "bo"),
        b"",
        b"{broken",
        line("3", "2026-01-04", "ana"),
    ]
    file.write_bytes(b"\n".join([*lines, line("1", "2026-01-02", "ana"), tick, sent]))
    history = NdjsonHistory(file)
    span = history.span()
    assert span is not None
    assert (span.first, span.last) == (instant("2026-01-02"), instant("2026-01-04"))
    for parts in (1, 2, 5):
        found = [one for shard in history.shards(parts) for one in shard.members()]
        told = {one.member: [event.id for event in one.events] for one in found if one.member}
        assert told == {"ana": ["1", "3"], "bo": ["2"]}
        assert sum(one.unreadable for one in found) == 2


def test_an_empty_file_tells_of_nothing(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\nno event\n")
    assert NdjsonHistory(file).span() is None
