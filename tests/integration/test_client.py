"""The Python clients against a real service: every operation once, by both of them."""

import inspect
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from client_fixtures import Both, Trouble, either
from http_fixtures import Counter, counter

from guerdon.client import (
    AsyncGuerdon,
    ChangedMeanwhile,
    Guerdon,
    Line,
    NotAllowed,
    NotFound,
    Profile,
    Refused,
    ShownIdentity,
    new_id,
    ways,
)
from guerdon.client.operations import Group, operation, series
from guerdon.connect.stream import sequence
from guerdon.core.events import Donate
from guerdon.messages.studies import FiguresQuestion
from guerdon.runtime.secret_key import new_secret, read_secret_key
from guerdon.store.database import connect

GLOW = """
program: glow
currency: USD
timezone: America/New_York
effective_from: 2020-01-01
units:
  points: {worth: 1 USD per 100 points}
meters:
  spend: {sum: spend, window: rolling 12 months}
partners:
  sky: {title: {en: Sky Air}}
mechanics:
  - tiers:
      meter: spend
      levels: {basic: 0, silver: 20 USD}
      kept: 12 months
  - {earn: points, name: base, rate: 1 per 1 USD}
  - {earn: points, name: opening, flat: 7, limit: {total: 20 points}}
  - {earn: points, name: sky-bonus, flat: 50, when: {partner: sky}, funded_by: sky}
  - {earn: points, name: spring, flat: 1, when: {code: SPRING}}
  - {earn: points, name: autumn, flat: 1, when: {code: AUTUMN}}
  - {cause: trees, takes: points, target: 1000 points}
rewards:
  - {reward: mug, title: {en: Mug}, cost: 5 points, stock: 2}
"""
NEXT = GLOW.replace("2020-01-01", "2098-01-01").replace("rate: 1 per", "rate: 2 per")
CAFE = GLOW.replace("program: glow", "program: cafe")

JOINED = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
BOUGHT = JOINED + timedelta(days=1)
BASKET = [Line("tea", 2500)]


@pytest.fixture
def glow(database_url: str) -> Iterator[Counter]:
    settings = {"secret": read_secret_key(new_secret()), "private_webhooks": True}
    with counter(database_url, GLOW, settings=settings) as shop:
        yield shop


@pytest.fixture(params=[False, True], ids=["waiting", "awaiting"])
def awaiting(request: pytest.FixtureRequest) -> bool:
    found: bool = request.param
    return found


def operations(client: Any) -> set[str]:
    """Every operation of a client, as ``group.name``."""
    groups = {name: group for name, group in vars(client).items() if isinstance(group, Group)} | {"": client}
    return {
        f"{name}.{method}".lstrip(".")
        for name, group in groups.items()
        for kind in type(group).__mro__
        for method, made in vars(kind).items()
        if isinstance(made, operation | series)
    }


def at_the_checkout(guerdon: Both) -> None:
    """Ann buys for 25 USD, holds and takes things, gives to a cause, and brings half of it back."""
    assert guerdon.members.enrol("ann", at=JOINED, id="e1").seq == 1
    quote = guerdon.quotes.ask("ann", BASKET, as_of=BOUGHT)
    bought = guerdon.purchases.send("ann", BASKET, quote=quote.id, id="p1", at=BOUGHT)
    assert (quote.receipt.to_pay, bought.receipt.earned) == (2500, quote.receipt.earned)
    assert [(wallet.unit, wallet.available) for wallet in bought.receipt.wallets] == [("points", 32)]
    assert bought.receipt.tiers == {"tiers": "silver"}

    until = datetime.now(UTC) + timedelta(days=1)
    held = guerdon.holds.make("ann", until, unit="points", amount=10)
    assert [hold.id for hold in guerdon.holds.list("ann").items] == [held.id]
    assert guerdon.holds.capture(held.id, 4).hold.captured == 4
    held = guerdon.holds.make("ann", until, unit="points", amount=10)
    assert guerdon.holds.release(held.id).wallets[0].available == 28
    assert guerdon.holds.read(held.id).status == "released"

    assert guerdon.rewards.redeem("ann", "mug", at=BOUGHT).effects[0]["reward"] == "mug"
    guerdon.events.send(Donate(id="d1", member="ann", at=BOUGHT, cause="trees", amount=3))
    assert guerdon.returns.send("ann", "p1", at=BOUGHT).taken_back[0].unit == "points"


