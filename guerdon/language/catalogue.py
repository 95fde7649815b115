"""The catalogue of rewards and the rules of returns, as they stand in the file."""

from guerdon.core.program import Quantity, Returns, Reward
from guerdon.language.amounts import QUANTITY
from guerdon.language.figures import counted
from guerdon.language.matchers import REWARD_WHEN
from guerdon.language.phrases import Choice, Phrase, Wording
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import TERM
from guerdon.language.words import NAME, PARTNER, TITLE

GIVES: Phrase[Quantity | None] = Phrase(
    "an amount of a unit, or `nothing`",
    Wording("nothing", lambda found, _: None),
    Wording(QUANTITY.pattern, lambda found, scope: QUANTITY.parse(found.group(), scope)),
    examples=("5 USD off", "5 USD", "3 stamps", "nothing"),
    about="Money is given as a voucher. `nothing`: the reward is a thing that is handed over.",
)


def _check_reward(fields: Fields) -> None:
    name, gives = fields.get("reward"), fields.get("gives")
    if name is not None:
        fields.declare("reward", name, fields.at("reward"))
    if fields.has("valid") and gives is None and fields.is_right("gives"):
        told = "`valid` is how long what the reward gives lasts, and it gives nothing; leave it out"
        fields.report("valid", "settings_conflict", told)


REWARD: Section[Reward] = Section(
    "a reward",
    "A reward",
    "Something in the catalogue that a member takes for points.",
    [
        Key("reward", NAME, "Its name.", "coffee", required=True, into="name"),
        Key("title", TITLE, "What members see.", "{en: A coffee, bg: Кафе}"),
        Key("cost", QUANTITY, "What it costs.", "500 points", required=True, verb="costs"),
        Key(
            "gives", GIVES, "What the member gets in the wallet. Left out: nothing, the reward is a thing.", "5 USD off"
        ),
        Key("valid", TERM, "How long what it gives lasts. Left out: as its unit says.", "90 days"),
        Key("stock", counted("a number of pieces", "piece", "200"), "How many there are. Left out: any number.", "200"),
        Key(
            "partner",
            PARTNER,
            "The partner who hands it over and is owed what it cost. Left out: the merchant does.",
            "esso",
        ),
        Key("when", REWARD_WHEN, "Who may take it, and when. Left out: anyone at any time.", "{tier: gold}"),
    ],
    Reward,
    checks=[_check_reward],
)

RETURNS: Section[Returns] = Section(
    "the rules of returns",
    "Returns",
    "What a return takes back.",
    [
        Key(
            "points",
            Choice("`exact` or `kept`", {"exact": "exact", "kept": "kept"}),
            "`exact`: what the returned lines earned, by the rules they earned it under; `kept`: nothing. Left out: "
            "exact.",
            "kept",
        ),
        Key(
            "vouchers",
            Choice("`given back` or `lost`", {"given back": "given back", "lost": "lost"}),
            "What becomes of a voucher used on a purchase that comes back as a whole. Left out: given back.",
            "lost",
        ),
    ],
    Returns,
)
