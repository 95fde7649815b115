"""Questions about what has happened: key figures, who the members are, what is owed, what looks odd."""

import msgspec

from guerdon.insight.studies.inquiry import Inquiry, said
from guerdon.messages.studies import FiguresQuestion, RollForwardQuestion, SegmentsQuestion, SignalsQuestion


def figures(inquiry: Inquiry, question: FiguresQuestion) -> msgspec.Struct:
    """As ``guerdon kpi``."""
    from guerdon.insight.measures.answering import answer
    from guerdon.insight.measures.asking import DaysBackwards, history_of
    from guerdon.insight.measures.reckoning import GroupsNeeded, MeasureNotFound, NotToldBy
    from guerdon.insight.measures.reckoning import figures as reckoned
    from guerdon.insight.measures.registry import asked_for

    lake = inquiry.lake
    with said(DaysBackwards, GroupsNeeded, MeasureNotFound, NotToldBy):
        history = history_of(lake, inquiry.tables, since=question.since, until=question.until)
        measures = asked_for(question.measures, question.by)
        told = reckoned(history, measures, question.by)
        return answer(lake.name, lake.currency, history, question.by, told)


def segments(inquiry: Inquiry, question: SegmentsQuestion) -> msgspec.Struct:
    """As ``guerdon segments``."""
    from guerdon.insight.segments.study import Study

    return Study(inquiry.tables, inquiry.lake.timeline, inquiry.lake.currency).overview(question.by)


def roll_forward(inquiry: Inquiry, question: RollForwardQuestion) -> msgspec.Struct:
    """As ``guerdon liability``."""
    from guerdon.insight.accounting.closing import close, worths_of
    from guerdon.insight.accounting.deferral import UnitsInACircle
    from guerdon.insight.accounting.lots import WalletOverdrawn, month_of
    from guerdon.insight.accounting.period import PeriodWrong, period
    from guerdon.insight.accounting.telling import told
    from guerdon.insight.accounting.tying import DoesNotTie, check_wallets

    lake = inquiry.lake
    with said(DoesNotTie, PeriodWrong, UnitsInACircle, WalletOverdrawn):
        start, end = period(lake, question.since, question.until)
        books = close(inquiry.tables, worths_of(lake.timeline, lake.zone), end, question.method)
        check_wallets(books, inquiry.tables)
    return told(books, lake.name, lake.currency, month_of(start), month_of(end))


def signals(inquiry: Inquiry, question: SignalsQuestion) -> msgspec.Struct:
    """As ``guerdon signals``."""
    from guerdon.insight.signals.all_kinds import look
    from guerdon.insight.signals.telling import told

    seen = look(inquiry.tables, question.since)
    return told(seen, seen.suspects, {}, inquiry.lake.name, question.since)
