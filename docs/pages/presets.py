"""``presets.md``: every preset with what its head says, from ``guerdon/presets``."""

import re

from docs.pages.markdown import NOTE, page, table
from guerdon.presets import Preset, presets


def presets_page() -> str:
    """The page."""
    found = presets()
    rows = [(f"[`{one.name}`](#{one.name})", one.modelled_on, str(one.rules), ", ".join(one.kinds)) for one in found]
    return page(
        "# Presets",
        NOTE.format(source="the heads of the program files in `guerdon/presets`"),
        "Programs to begin with: `guerdon new NAME --from PRESET` copies one. "
        "[Start from a preset](../how-to/start-from-a-preset.md) shows how. A preset imitates the published rules of "
        "its model on a day; it is not made by it, and a number that is not published is a parameter.",
        table(("preset", "modelled on", "rules of", "shows"), rows),
        *[_section(one) for one in found],
    )


def _section(one: Preset) -> str:
    cases = len(re.findall(r"^ *- case: ", one.specs.read_text("utf-8"), re.M))
    model = f"{one.modelled_on}: {one.about}" if one.about else one.modelled_on
    files = [(f"`{file.name}`", str(program.effective_from)) for file, program in one.versions.items()]
    return page(
        f"## `{one.name}`",
        f"{model[0].upper()}{model[1:]}. {cases} worked cases.",
        table(("version", "in force from"), files),
        *one.known,
    ).strip()
