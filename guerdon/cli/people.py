"""Commands for persons: profile, identities, consents, export, erasure, retention; and for the secret key."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer

from guerdon.cli.home import console, database, errors, secret_of, told_plainly
from guerdon.cli.options import Home, ProgramName
from guerdon.cli.showing import counted, safe
from guerdon.core.events import Event
from guerdon.core.refusals import Refused
from guerdon.people import audit, describing, erasing, identities, persons, retention
from guerdon.people.consents import Consent, Details, consents_of, record_consent
from guerdon.people.exporting import export_json
from guerdon.people.profile import Profile, decode_profile
from guerdon.people.rewrapping import rewrap as rewrap_all
from guerdon.people.sealing import SealBroken
from guerdon.runtime.programs import find_program
from guerdon.runtime.secret_key import SecretKey, SecretKeyTrouble, new_secret
from guerdon.runtime.till import Till
from guerdon.store.database import Connection, connect

person = typer.Typer(help="The persons behind members: what is known of them, and how it goes.", no_args_is_help=True)
secret = typer.Typer(help="The secret key, under which the data of persons is kept.", no_args_is_help=True)

Member = Annotated[str, typer.Argument(help="The member's id.")]
Kind = Annotated[str, typer.Argument(help="What it is: `card`, `email`, `phone`, `external` or a word of your own.")]
Value = Annotated[str, typer.Argument(help="The value, however it is written.")]
Country = Annotated[str, typer.Option(help="Where a phone number without + belongs, such as BG.")]

AUTHOR = audit.Author("cli")


class NotTaken(Exception):
    """The engine refused to hear what has changed."""


class _Desk(NamedTuple):
    """A program, opened to look after its members."""

    url: str
    connection: Connection
    secret: SecretKey
    program: int

    def note(self, action: str, member: str) -> None:
        """Record in the audit log that something was done or looked at."""
        audit.record(self.connection, AUTHOR, self.program, action, audit.member_target(member))

    def tell(self, events: Sequence[Event]) -> None:
        """Commit, and let the engine hear of it. Raises NotTaken."""
        self.connection.commit()
        if not events:
            return
        till = Till(lambda: connect(self.url), self.program)
        try:
            for answer in till.commit(events):
                if answer.refusal is not None:
                    raise NotTaken(f"The engine did not take {answer.event_id}: {answer.refusal.sentence}")
        finally:
            till.close()

    def describe(self, member: str) -> None:
        """Commit, and let the engine hear of traits that have changed."""
        event = describing.describe_event(self.connection, self.secret, self.program, member, at=datetime.now(UTC))
        self.tell([] if event is None else [event])


@contextmanager
def _desk(home: Path | None, program: str | None) -> Iterator[_Desk]:
    expected = (Refused, SecretKeyTrouble, SealBroken, NotTaken, msgspec.DecodeError, UnicodeDecodeError, OSError)
    with told_plainly(*expected), database(home) as url, connect(url) as connection:
        yield _Desk(url, connection, secret_of(home), find_program(connection, program))


def _say(text: str) -> None:
    console.print(safe(text), highlight=False, soft_wrap=True)


@person.command("set")
def set_profile(
    member: Member,
    file: Annotated[Path, typer.Argument(help="The profile as JSON.", exists=True, dir_okay=False)],
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Put a profile in place of the one before. Rules hear of birthday, age band, region and language alone."""
    with _desk(home, program) as desk:
        profile = decode_profile(file.read_bytes())
        persons.keep_profile(desk.connection, desk.secret, desk.program, member, profile, at=datetime.now(UTC))
        desk.note("person.profile_kept", member)
        desk.describe(member)
    _say(f"The profile of {member} is kept.")


@person.command("show")
def show(member: Member, home: Home = None, program: ProgramName = None) -> None:
    """What is known of a person: profile, identities, and what the person agrees to."""
    with _desk(home, program) as desk:
        profile = persons.profile_of(desk.connection, desk.secret, desk.program, member)
        shown = identities.identities_of(desk.connection, desk.secret, desk.program, member)
        desk.note("person.shown", member)
        for line in _profile_lines(profile):
            _say(line)
        for one in shown:
            _say(f"{one.kind}: {one.value}")


def _profile_lines(profile: Profile) -> Iterator[str]:
    for name, value in msgspec.to_builtins(profile).items():
        told = value if isinstance(value, str) else ", ".join(value)
        if isinstance(value, dict):
            told = ", ".join([f"{key} {text}" for key, text in value.items()])
        yield f"{name.replace('_', ' ')}: {told}"


@person.command("find")
def find(kind: Kind, value: Value, country: Country = "", home: Home = None, program: ProgramName = None) -> None:
    """Find the member whom a card, an e-mail or a phone belongs to. Exit code 1 where there is none."""
    with _desk(home, program) as desk:
        found = identities.find_member(desk.connection, desk.secret, desk.program, kind, value, country=country)
    if found is None:
        errors.print("Nobody.")
        raise typer.Exit(1)
    _say(found)


