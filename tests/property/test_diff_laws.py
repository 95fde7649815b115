"""The laws of comparing: nothing differs from itself, what is equal is told as equal, and every edit is told."""

import re
from copy import deepcopy
from typing import Any

import msgspec
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from guerdon.language import ProgramErrors, Reading, differences, read_with_words
from guerdon.language.comparing import DATED
from guerdon.language.nodes import plain
from tests.property.test_language_fuzz import GROCERY, mutated
from tests.unit.language.test_language_program import GLOW

FILES = {"grocery": plain(GROCERY), "glow": plain(GLOW)}
OFTEN_WRONG = settings(
    deadline=2_000, max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything inside a file."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([path] if path else []), *[way for key, part in inner for way in paths(part, (*path, key))]]


PATHS = {name: paths(file) for name, file in FILES.items()}


def at(file: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        file = file[key]
    return file


def read(file: Any) -> Reading | None:
    text = file if isinstance(file, str) else yaml.safe_dump(file, allow_unicode=True, sort_keys=False)
    try:
        return read_with_words(text)
    except ProgramErrors:
        return None


READINGS = {name: read(file) for name, file in FILES.items()}


def same(before: Reading, after: Reading) -> bool:
    """Whether two files mean the same, their dates aside."""
    date = after.program.effective_from
    return msgspec.structs.replace(before.program, effective_from=date) == after.program


@st.composite
def edited(draw) -> tuple[str, tuple[Any, ...], Any]:
    """One edit of a file: which file, where, and the file after it."""
    name = draw(st.sampled_from(sorted(FILES)))
    path = draw(st.sampled_from(PATHS[name]))
    file = deepcopy(FILES[name])
    around, key = at(file, path[:-1]), path[-1]
    value = around[key]
    if draw(st.booleans()) or not isinstance(value, str):
        del around[key]
    elif re.search("[1-9]", value):
        around[key] = re.sub("[1-9]", draw(st.sampled_from("123456789")), value, count=1)
    else:
        around[key] = draw(st.sampled_from(["en", "kept", "lost", "first", "sun", "vip", "tea", "yes", "up"]))
    return name, path, file


@given(edited())
@OFTEN_WRONG
def test_every_edit_is_told_where_it_is(edit):
    name, path, file = edit
    before, after = READINGS[name], read(file)
    assume(after is not None and not same(before, after))
    changes = differences(before, after)
    assert changes
    words = [str(key) for key in path if isinstance(key, str)]
    told = " ".join([change.sentence for change in changes])
    assert words[-1] in told or str(at(FILES[name], path)) in told or words[0].removesuffix("s") in told.lower()
    assert all("\n" not in change.sentence and change.sentence.endswith(".") for change in changes)


@given(edited())
@OFTEN_WRONG
def test_there_and_back_the_same_things_change(edit):
    name, _, file = edit
    before, after = READINGS[name], read(file)
    assume(after is not None)
    there, back = differences(before, after), differences(after, before)
    assert bool(there) == bool(back)
    new = {(change.things, change.key) for change in there if change.what == "new"}
    assert new == {(change.things, change.key) for change in back if change.what == "dropped"}


@given(mutated())
@OFTEN_WRONG
def test_nothing_is_told_of_files_that_mean_the_same_and_something_of_others(text):
    after = read(text)
    assume(after is not None)
    before = READINGS["grocery"]
    assert (differences(before, after) == []) == same(before, after)
    assert differences(after, after) == []


def test_the_date_is_the_only_key_that_is_no_change():
    assert [path for path in PATHS["grocery"] if path == (DATED,)]
