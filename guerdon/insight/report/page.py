"""The pages: a result and a language in, one HTML file out."""

import base64
import hashlib
from functools import cache
from importlib import resources
from itertools import count

import msgspec
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from guerdon.core.amounts import currency_scale
from guerdon.insight.report import charts, prospects, rows, sentences
from guerdon.insight.report.drawn import Chart
from guerdon.insight.report.showing import Figures
from guerdon.insight.report.words import Language, say
from guerdon.insight.simulation.result import Simulation
from guerdon.insight.value.worth import Value

_OF_A_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def simulation_page(result: Simulation, language: Language = "en") -> str:
    """The report of a simulation. It loads nothing, and its own policy forbids it to."""
    figures = Figures(language, result.currency, result.currency_scale)
    return _page("simulation.html", figures, result=result, charts=charts, rows=rows, sentences=sentences)


def value_page(result: Value, program: str, currency: str, language: Language = "en") -> str:
    """The report of what the members of a program are worth. It loads nothing, and its own policy forbids it to."""
    figures = Figures(language, currency, currency_scale(currency))
    return _page("value.html", figures, result=result, program=program, prospects=prospects)


def _page(template: str, figures: Figures, **told: object) -> str:
    numbers = count(1)

    def draw(chart: Chart | None) -> Markup:
        return Markup("") if chart is None else _drawn(chart, next(numbers))

    return (
        _environment()
        .get_template(template)
        .render(
            figures=figures,
            language=figures.language,
            say=lambda text, **values: say(text, figures.language, **values),
            draw=draw,
            style=Markup(_text("page.css")),
            library=Markup(_text("echarts.min.js")),
            drawing=Markup(_text("drawing.js")),
            policy=_policy(),
            **told,
        )
    )


def _drawn(chart: Chart, number: int) -> Markup:
    """A place for a chart, with what is drawn in it as data beside it. What is inside comes from names of a program."""
    content = msgspec.json.encode({"option": chart.option, "digits": chart.digits}).decode()
    for sign, written in _OF_A_SCRIPT.items():
        content = content.replace(sign, written)
    return Markup(
        '<figure><figcaption>{title}</figcaption><div class="chart" role="img" aria-label="{title}" '
        'data-chart="chart-{number}" data-height="{height}"></div>'
        '<script type="application/json" id="chart-{number}">{content}</script></figure>'
    ).format(title=chart.title, number=number, height=chart.height, content=Markup(content))


@cache
def _environment() -> Environment:
    from jinja2 import PackageLoader

    loader = PackageLoader("guerdon.insight.report", "")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _text(name: str) -> str:
    return resources.files("guerdon.insight.report").joinpath(name).read_text("utf-8")


@cache
def _policy() -> str:
    """What the browser lets the page do: run these two scripts, wear this style, and load nothing.

    ECharts styles what it draws and its tooltips by attributes: those are let, a style sheet of anybody else is not.
    """
    scripts = " ".join([f"'sha256-{_digest(_text(name))}'" for name in ("echarts.min.js", "drawing.js")])
    sheet = f"style-src-elem 'sha256-{_digest(_text('page.css'))}'; style-src-attr 'unsafe-inline'"
    return f"default-src 'none'; script-src {scripts}; {sheet}; base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
