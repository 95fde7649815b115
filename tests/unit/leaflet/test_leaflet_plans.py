"""What members read of memberships, households and menus."""

import msgspec
import pytest

from guerdon.language import read_program
from guerdon.leaflet import LANGUAGES, leaflet, markdown
from guerdon.mechanics import Household, Membership, Menu
from tests.unit.language.test_language_plans import HEAD, PRIME


def part(text: str, heading: str, language: str = "en") -> str:
    """One part of the leaflet, as Markdown."""
    pages = markdown(leaflet(read_program(HEAD + text), language))
    return pages.partition(f"## {heading}\n")[2].partition("\n## ")[0]


MONTHLY = """\
  - membership: monthly
    title: {en: Prime by the month, ru: Прайм на месяц, bg: Прайм за месец}
    fee: 14.99 USD a month
    joined_before: {2022-02-18: 12.99 USD}
    of: prime
    when: {age: from 18}
    trial: 30 days
    payment_due: 3 days before
    unpaid: ends after 7 days
    refund: if nothing was used
  - {membership: yearly, title: {en: Prime by the year, ru: Прайм на год, bg: Прайм за година}, of: prime,
     fee: 139 USD a year, payment_due: 1 day before}
"""
PLANS = {
    "en": (
        "Memberships and clubs",
        "It costs $14.99 for 1 month. If you joined before February 18, 2022: $12.99. Who may join: from the age of "
        "18 years. It takes the place of “Prime by the year”, at once. You may try it once without paying: for 30 "
        "days. The next payment is due 3 days before the term ends. Unpaid, it ends after 7 days from the end of the "
        "term. You can leave at any time, in one step. If you leave at once and have used nothing in the term, you "
        "get what you paid for it back.",
    ),
    "ru": ("Подписки и клубы", "Следующий платёж нужно внести за 3 дня до конца срока."),
    "bg": ("Членства и клубове", "Следващото плащане е дължимо 3 дни преди края на срока."),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_says_what_it_costs_and_how_one_leaves(language):
    heading, told = PLANS[language]
    assert told in " ".join(part(MONTHLY, heading, language).split())


def test_a_club_says_that_it_costs_nothing():
    told = part("  - {membership: club, title: The coffee club}\n", "Memberships and clubs")
    assert "It costs nothing and lasts until you leave." in told


FAMILY = """\
  - {membership: plus, title: Plus, fee: 5 USD a month, payment_due: 1 day before}
  - household: family
    roles: {owner: 1, adult: 1, child: 4}
    address: the same
    again_after: 12 months
    not_for: [trial, plus]
    shares: plus
    pools: {points: 50 %}
"""


def test_a_household_says_who_belongs_to_it_and_what_is_shared():
    told = part(FAMILY, "Your household")
    assert "| Child | 4 |" in told
    for sentence in (
        "Everybody in a household lives at the same address.",
        "It is not for members of “Plus”.",
        "It is not for you while you try a membership without paying.",
        "If you leave, you may enter a household again after 12 months.",
        "What the owner is a member of is for everybody in the household: “Plus”.",
        "50% of what you earn goes to the household: points.",
    ):
        assert sentence in told


def test_a_menu_says_what_there_is_to_choose_and_how():
    told = part(PRIME, "How you earn")
    for sentence in (
        "You choose up to 2 of these in each statement month.",
        "With “prime-yearly” you choose up to 3 in each statement month.",
        "Your own menu has 3 of them.",
        "Always on it: “Everything”.",
        "For the running period you choose through its day 5.",
        "You choose for the running period only.",
        "You can change your choice at any time.",
        "Without a choice you have: “Everything”.",
        "An article that fits several earns by all of them.",
        "It counts for purchases of at least $100.",
        "At most 3,000 points in each statement month.",
        "With “prime-yearly” at most 5,000 points in each statement month.",
        "Fractions are rounded up.",
        "You can use them on the statement date.",
    ):
        assert sentence in told
    assert "| Everything | 1 point for every $1 you spend, when you spend at least $100. |" in told


UNSAID = {
    Membership: {"name", "title"},
    Household: {"name", "title"},
    Menu: {"name", "title", "earn", "lane", "funded_by"},
}
"""Names, who pays, and lanes, which are said apart."""

SETTINGS = {
    "  - {membership: m, fee: 9 USD a month, payment_due: 2 days before": (
        "fee: 8 USD a month", "fee: 9 USD a year", "joined_before: {2020-01-01: 1 USD}", "of: other", "when: {tier: a}",
        "trial: 3 days", "payment_due: 3 days before", "unpaid: ends after 3 days", "refund: if nothing was used",
    ),
    "  - {household: h, roles: {owner: 1}": (
        "roles: {head: 1}", "address: the same", "again_after: 1 month", "not_for: other", "not_for: trial",
        "when: {age: from 9}", "shares: other", "pools: points",
    ),
    "  - {menu: m, gives: points, options: {a: {rate: 1 per 1 USD}, b: {rate: 2 per 1 USD}}, choose: 1": (
        "options: {a: {rate: 3 per 1 USD}, b: {rate: 2 per 1 USD}}", "choose: 2", "choose_more: {other: 2}",
        "offered: 2", "always: a", "every: week", "choose_now: until day 5", "choose_next: until day 5",
        "changes: never", "without_a_choice: a", "lines_in_several: all", "at_least: 5 USD", "when: {tender: card}",
        "except: {tender: card}", "rounding: up", "limit: 5 a week", "cap: bonus", "available_after: 2 days",
        "expires: 2 days",
    ),
}  # fmt: skip
OTHER = "  - {membership: other, of: other, fee: 1 USD a month, payment_due: 1 day before}\n"
LADDER = "  - {tiers: {meter: spend, levels: {a0: 0, a: 5 USD}, kept: 1 year}}\n"


@pytest.mark.parametrize(
    ("head", "setting"), [(head, setting) for head, settings in SETTINGS.items() for setting in settings]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_changes_what_members_read(head, setting, language):
    key = setting.partition(":")[0]
    before = [piece for piece in _pieces(head) if not piece.startswith(f"{key}:")]
    rest = HEAD.replace("partners", "meters: {spend: {sum: spend, window: ever}}\npartners", 1) + OTHER + LADDER
    plain = markdown(leaflet(read_program(rest + head + "}\n"), language))
    changed = markdown(leaflet(read_program(rest + "  - {" + ", ".join([*before, setting]) + "}\n"), language))
    assert plain != changed
    assert "%(" not in changed


def _pieces(head: str) -> list[str]:
    """The settings of a mechanic in one line."""
    pieces, depth = [""], 0
    for sign in head.removeprefix("  - {"):
        depth += (sign == "{") - (sign == "}")
        if sign == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += sign
    return [piece.strip() for piece in pieces]


def test_every_setting_is_among_those():
    aliases = {"fee": {"fee", "term"}, "joined_before": {"older_fees"}, "payment_due": {"due_days_before"}}
    aliases |= {"unpaid": {"grace"}, "address": {"same_address"}, "not_for": {"not_for", "trials_may_enter"}}
    aliases |= {"choose_now": {"choose_now_until"}, "choose_next": {"choose_next_until"}, "except": {"unless"}}
    aliases |= {"without_a_choice": {"without"}, "lines_in_several": {"several"}}
    for struct, settings in zip(UNSAID, SETTINGS.values(), strict=True):
        keys = {setting.partition(":")[0] for setting in settings}
        said = {field for key in keys for field in aliases.get(key, {key})}
        assert {field.name for field in msgspec.structs.fields(struct)} - said == UNSAID[struct]
