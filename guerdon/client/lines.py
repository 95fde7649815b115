"""Lines of an answer that comes bit by bit.

Lines end where the service ends them, at line feeds: texts within them may hold other signs that end lines elsewhere.
"""


class Lines:
    """Puts pieces of an answer together to lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[bytes]:
        """The lines that are complete with this piece, without their ends."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        return [line.removesuffix(b"\r") for line in lines]
