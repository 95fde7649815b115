"""The accounts that the journal entries name, out of a small YAML file with the names of your own ledger.

```yaml
revenue: "4000"
deferred_revenue: "2400-{unit}"
```

What is left out keeps its default. ``{unit}`` stands for the unit, so that points and vouchers may have accounts of
their own.
"""

from pathlib import Path

import msgspec
import yaml


class Accounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The accounts of the general ledger, as entries name them."""

    revenue: str = "Sales"
    """Revenue from goods, out of which points are deferred."""
    deferred_revenue: str = "Deferred revenue: {unit}"
    """The contract liability: what members may still use."""
    points_revenue: str = "Revenue from {unit}"
    """Revenue from what was used."""
    breakage: str = "Breakage: {unit}"
    """Revenue from what is not expected to be used."""
    marketing: str = "Marketing: {unit} given"
    """The cost of what was given without a sale."""
    rewards_cost: str = "Cost of rewards"
    """What causes and partners cost above what was deferred; by the gross method, the cost of all that is given."""
    partners: str = "Partners"
    """What partners owe (debit) and are owed (credit)."""
    causes: str = "Causes"
    """What is to be paid to causes."""
    exchange: str = "Units that became others"
    """Between one unit and the other; nothing stays on it by ``ifrs15``."""


class AccountsNotRead(ValueError):
    """A file of accounts is not what it should be; the message says where and what would be right."""

    def __init__(self, name: str, found: str) -> None:
        known = ", ".join(field.name for field in msgspec.structs.fields(Accounts))
        super().__init__(f"{name}: {found}. Write names of accounts behind these keys: {known}.")


def read_accounts(path: Path) -> Accounts:
    """Read a file of accounts. Raises ``AccountsNotRead``."""
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
        accounts = msgspec.convert(found or {}, Accounts)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise AccountsNotRead(path.name, " ".join(str(error).split())) from None
    for key, name in msgspec.structs.asdict(accounts).items():
        if not name.strip():
            raise AccountsNotRead(path.name, f"`{key}` is empty")
    return accounts
