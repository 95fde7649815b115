"""Questions about what was tried out on members: experiments that chance dealt out, and campaigns that somebody did."""

from datetime import date
from io import StringIO

import msgspec

from guerdon.insight.studies.inquiry import CannotBeAnswered, Inquiry, said
from guerdon.messages.studies import (
    CampaignsQuestion,
    ExperimentOffersQuestion,
    ExperimentPlanQuestion,
    ExperimentQuestion,
)


def experiment(inquiry: Inquiry, question: ExperimentQuestion) -> msgspec.Struct:
    """As ``guerdon experiment NAME``."""
    from guerdon.insight.experiments.asking import ask
    from guerdon.insight.experiments.assignment import ExperimentTrouble
    from guerdon.insight.experiments.question import Question

    asked = Question(metric=question.metric, control=question.control, by=question.by, quantile=question.quantile)
    until, lake = _until(inquiry, question.until), inquiry.lake
    with said(ExperimentTrouble):
        return ask(lake.timeline, inquiry.tables, question.name, asked, until=until, currency=lake.currency)


def experiment_plan(inquiry: Inquiry, question: ExperimentPlanQuestion) -> msgspec.Struct:
    """As ``guerdon experiment plan``."""
    from guerdon.insight.experiments.assignment import ExperimentTrouble
    from guerdon.insight.experiments.prospects import plan
    from guerdon.insight.experiments.question import Question

    asked = Question(metric=question.metric, quantile=question.quantile)
    shares = {group: share / 100 for group, share in question.groups.items()}
    until, lake = _until(inquiry, question.until), inquiry.lake
    find = None if question.find is None else question.find / 100
    with said(ExperimentTrouble):
        return plan(inquiry.tables, asked, shares, until=until, currency=lake.currency, find=find)


def offers(inquiry: Inquiry, question: ExperimentOffersQuestion) -> msgspec.Struct:
    """As ``guerdon experiment offers``."""
    from guerdon.insight.experiments.asking import offer
    from guerdon.insight.experiments.assignment import ExperimentTrouble
    from guerdon.insight.experiments.bandit import TooFewMembers
    from guerdon.insight.experiments.question import Question

    until, timeline = _until(inquiry, question.until), inquiry.lake.timeline
    asked, least = Question(metric=question.metric), question.least / 100
    with said(ExperimentTrouble, TooFewMembers):
        return offer(timeline, inquiry.tables, question.name, asked, until=until, least=least, seed=question.seed)


def campaigns(inquiry: Inquiry, question: CampaignsQuestion) -> msgspec.Struct:
    """As ``guerdon experiment campaigns``."""
    from guerdon.insight.campaigns.campaign import InvitationsWrong, invitations
    from guerdon.insight.campaigns.reading import read

    with said(InvitationsWrong):
        invited = invitations(StringIO(question.invited, newline=""), "invited")
    until = _until(inquiry, question.until)
    return read(inquiry.tables, invited, until=until, currency=inquiry.lake.currency)


def _until(inquiry: Inquiry, asked: date | None) -> date:
    """The last day that counts."""
    from guerdon.insight.experiments.metrics import last_day

    last = last_day(inquiry.tables)
    if last is None:
        raise CannotBeAnswered("Nothing is recorded yet: there is nobody to compare.")
    return last if asked is None else min(asked, last)
