"""Runs one ``guerdon`` command after another, each in a process of its own, without importing Guerdon for each anew.

``python -m docs.teller`` reads a command's words as a JSON list from each line of its input, and answers on a line of
its own with what the command printed, as a JSON text.
"""

import json
import os
import sys
import tempfile
import traceback

from guerdon.cli.main import app


def told(words: list[str]) -> str:
    """What a command prints, errors and all."""
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            _be_told(words, printed.fileno())
        os.waitpid(child, 0)
        printed.seek(0)
        return printed.read().decode()


def _be_told(words: list[str], printed: int) -> None:
    """Become the command: nothing of the parent goes on behind this."""
    os.dup2(printed, sys.stdout.fileno())
    os.dup2(printed, sys.stderr.fileno())
    try:
        app(words, prog_name="guerdon")
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(told(json.loads(line))), flush=True)
