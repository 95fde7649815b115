"""Files of commands are written whole, where the name leads."""

import os
import threading
from pathlib import Path

import pytest

from guerdon.cli.writing import write_whole


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "told.csv"
    write_whole(file, "one\r\n")
    write_whole(file, "tëa\r\n")
    assert file.read_bytes() == "tëa\r\n".encode()
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to("target.csv")
    write_whole(tmp_path / "link.csv", b"told")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "target.csv").read_bytes() == b"told"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"told")
    reader.join(10)
    assert (read, pipe.is_fifo()) == ([b"told"], True)


def test_a_folder_that_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "no" / "told.csv", b"told")
    assert list(tmp_path.iterdir()) == []
