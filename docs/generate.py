"""Write the generated pages of the reference: ``python -m docs.generate``."""

from docs.pages import GENERATED, REFERENCE


def main() -> None:
    """Write every page that is made from code."""
    for name, page in GENERATED.items():
        (REFERENCE / name).write_text(page(), "utf-8")
        print(REFERENCE / name)


if __name__ == "__main__":
    main()
