"""``refusals.md``: every refusal with its sentence, from ``REFUSALS``, its meaning and its remedy."""

from docs.pages.markdown import NOTE, Undocumented, page, table
from guerdon.api.remedies import WORDS, Words
from guerdon.core.refusals import REFUSALS


def refusals_page() -> str:
    """The page."""
    if WORDS.keys() != REFUSALS.keys():
        raise Undocumented(sorted(WORDS.keys() ^ REFUSALS.keys()))
    overview = table(
        ("code", "journaled"),
        [(f"[`{code}`](#{code})", "yes" if words.journaled else "no") for code, words in WORDS.items()],
    )
    return page(
        "# Refusals",
        NOTE.format(source="`guerdon/core/refusals.py` and `guerdon/api/remedies.py`"),
        'A refusal is a business "no": a value with a stable code, a sentence for a person and the details that the '
        "sentence names. It is never an exception. When an event is refused nothing moves: no points, no meter, no "
        "tier, no shared limit, and not what fell due before the event either.",
        "**Journaled** refusals are kept in the member's journal under the event's id. Sending the same event again "
        "gives the same refusal, whatever has changed since; so a second try needs a **new id**. The others are not "
        "recorded: correct the event and send it again under the **same id**. The enrolment of a member who is not "
        "there yet is never journaled when it is refused.",
        overview,
        "## Which of several",
        "Only the first is told. The order: cannot be read; id known (the first answer, or other content); member "
        "unknown; time out of range; in the future; no program in force; already enrolled; too late; blocked, closed "
        "or merged; then what the kind of event asks for:",
        "- `purchase`: holds, currency, discount of a line, amount, discount of the basket, rewards, codes, what is "
        "paid with, the price.\n"
        "- `return`: purchase unknown, then line by line: line unknown, more than is left; nothing left at all.\n"
        "- `redeem`: reward unknown, not for this member, costs more than is available, out of stock.\n"
        "- `hold`: its end, too many, not one thing alone, then as for the thing itself.\n"
        "- `adjust`: unit unknown, more than is available.",
        *[_section(code, words) for code, words in WORDS.items()],
    )


def _section(code: str, words: Words) -> str:
    return page(
        f"## `{code}`",
        f"> {REFUSALS[code]}",
        f"{words.meaning}",
        f"**What to do.** {words.remedy}",
    ).strip()