def in_the_app(guerdon: Both) -> None:
    """What the books say then."""
    assert guerdon.members.read("ann").purchases == 1
    assert guerdon.members.read("ann", as_of=JOINED).purchases == 0
    assert [member.member for member in guerdon.members.list()] == ["ann"]
    assert (guerdon.members.worth("ann").spend, guerdon.members.worth("ann").items) == (0, [])
    assert [entry.event for entry in guerdon.members.statement("ann", order="oldest")][:2] == ["e1", "p1"]
    assert guerdon.members.segments("ann").segments == []
    assert [wallet.unit for wallet in guerdon.wallets.read("ann").items] == ["points"]
    assert guerdon.wallets.read_one("ann", "points").debt == 12
    assert guerdon.events.read("p1").event.lines == (Line("tea", 2500),)
    assert guerdon.events.read_of("ann", "p1").seq == 2
    assert guerdon.events.explain("ann", "p1").tiers_after == {"tiers": "silver"}
    (answer,) = guerdon.events.bulk([Donate(id="d1", member="ann", at=BOUGHT, cause="trees", amount=3)], effects=True)
    assert (answer.repeated, answer.effects[0]["cause"]) == (True, "trees")
    assert [reward.name for reward in guerdon.rewards.list(language="bg").items] == ["mug"]
    assert [ladder.name for ladder in guerdon.tiers.list().items] == ["tiers"]


def at_the_desk(guerdon: Both) -> None:
    """Who Ann is, how she is found, and what becomes of two cards of hers."""
    card = ShownIdentity(kind="card", value="4000 1234")
    assert guerdon.persons.identify("ann", card).changed
    assert guerdon.persons.find(card).member == "ann"
    assert guerdon.quotes.ask(card, BASKET).receipt.to_pay == 2500
    assert guerdon.purchases.send(card, BASKET, id="p2", at=BOUGHT).member == "ann"
    assert guerdon.returns.send(card, "p2").member == "ann"
    assert [identity.kind for identity in guerdon.persons.identities("ann").items] == ["card"]

    before = guerdon.persons.read("ann")
    written = guerdon.persons.replace("ann", Profile(given_name="Ann", language="en"), tag=before.tag)
    with pytest.raises(ChangedMeanwhile):
        guerdon.persons.replace("ann", Profile(), tag=before.tag)
    changed = guerdon.persons.change("ann", {"language": "bg", "given_name": None}, tag=written.tag)
    assert changed.value == guerdon.persons.read("ann").value == Profile(language="bg")
    assert guerdon.persons.say_consent("ann", "marketing", granted=True).now == ["marketing"]
    assert len(guerdon.persons.consents("ann").history) == 1
    assert b"4000" in guerdon.persons.export("ann")

    assert guerdon.members.block("ann", "a check").id
    assert guerdon.members.unblock("ann", "the check is done").id
    guerdon.members.enrol("ann-2", at=JOINED)
    assert guerdon.members.merge("ann-2", "ann").into == "ann"
    assert guerdon.members.unmerge("ann-2").member == "ann-2"
    assert guerdon.members.close("ann-2", "a second card", by="clerk-7").id
    assert guerdon.persons.forget_identity("ann", card).changed
    assert guerdon.persons.erase("ann-2").reason == "asked"


def in_marketing(guerdon: Both) -> None:
    """Codes, stock and budgets."""
    made = guerdon.codes.make("SPRING", 3, uses_per_member=1)
    assert made.splitlines()[0] == "code"
    code, other, _ = made.splitlines()[1:]
    assert guerdon.codes.check(code, member="ann").left == 1
    assert guerdon.codes.revoke_one(other).batch == "SPRING"
    assert guerdon.codes.take_in("AUTUMN", ["LEAF-1", ("LEAF-2", "ann")], uses=2).codes == 2
    assert guerdon.codes.revoke("AUTUMN").revoked_at is not None
    assert guerdon.codes.read("SPRING").codes == 3
    assert [batch.name for batch in guerdon.codes.list(limit=1)] == ["AUTUMN", "SPRING"]

    before = guerdon.rewards.stock("mug")
    assert (before.value.left, guerdon.rewards.add_stock("mug", 5, tag=before.tag).value.left) == (1, 6)
    with pytest.raises(ChangedMeanwhile):
        guerdon.rewards.add_stock("mug", 5, tag=before.tag)
    budget = guerdon.campaigns.budget("opening")
    assert guerdon.campaigns.add_budget("opening", 10, reason="it goes well", tag=budget.tag).value.added == 10


