"""The whole file: its first keys."""

from guerdon.core.program import Program
from guerdon.language.catalogue import RETURNS, REWARD
from guerdon.language.changes import CHANGES
from guerdon.language.circles import check_chains, check_circles, check_whole_vouchers
from guerdon.language.cycles import check_cycles
from guerdon.language.dates import DATE
from guerdon.language.experiments import EXPERIMENT_SECTION
from guerdon.language.forms import Listing, Table
from guerdon.language.limits import SHARED
from guerdon.language.matchers import EXCLUDED
from guerdon.language.mechanics import MECHANIC
from guerdon.language.section import Key, Section
from guerdon.language.segments import SEGMENT_SECTION, check_titles
from guerdon.language.terms import LATENESS, STATEMENT_DAY
from guerdon.language.units import CHOOSER, METER_SECTION, PARTNER_NAME, PARTNER_SECTION, UNIT_SECTION
from guerdon.language.words import CURRENCY, NAME, TIMEZONE, TITLE, TITLES

PROGRAM: Section[Program] = Section(
    "the program",
    "The program",
    "A loyalty program, in force from a date.",
    [
        Key("program", NAME, "The program's name, which its versions have in common.", "glow", required=True),
        Key(
            "title",
            TITLE,
            "What members see, as one text or one for each language.",
            "{en: Glow Insider, bg: Glow Инсайдър}",
        ),
        Key("currency", CURRENCY, "The currency of all its money.", "USD", required=True),
        Key("timezone", TIMEZONE, "The time zone of its days, weeks and months.", "America/New_York", required=True),
        Key("effective_from", DATE, "The first day on which this version is in force.", "2026-01-01", required=True),
        Key(
            "late_events",
            LATENESS,
            "How late an event may arrive: days before the member's last settled moment. Left out: up to 30 days.",
            "up to 30 days",
        ),
        Key(
            "statement_day",
            STATEMENT_DAY,
            "The day of the month on which statement periods begin. Left out: each member's own day of joining.",
            "10th",
        ),
        Key("never_earn", EXCLUDED, "Lines that earn nothing and count in no meter.", "{category: [fuel, gift-card]}"),
        Key(
            "titles",
            TITLES,
            "What members call categories, brands, stores and other codes of the till.",
            "{brand: {private: {en: Pantry, bg: Килер}}}",
        ),
        Key(
            "units",
            Table("units by name", NAME, UNIT_SECTION, is_subject=True, noun="unit"),
            "What members hold.",
            "{points: {expires: 18 months without activity}}",
            required=True,
        ),
        Key(
            "meters",
            Table("meters by name", NAME, METER_SECTION, noun="meter"),
            "What is counted for each member.",
            "{spend_12_months: {sum: spend, window: rolling 12 months}}",
        ),
        Key(
            "lanes",
            Table("lanes by name", NAME, CHOOSER, noun="lane"),
            "Where mechanics compete. In a lane that takes the `best`, only the one that gives the member most gives "
            "anything; `best per line` asks that for each line of the basket, where prices are reduced; `first` "
            "takes the first that applies; `add` adds them up, as without a lane.",
            "{campaigns: best}",
        ),
        Key(
            "caps",
            Table("shared limits by name", NAME, SHARED, noun="shared limit"),
            "Limits that several mechanics share.",
            "{bonus: {of: points, per_member: 500 points a week}}",
        ),
        Key(
            "segments",
            Table("segments by name", NAME, SEGMENT_SECTION, noun="segment"),
            "Groups of members that analysis finds by a rule. Conditions may name others, which come from outside.",
            "{at-risk: {if: days_since_last_purchase > 60}}",
        ),
        Key(
            "experiments",
            Table("experiments by name", NAME, EXPERIMENT_SECTION, noun="experiment"),
            "What is tried out on some members, to compare them with the others.",
            "{spring: {groups: {control: 20 %, ten: 80 %}}}",
        ),
        Key(
            "partners",
            Table("partners by name", PARTNER_NAME, PARTNER_SECTION, noun="partner"),
            "The businesses that take part.",
            "{esso: {title: Esso stations}}",
        ),
        Key(
            "mechanics",
            Listing("a list of mechanics", MECHANIC),
            "What happens, in this order.",
            "[{earn: points, rate: 1 per 1 USD}]",
        ),
        Key("rewards", Listing("a list of rewards", REWARD), "The catalogue.", "[{reward: coffee, cost: 150 points}]"),
        Key("returns", RETURNS, "What a return takes back.", "{points: exact}"),
        Key(
            "changes",
            CHANGES,
            "What becomes of things that the version before had and this one drops or renames.",
            "{tiers: {vib: gold}}",
        ),
    ],
    Program,
    checks=[check_cycles, check_circles, check_whole_vouchers, check_chains, check_titles],
)
