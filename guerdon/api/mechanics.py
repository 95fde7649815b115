"""Mechanics and meters, as the program file declares them."""

from litestar import Router, get

from guerdon.api.access import READER, open_to
from guerdon.api.requests import AnyRequest, reading_program
from guerdon.core.program import Mechanic, Program
from guerdon.language import Declared, declared
from guerdon.messages.programs import DeclaredMechanic, DeclaredMeter, Mechanics, Meters
from guerdon.runtime.campaigns import KIND_OF
from guerdon.store import programs as stored


@get("/mechanics", sync_to_thread=True, **open_to(*READER))
def list_mechanics(request: AnyRequest) -> Mechanics:
    """The mechanics of the version in force, in the order of the program file and in its words."""
    program, words = _in_force(request)
    return Mechanics(items=[_mechanic(mechanic, words.mechanics[mechanic.name]) for mechanic in program.mechanics])


@get("/meters", sync_to_thread=True, **open_to(*READER))
def list_meters(request: AnyRequest) -> Meters:
    """What the version in force counts for each member."""
    program, words = _in_force(request)
    return Meters(
        items=[
            DeclaredMeter(name=name, counts=meter.counts, declared=words.meters[name])
            for name, meter in program.meters.items()
        ]
    )


def _in_force(request: AnyRequest) -> tuple[Program, Declared]:
    with reading_program(request) as (connection, published):
        version = published.in_force()
        source = stored.source(connection, published.id, version.number)
    assert source is not None, "a version that is in force has a text"
    return version.program, declared(source)


def _mechanic(mechanic: Mechanic, words: object) -> DeclaredMechanic:
    title: dict[str, str] = getattr(mechanic, "title", {})
    return DeclaredMechanic(name=mechanic.name, kind=KIND_OF[type(mechanic)], title=title, declared=words)


router = Router(path="/", route_handlers=[list_mechanics, list_meters], tags=["Programs"])
