"""The question of a shopper, which needs no member and no ledger."""

import msgspec

from guerdon.insight.studies.inquiry import Inquiry
from guerdon.messages.studies import ComparisonQuestion


def comparison(inquiry: Inquiry, question: ComparisonQuestion) -> msgspec.Struct:
    """As ``guerdon compare`` under the presets."""
    from guerdon.insight.shopping.comparing import compare
    from guerdon.insight.shopping.file import read_habits
    from guerdon.insight.shopping.shelf import on_the_shelf

    return compare(read_habits(question.habits), on_the_shelf(), plans=question.plans)