@person.command("identify")
def identify(
    member: Member,
    kind: Kind,
    value: Value,
    country: Country = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take it away instead.")] = False,
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Let a member be found by a card, an e-mail, a phone."""
    with _desk(home, program) as desk:
        asked = (desk.connection, desk.secret, desk.program, member, kind, value)
        if remove:
            changed = identities.remove_identity(*asked, country=country)
        else:
            changed = identities.add_identity(*asked, at=datetime.now(UTC), country=country)
        desk.note("person.identity_removed" if remove else "person.identity_added", member)
    told = "is not found" if remove else "is found"
    _say(f"{member} {told} by this {kind}{' any more' if remove else ''}{'' if changed else ', as before'}.")


@person.command("consent")
def consent(
    member: Member,
    purpose: Annotated[str, typer.Argument(help="For what, as `consent` of the program file matches it.")],
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="It was taken back.")] = False,
    text: Annotated[str, typer.Option(help="Which version of the text was shown.")] = "",
    source: Annotated[str, typer.Option(help="Where it was said.")] = "",
    by: Annotated[str, typer.Option(help="Who took it down.")] = "",
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Record what a person agreed to, or took back."""
    with _desk(home, program) as desk:
        record_consent(
            desk.connection, desk.secret, desk.program, member, purpose,
            granted=not withdrawn, at=datetime.now(UTC), text_version=text, details=Details(source, by),
        )  # fmt: skip
        desk.note("person.consent_recorded", member)
        desk.describe(member)
    _say(f"{member} {'has taken back' if withdrawn else 'agrees to'} {purpose}.")


@person.command("consents")
def consents(member: Member, home: Home = None, program: ProgramName = None) -> None:
    """All that a person agreed to and took back."""
    with _desk(home, program) as desk:
        said = consents_of(desk.connection, desk.secret, desk.program, member)
    for one in said:
        _say(_consent_line(one))


def _consent_line(said: Consent) -> str:
    what = f"{said.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {said.purpose} {'given' if said.granted else 'taken back'}"
    details = said.details or Details()
    told = [("text", said.text_version), ("at", details.source), ("by", details.by)]
    more = ", ".join([f"{word} {value}" for word, value in told if value])
    return f"{what} ({more})" if more else what


@person.command("export")
def export(
    member: Member,
    to: Annotated[Path | None, typer.Option(help="Where it goes; by default it is printed.", dir_okay=False)] = None,
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Everything that is held about a person, as JSON."""
    with _desk(home, program) as desk:
        desk.note("person.exported", member)
        content = export_json(desk.connection, desk.secret, desk.program, member)
        if to is None:
            typer.echo(content, nl=False)
        else:
            to.touch(mode=0o600)
            to.write_bytes(content)
            _say(f"All that is held about {member} is in {to}.")


@person.command("erase")
def erase(
    member: Member,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    staff: Annotated[bool, typer.Option("--staff", help="The person did not ask for it.")] = False,
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Forget a person. The member stays in the books, without a name. There is no way back."""
    if not yes:
        typer.confirm(f"Forget the person behind {member}, for ever?", abort=True)
    with _desk(home, program) as desk:
        reason: erasing.Reason = "staff" if staff else "asked"
        events = erasing.erase(desk.connection, desk.program, member, at=datetime.now(UTC), reason=reason)
        desk.note("person.erased", member)
        desk.tell(events)
    _say(f"The person behind {member} is forgotten. The books are as they were.")


@person.command("retention")
def retain(
    inactive_months: Annotated[
        int | None, typer.Option(min=0, help="Erase persons after so many months without activity; 0: never.")
    ] = None,
    withdrawn_years: Annotated[
        int | None, typer.Option(min=0, help="Drop the details of consents so many years after; 0: never.")
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; otherwise only say what would be done.")] = False,
    home: Home = None,
    program: ProgramName = None,
) -> None:
    """Set how long persons are kept, and say who is due; with --apply, erase them."""
    with _desk(home, program) as desk:
        rules = _rules(retention.retention_of(desk.connection, desk.program), inactive_months, withdrawn_years)
        retention.keep_retention(desk.connection, desk.program, rules)
        applied = retention.apply_retention(desk.connection, desk.program, datetime.now(UTC), dry_run=not apply)
        for one in applied.erased if apply else ():
            desk.note("person.erased", one.member)
        desk.tell(applied.events)
    for one in applied.erased:
        _say(f"{one.member}, last active on {one.active_at:%Y-%m-%d}")
    verb = "lost" if apply else "would lose"
    told = f"{counted(len(applied.erased), 'person')} {'erased' if apply else 'due for erasure'}"
    _say(f"{told}; {counted(applied.details, 'consent')} {verb} the details.")


def _rules(before: retention.Retention, months: int | None, years: int | None) -> retention.Retention:
    return retention.Retention(
        inactive_months=before.inactive_months if months is None else months or None,
        withdrawn_years=before.withdrawn_years if years is None else years or None,
    )


# The secret key.


@secret.command("new")
def new() -> None:
    """Print a fresh secret key for GUERDON_SECRET_KEY. Keep it apart from the database and its backups."""
    typer.echo(new_secret())


@secret.command("rewrap")
def rewrap(home: Home = None) -> None:
    """Bring every person over to the first of several secret keys, so that the others can go."""
    with told_plainly(SecretKeyTrouble, SealBroken), database(home) as url, connect(url) as connection:
        done = rewrap_all(connection, secret_of(home))
    told = f"{counted(done.persons, 'person')} and {counted(done.identities, 'identity', 'identities')}"
    _say(f"{told} brought over to the first secret key. No person needs the others any more.")
