"""Files that a command writes for somebody else to open."""

from pathlib import Path


def write_whole(file: Path, content: str | bytes) -> None:
    """Write beside the file and rename: whoever reads it never sees a half. Text is UTF-8 with its own line ends."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
