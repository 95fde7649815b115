"""Phrases: texts in a few wordings, and words out of a few."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Generic, NamedTuple, TypeVar

from guerdon.language.errors import Wrong, advice, listed, shown
from guerdon.language.forms import Define, Form, Schema
from guerdon.language.place import NO_SCOPE, Place, Scope

T = TypeVar("T")

MAX_WORDING = 2_000
NAME_PATTERN = r"[a-z][a-z0-9_-]{0,62}"


class Wording(NamedTuple, Generic[T]):
    """One way to say something: a regular expression for the whole text, and what it means."""

    pattern: str
    means: Callable[[re.Match[str], Scope], T]


class Phrase(Form[T]):
    """A text in one of a few wordings.

    >>> from guerdon.language.terms import TERM
    >>> TERM.parse("18 months")
    Term(count=18, unit='month', end_of=None)
    """

    def __init__(self, name: str, *wordings: Wording[T], examples: tuple[str, ...], about: str = "") -> None:
        """``examples`` are right wordings, the most usual first; an error shows the first two."""
        self.name = name
        self.examples = examples
        self.about = about
        self._wordings = [(re.compile(wording.pattern, re.ASCII), wording.means) for wording in wordings]

    def parse(self, text: str, scope: Scope = NO_SCOPE) -> T:
        """Read a text; raises ``Wrong``."""
        if len(text) <= MAX_WORDING:
            for pattern, means in self._wordings:
                found = pattern.fullmatch(text)
                if found:
                    return means(found, scope)
        raise self.wrong(text)

    def wrong(self, text: str) -> Wrong:
        """The error about a text in no known wording."""
        expected = listed(self.examples[:2], "or")
        hint = _hint(text)
        return Wrong("phrase_wrong", f"{shown(text)} is not {self.name}; write for example {expected}{hint}", expected)

    def read(self, place: Place) -> T:
        text = place.text(self.name)
        try:
            return self.parse(text, place.scope)
        except Wrong as wrong:
            place.refuse_wrong(wrong)

    @property
    def pattern(self) -> str:
        """One regular expression for all its wordings."""
        return "|".join(f"(?:{found.pattern})" for found, _ in self._wordings)

    def schema(self, define: Define) -> Schema:
        """A text by its pattern. A wording that is a plain number may stand in YAML as a number, and so on."""
        own: Schema = {"title": self.name, "examples": list(self.examples)}
        kinds = ["string", *(kind for kind, sample in _PLAIN if any(p.fullmatch(sample) for p, _ in self._wordings))]
        own["type"] = kinds[0] if len(kinds) == 1 else kinds
        own["pattern"] = rf"^\s*(?:{self.pattern})\s*$".replace(" ", r"\s+")
        return own | ({"description": self.about} if self.about else {})


_PLAIN = (("number", "7"), ("boolean", "true"))


def _hint(text: str) -> str:
    if re.search(r"[0-9],[0-9]", text):
        return "; numbers are written without commas, as in `2_000_000` or `0.50`"
    if re.search(r"[$€£₽]", text):
        return "; a currency is written with its three capitals, as in `5 USD`"
    return ""


class Choice(Form[T]):
    """One of a few words."""

    def __init__(self, name: str, words: Mapping[str, T]) -> None:
        """``words`` are what may be written, with what each means."""
        self.name = name
        self.words = words

    def parse(self, text: str) -> T:
        """Read a text; raises ``Wrong``."""
        if text not in self.words:
            expected = listed(list(self.words), "or")
            raise Wrong("phrase_wrong", f"{shown(text)} is not {self.name}; write {expected}", expected)
        return self.words[text]

    def read(self, place: Place) -> T:
        text = place.text(self.name)
        try:
            return self.parse(text)
        except Wrong as wrong:
            place.refuse_wrong(wrong)

    def schema(self, define: Define) -> Schema:
        plain = {"yes": True, "true": True, "no": False, "false": False}
        words: list[object] = list(self.words)
        words += [value for value in (True, False) if any(plain.get(str(word)) is value for word in self.words)]
        return {"title": self.name, "enum": words}


class Known(Phrase[str]):
    """The name of something that the file declares."""

    def __init__(self, name: str, known: Callable[[Scope], Collection[str] | None], *, example: str) -> None:
        """``known`` gives the names that may stand here; None: they cannot be made out, and any will do."""
        super().__init__(name, Wording(".+", self._find), examples=(example,))
        self._known = known

    def _find(self, found: re.Match[str], scope: Scope) -> str:
        word, known = found.group(), self._known(scope)
        if known is not None and word not in known:
            raise Wrong("name_unknown", f"{shown(word)} is not {self.name} of this program; {advice(word, known)}")
        return word

    def schema(self, define: Define) -> Schema:
        """Any name: which ones there are, the file itself says."""
        return {"title": self.name, "type": "string", "pattern": rf"^\s*{NAME_PATTERN}\s*$"}