def out_into_the_world(guerdon: Both, trouble: Trouble, url: str) -> None:
    """Webhooks, and the stream."""
    with connect(url) as connection:
        sequence(connection)
    found = guerdon.changes.read(types=["guerdon.purchase"], limit=1_000)
    assert [change["data"]["event"]["id"] for change in found.items][:1] == ["p1"]
    guerdon.most = 1
    trouble.happening = [httpx.Response(200, content=b'retry: 2000\n\nid: 7\nevent: x\ndata: {"type":"x"}\n\n')]
    assert guerdon.changes.follow() == [{"type": "x"}]
    guerdon.most = 1_000

    number = guerdon.webhooks.add("http://127.0.0.1:9/in", ["guerdon.purchase"], description="the till").webhook.id
    before = guerdon.webhooks.read(number)
    assert guerdon.webhooks.change(number, types=["*"], tag=before.tag).value.types == ["*"]
    with pytest.raises(ChangedMeanwhile):
        guerdon.webhooks.change(number, enabled=False, tag=before.tag)
    assert guerdon.webhooks.test(number).delivered is False
    assert guerdon.webhooks.rotate(number, overlap_seconds=5).secret
    assert guerdon.webhooks.replay(number, after=0).position == 0
    assert guerdon.webhooks.deliveries(number) == guerdon.webhooks.waiting(number) == []
    assert guerdon.webhooks.dead_letters(number) == []
    assert guerdon.webhooks.revive(number).changes == 0
    assert [webhook.id for webhook in guerdon.webhooks.list().items] == [number]
    assert guerdon.webhooks.remove(number) is None


def in_the_office(guerdon: Both) -> None:
    """Programs, reports and keys."""
    assert [program.name for program in guerdon.programs.list().items] == ["glow"]
    assert guerdon.programs.validate("program: 3").is_right is False
    assert guerdon.programs.compare("glow", NEXT).number == 1
    assert guerdon.programs.publish("glow", NEXT, newest=1).number == 2
    assert guerdon.programs.restore("glow", 1, date(2098, 6, 1)).number == 3
    assert [version.number for version in guerdon.programs.versions("glow").items] == [1, 2, 3]
    assert guerdon.programs.version("glow", 1).source == GLOW
    assert guerdon.programs.leaflet("glow", 1, format="markdown").startswith("#")
    assert guerdon.programs.read("glow").currency == "USD"
    assert "base" in [mechanic.name for mechanic in guerdon.programs.mechanics().items]
    assert [meter.name for meter in guerdon.programs.meters().items] == ["spend"]

    asked = guerdon.studies.ask(FiguresQuestion(measures=("sales",)))
    assert guerdon.studies.read(asked.id).status == "waiting"
    assert [study.id for study in guerdon.studies.list()] == [asked.id]
    guerdon.studies.drop(asked.id)

    assert [campaign.name for campaign in guerdon.campaigns.list().items] == ["opening", "trees"]
    assert "opening" in [limit.name for limit in guerdon.campaigns.limits().items]
    assert [partner.name for partner in guerdon.partners.list().items] == ["sky"]
    assert guerdon.partners.statement("sky", first=date(2026, 1, 1), last=date(2026, 1, 31)).worth == 0
    assert [(cause.cause, cause.amount) for cause in guerdon.causes.list().items] == [("trees", 3)]
    assert guerdon.liability.read(as_of=JOINED).worth == 0

    made = guerdon.keys.make("till 1", ["checkout"])
    assert guerdon.keys.read(made.id).title == "till 1"
    rotated = guerdon.keys.rotate(made.id, overlap_seconds=60)
    assert guerdon.keys.revoke(rotated.id).revoked_at is not None
    assert {made.id, rotated.id} <= {key.id for key in guerdon.keys.list().items}
    assert guerdon.audit.list()[0].action == "key.revoked"


def everywhere(guerdon: Both) -> None:
    """What takes a key of the whole deployment."""
    assert guerdon.programs.add(CAFE).program == "cafe"


