"""When a plan pays for itself, by the gain at each scale."""

import pytest

from guerdon.insight.shopping.plans import BreakEven, break_even


@pytest.mark.parametrize(("gain", "found"), [
    (lambda scale: 20 * scale - 139_000, BreakEven("from", 6.954, True)),
    (lambda scale: scale - 1_000, BreakEven("from", 1.0, True)),
    (lambda scale: scale - 1_001, BreakEven("from", 1.003, True)),
    (lambda scale: scale - 100, BreakEven("from", 0.1, True)),
    (lambda scale: scale - 16_000, BreakEven("from", 16.0, True)),
    (lambda scale: scale - 16_001, BreakEven("never", None, True)),
    (lambda scale: -1, BreakEven("never", None, True)),
    (lambda scale: 0, BreakEven("always", 0.0, True)),
    (lambda scale: 5, BreakEven("always", 0.0, True)),
    (lambda scale: 1_000 - scale, BreakEven("always", 0.0, False)),
    (lambda scale: 1 if 500 <= scale <= 2_000 else -1, BreakEven("from", 0.5, False)),
])  # fmt: skip
def test_the_first_scale_from_which_it_pays(gain, found):
    got = break_even(gain)
    assert (got.verdict, got.is_for_good) == (found.verdict, found.is_for_good)
    assert got.scale == pytest.approx(found.scale, rel=0.002) if found.scale else got.scale == found.scale
    if got.scale:
        assert gain(round(got.scale * 1_000)) >= 0, "it pays at the scale that is told"
