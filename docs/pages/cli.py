"""``cli.md``: every command with its arguments and options, from the declarations that Typer reads."""

import inspect
from collections.abc import Callable
from datetime import datetime
from enum import EnumType
from pathlib import Path
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from typer import Context
from typer.models import ArgumentInfo, OptionInfo

from docs.pages.markdown import NOTE, Undocumented, page, plain, table
from guerdon.cli.main import app

VARIABLES = (
    ("`GUERDON_DATABASE_URL`", "The PostgreSQL database to use. `--home` on the command line goes before it."),
    ("`GUERDON_HOME`", "The folder of the embedded database where `--home` is not given. Without both: `.guerdon`."),
)
EXIT_CODES = (
    ("`0`", "Done. Refused events do not change this: a refusal is an answer, and the table counts it."),
    (
        "`1`",
        "`check` found a case that is not as expected; `verify`, `restore` or `demo` found that the books are wrong; "
        "a game was not as its seed says.",
    ),
    ("`2`", "It could not be done: a sentence on standard error says why. Also for a wrong command line."),
)
TYPES = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    Path: "a path",
    datetime: "a date, or a date and time",
    bool: "",
}


class Parameter(NamedTuple):
    """An argument or an option of a command."""

    shown: str
    kind: str
    words: str
    is_argument: bool


def cli_page() -> str:
    """The page."""
    commands = {command.name or "": command.callback for command in app.registered_commands}
    for group in app.registered_groups:
        inside = group.typer_instance.registered_commands if group.typer_instance is not None else []
        by_itself = group.typer_instance.registered_callback if group.typer_instance is not None else None
        if by_itself is not None and by_itself.invoke_without_command:
            commands |= {group.name or "": by_itself.callback}
        commands |= {f"{group.name} {command.name}": command.callback for command in inside}
    return page(
        "# The command line",
        NOTE.format(source="the commands in `guerdon/cli`"),
        str(app.info.help),
        "Every command tells the same with `--help`.",
        *[_command(name, callback) for name, callback in commands.items() if callback is not None],
        "## Environment",
        table(("variable", "meaning"), VARIABLES),
        "## Exit codes",
        table(("code", "meaning"), EXIT_CODES),
    )


def _command(name: str, callback: Callable[..., Any]) -> str:
    parameters = _parameters(name, callback)
    if not callback.__doc__:
        raise Undocumented([f"guerdon {name}"])
    arguments = [parameter.shown for parameter in parameters if parameter.is_argument]
    usage = " ".join(["guerdon", name, *arguments, *(["[OPTIONS]"] if len(arguments) < len(parameters) else [])])
    rows = [(f"`{parameter.shown}`", parameter.kind, parameter.words) for parameter in parameters]
    parts = [table(("argument or option", "what belongs there", "meaning"), rows)] if rows else []
    return page(f"## `guerdon {name}`", plain(callback.__doc__), f"```sh\n{usage}\n```", *parts).strip()


def _parameters(name: str, callback: Callable[..., Any]) -> list[Parameter]:
    hints = get_type_hints(callback, include_extras=True)
    parameters = []
    for parameter in inspect.signature(callback).parameters.values():
        if hints[parameter.name] is Context:
            continue
        kind, info = get_args(hints[parameter.name])
        only = next((part for part in get_args(kind) if get_origin(part) is list), kind)
        several = get_origin(only) is list
        if not isinstance(info, ArgumentInfo | OptionInfo) or not info.help:
            raise Undocumented([f"guerdon {name} {parameter.name}"])
        is_argument = isinstance(info, ArgumentInfo)
        # Typer's own rule: an option is called by what was declared, or else by its parameter.
        declared = [word for word in (info.default, *(info.param_decls or ())) if isinstance(word, str)]
        option = next(iter(declared), "--" + parameter.name.replace("_", "-"))
        shown = parameter.name.upper() + ("..." if several else "") if is_argument else option
        words = info.help + _default(parameter.default)
        parameters.append(Parameter(shown, _type(only if several else kind, info), words, is_argument))
    return parameters


def _default(value: object) -> str:
    unsaid = value in (None, False, "", inspect.Parameter.empty)
    return "" if unsaid else f" Left out: {value}."


def _type(kind: Any, info: ArgumentInfo | OptionInfo) -> str:
    """What belongs there, for ``int`` as well as for ``int | None`` and ``list[int] | None``."""
    """What belongs there, for ``int`` as well as for ``int | None``."""
    if get_origin(kind) is Literal:
        return " or ".join([f"`{choice}`" for choice in get_args(kind)])
    only = next((part for part in get_args(kind) if part is not NoneType), kind)
    only = next(iter(get_args(only)), only)
    if isinstance(only, EnumType):
        return " or ".join([f"`{choice.value}`" for choice in only])
    bounds = "" if info.min is None else f", from {info.min} on" if info.max is None else f", {info.min} to {info.max}"
    return TYPES[only] + bounds
