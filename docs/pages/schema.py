"""``schema.sql``: the schema that all migrations together make, as PostgreSQL itself tells it.

The file is for reading, for comparing and for finding out what a migration really did. Nothing is made from it. A test
makes a database by the migrations and compares.
"""

import re
import subprocess
import tempfile
from pathlib import Path

from guerdon.store.database import connect
from guerdon.store.migrations import migrate
from guerdon.store.server import DURABLE_SETTINGS, EmbeddedServer

HEAD = """\
-- The schema that all migrations together make, as pg_dump tells it. Generated: python -m docs.generate
-- Nothing is made from this file; a test compares it with a database that the migrations have made.
"""
_NOT_OF_THE_SCHEMA = re.compile(r"^(?:--.*|\\(?:un)?restrict .*|SET .*|SELECT pg_catalog\.set_config.*)?\n", re.M)


def schema_page() -> str:
    """The page."""
    with tempfile.TemporaryDirectory(prefix="guerdon-schema-") as folder:
        Path(folder).chmod(0o711)  # under root the server's account has to walk through
        with EmbeddedServer(Path(folder) / "server", {**DURABLE_SETTINGS, "fsync": "off"}) as server:
            server.ensure_database("schema")
            url = server.url("schema")
            with connect(url) as connection:
                migrate(connection)
            return schema_of(url)


def schema_of(url: str) -> str:
    """The schema of a database, without what differs between two runs of the same."""
    words = ["--schema-only", "--no-owner", f"--dbname={url}"]
    answer = subprocess.run([EmbeddedServer.binary("pg_dump"), *words], capture_output=True, text=True, check=True)
    statements = _NOT_OF_THE_SCHEMA.sub("", answer.stdout).strip()
    return HEAD + re.sub(r"^(?=CREATE (?:TABLE|FUNCTION))", "\n", statements, flags=re.M) + "\n"
