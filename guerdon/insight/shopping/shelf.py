"""The programs that a shopper finds on the shelf: the presets."""

from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.insight.shopping.comparing import Offered
from guerdon.presets import presets


def on_the_shelf() -> list[Offered]:
    """Every preset with all its versions."""
    return [
        Offered(preset.name, Timeline([Version(one, number) for number, one in enumerate(preset.versions.values(), 1)]))
        for preset in presets()
    ]
