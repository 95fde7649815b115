"""``referral`` as it stands in the file: members bring friends along."""

import re

from guerdon.core.program import Allowance, Cap
from guerdon.language.amounts import MONEY_PATTERN, QUANTITY, paid
from guerdon.language.delays import DELAY
from guerdon.language.figures import WHOLE, count
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import PERIOD_OR_STATEMENT, TERM, period_of
from guerdon.language.words import MECHANIC_TITLE, NAME, PARTNER, declare
from guerdon.mechanics.referral import Deed, Referral

_MOST_FRIENDS = 1_000_000


def _purchase(found: re.Match[str], scope: Scope) -> Deed:
    least = 0 if found[2] is None else paid(re.fullmatch(MONEY_PATTERN, found[2]) or found, scope)
    return Deed(at_least=least, counts="first" if found[1] else "one")


def _in_all(found: re.Match[str], scope: Scope) -> Deed:
    return Deed(at_least=paid(found, scope), counts="all")


DEED = Phrase(
    "what a friend does",
    Wording(f"(first )?purchase(?: of at least ({MONEY_PATTERN}))?", _purchase),
    Wording(f"spends {MONEY_PATTERN}", _in_all),
    Wording("joins", lambda found, _: Deed(on="enrol")),
    Wording(r"action ([^\s:\x00-\x1f\x7f]{1,100})", lambda found, _: Deed(on=f"action:{found[1]}")),
    examples=("first purchase of at least 20 USD", "spends 500 USD", "purchase", "joins", "action review"),
    about="`spends` adds up what the friend pays for all purchases; the others look at one purchase, at joining, or at "
    "an action.",
)


def _friends(found: re.Match[str], _: Scope) -> Cap:
    return Cap(times=(Allowance(count(found[1], _MOST_FRIENDS), period_of(found[2])),))


FRIENDS = Phrase(
    "a number of friends",
    Wording(f"{WHOLE} friends?(?: (?:a|per) {PERIOD_OR_STATEMENT})?", _friends),
    examples=("10 friends a year", "3 friends"),
    about="`a day`, `a week`, `a month`, `a quarter` or `a year`; without it, for ever.",
)


def _check_referral(fields: Fields) -> None:
    name = fields.get("referral")
    if name is not None:
        declare(fields, name, "referral")
    if not fields.has("friend") and not fields.has("referrer"):
        told = "a referral gives something to the `friend`, to the `referrer`, or to both; neither is here"
        fields.place.report("key_missing", told, "friend")
    if fields.has("limit") and not fields.has("referrer"):
        told = "`limit` is how many friends count for a referrer, and the referrer gets nothing here; leave it out"
        fields.report("limit", "settings_conflict", told)
    deed, delay = fields.get("counts_when"), fields.get("paid_after")
    if (
        delay is not None
        and delay.start == "delivery"
        and (deed is None or deed.on != "purchase" or fields.has("referrer"))
    ):
        told = "a delivery is of the friend's goods, and the referrer has none; write for example `30 days`"
        fields.report("paid_after", "settings_conflict", told, "30 days")


REFERRAL: Section[Referral] = Section(
    "a referral",
    "`referral`: members bring friends along",
    "A friend names the referrer on joining. Who does so and meets the condition counts once; then the friend, the "
    "referrer or both get something.",
    [
        Key("referral", NAME, "Its name.", "bring-a-friend", required=True, into="name"),
        MECHANIC_TITLE,
        Key(
            "counts_when",
            DEED,
            "What the friend does. Left out: any purchase.",
            "first purchase of at least 20 USD",
            into="deed",
        ),
        Key("within", TERM, "How long after joining it counts, in whole days. Left out: at any time.", "1 month"),
        Key("friend", QUANTITY, "What the friend gets. Left out: nothing.", "100 points"),
        Key("referrer", QUANTITY, "What the referrer gets. Left out: nothing.", "300 points"),
        Key("paid_after", DELAY, "How long both stay pending. Left out: they are there at once.", "30 days"),
        Key(
            "limit",
            FRIENDS,
            "For how many friends a referrer gets something. Left out: for all.",
            "10 friends a year",
        ),
        Key("funded_by", PARTNER, "The partner who pays for it. Left out: the program.", "esso"),
    ],
    Referral,
    checks=[_check_referral],
)
