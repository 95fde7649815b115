"""Where a listener of the stream begins is told at once, as the id to come again with."""

import pytest

from guerdon.api.changes import _read_id, _Start


@pytest.mark.parametrize(("known", "after", "number"), [("0", 0, -1), ("41", 41, -1), ("42.0", 41, 0), ("42.7", 41, 7)])
def test_a_place_is_told_by_the_id_that_leads_to_it(known: str, after: int, number: int) -> None:
    assert _read_id(known) == (after, number)
    assert _Start(1, after, number).id == known
