"""The leaflet: a program as a member reads it, in plain words of the member's language.

``leaflet(program, "ru")`` gives the pages as data, ``markdown`` and ``html`` write them. Everything but titles is
said from the settings that the till follows, so the leaflet on the counter promises what the till does.

- ``voice``: one language: its catalogue, its numbers, money and dates, and titles out of the program.
- ``amounts``, ``times``, ``conditions``: how amounts, rates, terms, windows, limits and ``when:`` are said, for
  everybody. A new matcher of ``when:`` is one line in ``conditions``.
- ``earn``, ``tiers``, ``vouchers``, ``prices``, ``benefits``, ``household``, ``membership``, ``menu``: the kinds of
  mechanics, each with one function from its settings to ``Said``.
- ``mechanics``: the table of those functions.
- ``writing``: which part stands where, and what is said of the program beside its mechanics.

**To add a mechanic**: write ``NAME.py`` with ``def said_NAME(voice, mechanic) -> Said`` and one line in
``mechanics.SAYINGS``. Every text goes through the voice, in English, as a whole sentence or a whole part of one:

    voice.say("when you join")
    voice.say("%(amount)s for each purchase", amount=quantity(voice, mechanic.flat, mechanic.earn))
    voice.say_count("%(count)s voucher", "%(count)s vouchers", mechanic.most)
    voice.say_in("on a weekday", "Mondays")        # the same English word, in a context where others inflect it

Then ``python -m guerdon.leaflet.catalogues`` puts the new texts into ``locale/ru.po`` and ``locale/bg.po`` with room
for their translation, and takes out what is no longer said. The tests fail until all are translated, and when a
translation names something that its text does not.

What helps translators: no sentence is glued from words that must agree with each other. What is quoted (a title, a
category) stands in quotation marks where a language would have to inflect it, and amounts come with their word already
in the right form: 1 балл, 2 балла, 5 баллов.

What does not belong: reading files (``guerdon.language``), and colours or widths (``guerdon.cli``).
"""

from guerdon.leaflet.pages import Leaflet, markdown
from guerdon.leaflet.rewards import reward_notes
from guerdon.leaflet.voice import LANGUAGES
from guerdon.leaflet.web import html
from guerdon.leaflet.writing import leaflet

__all__ = ["LANGUAGES", "Leaflet", "html", "leaflet", "markdown", "reward_notes"]
