"""``measures.md``: what each key figure means, from the registry of the measures."""

from docs.pages.markdown import NOTE, Undocumented, page, plain, table
from guerdon.insight.measures.cuts import CUTS
from guerdon.insight.measures.measure import Measure
from guerdon.insight.measures.registry import MEASURES, TOPICS

_KINDS = {
    "money": "money, in minor units",
    "amount": "an amount of each unit of the program, in its smallest part",
    "count": "a number",
    "share": "a share of 1",
    "number": "a quotient",
    "days": "days",
}


def measures_page() -> str:
    """The page."""
    silent = [
        measure.name for measure in MEASURES.values() if not (measure.title and measure.formula and measure.source)
    ]
    if silent:
        raise Undocumented(silent)
    cuts = [(f"`{cut.name}`", cut.about) for cut in CUTS.values()]
    return page(
        "# Measures",
        NOTE.format(source="`guerdon/insight/measures`"),
        "`guerdon kpi NAME` tells a measure, `--by` tells it apart. Each is defined once, over the tables of the lake, "
        "and counted by whichever engine there is. What was refused counts nowhere. Days are those of the program's "
        "time zone. A share is a quotient of whole numbers of the whole time that is asked for, and never a mean of "
        "shares; where nothing stands below, there is no value, and the reason is told. Amounts of several units are "
        "never added up.",
        "[Read the figures](../how-to/read-the-figures.md) shows them, and "
        "[why each is defined once](../why/26-one-definition.md) says how.",
        "## By what they are told",
        table(("by", "what it is"), cuts),
        *[part for topic, measures in TOPICS.items() for part in (f"## {topic}", *map(_measure, measures))],
    )


def _measure(measure: Measure) -> str:
    per = f", per {measure.per}" if measure.per else ""
    by_unit = ", for each unit of the program" if measure.by_unit and measure.kind != "amount" else ""
    rows = [
        ("formula", measure.formula),
        ("unit", f"{_KINDS[measure.kind]}{per}{by_unit}"),
        ("source", plain(measure.source)),
        ("by", ", ".join([f"`{cut}`" for cut in measure.cuts])),
        *([("no value", measure.unknown)] if measure.unknown else []),
    ]
    return f"### `{measure.name}`: {measure.title}\n\n" + table(("", ""), rows)
