"""Files that a command writes for somebody else to open."""

from pathlib import Path


def write_whole(file: Path, content: str | bytes) -> None:
    """Write beside the file and rename: whoever reads it never sees a half. Text is UTF-8 with its own line ends.

    A link is followed, and what is no plain file (a pipe, ``/dev/stdout``) is written to as it is.
    """
    place = file.resolve()
    written = content.encode() if isinstance(content, str) else content
    if place.exists() and not place.is_file():
        place.write_bytes(written)
        return
    part = place.with_name(f".{place.name}.part")
    try:
        part.write_bytes(written)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