def test_every_operation_of_the_service_has_a_method_and_every_method_works(
    glow: Counter, awaiting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = set()
    request_for = ways.request_for

    def noted(http: Any, call: Any, timeout: float) -> Any:
        asked.add((call.method, call.path))
        return request_for(http, call, timeout)

    monkeypatch.setattr(ways, "request_for", noted)
    everything = glow.headers_everywhere()["Authorization"].removeprefix("Bearer ")

    with either(awaiting, glow) as (guerdon, trouble):
        at_the_checkout(guerdon)
        in_the_app(guerdon)
        at_the_desk(guerdon)
        in_marketing(guerdon)
        out_into_the_world(guerdon, trouble, glow.url)
        in_the_office(guerdon)
    with either(awaiting, glow, key=everything) as (office, _):
        everywhere(office)

    assert guerdon.called | office.called == operations(guerdon._client)
    assert asked == offered(glow)


def offered(shop: Counter) -> set[tuple[str, str]]:
    """Every operation of the service, as method and path."""
    return {
        (str(method), re.sub(r":\w+\}", "}", route.path))
        for route in shop.client.app.routes
        for method in route.methods - {"OPTIONS"}
        if route.path.startswith("/v1/")
    }


def test_the_two_clients_have_the_same_methods_with_the_same_parameters() -> None:
    waiting = Guerdon("http://guerdon.test", "gk_1")
    awaiting = AsyncGuerdon("http://guerdon.test", "gk_1")

    def signatures(client: Any) -> dict[str, inspect.Signature]:
        found = {}
        for name in operations(client):
            group, _, method = name.rpartition(".")
            found[name] = inspect.signature(getattr(getattr(client, group) if group else client, method))
        return found

    own = [{name for name in dir(client) if not name.startswith("_")} for client in (waiting, awaiting)]
    assert own[0] == own[1]
    assert signatures(waiting) == signatures(awaiting)
    assert inspect.signature(Guerdon).parameters.keys() == inspect.signature(AsyncGuerdon).parameters.keys()
    waiting.close()


def test_a_business_no_tells_its_code_and_nothing_moves(glow: Counter, awaiting: bool) -> None:
    with either(awaiting, glow) as (guerdon, _):
        guerdon.members.enrol("ann", at=JOINED)
        with pytest.raises(Refused) as no:
            guerdon.rewards.redeem("ann", "mug", at=BOUGHT)
        with pytest.raises(NotFound) as unknown:
            guerdon.wallets.read_one("nobody", "points")

        assert (no.value.code, no.value.status, type(no.value)) == ("redemption_exceeds_available_points", 409, Refused)
        assert no.value.details["unit"] == "points"
        assert str(no.value) == no.value.detail
        assert unknown.value.code == "member_unknown"
        assert guerdon.members.read("ann").wallets == []


def test_what_the_key_may_not_do_is_not_allowed(glow: Counter, awaiting: bool) -> None:
    with either(awaiting, glow, scopes=("app",)) as (guerdon, trouble), pytest.raises(NotAllowed) as no:
        guerdon.liability.read()
    with either(awaiting, glow, key="gk_none") as (guerdon, _), pytest.raises(NotAllowed) as unknown:
        guerdon.rewards.list()

    assert (no.value.status, unknown.value.status) == (403, 401)
    assert len(trouble.requests) == 1


def test_lists_are_followed_page_by_page(glow: Counter, awaiting: bool) -> None:
    names = [f"m{number:02}" for number in range(7)]
    with either(awaiting, glow) as (guerdon, trouble):
        for name in names:
            guerdon.members.enrol(name, at=JOINED)
        before = len(trouble.requests)

        assert [member.member for member in guerdon.members.list(limit=3)] == names
        assert len(trouble.requests) - before == 3
        assert len(guerdon.members.list(limit=7)) == 7
        assert len(trouble.requests) - before == 4


@pytest.mark.parametrize("name", ["tick/ann/1", "a b?c=d&e#f", "..", ".", "%2F", "анна", "ann;x", "a+b"])
def test_any_id_may_stand_in_a_path(glow: Counter, awaiting: bool, name: str) -> None:
    with either(awaiting, glow) as (guerdon, _):
        guerdon.members.enrol(name, at=JOINED)
        assert guerdon.members.read(name).member == name
        with pytest.raises(ValueError, match="member is empty"):
            guerdon.members.read("")


def test_ids_differ_and_are_good_ids() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", found) for found in ids)
