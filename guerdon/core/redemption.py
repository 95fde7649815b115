"""A member takes a reward from the catalogue."""

from guerdon.core import wallet
from guerdon.core.case import Case
from guerdon.core.effects import Rewarded
from guerdon.core.events import Redeem
from guerdon.core.refusals import stop
from guerdon.core.version import CompiledReward


def redeem(case: Case, event: Redeem) -> None:
    """Take the reward's cost and give what it gives.

    Refused, in this order: a reward that does not exist, one that is not for this member, one that costs more than is
    available, one that is out of stock.
    """
    reward = case.version.rewards.get(event.reward)
    if reward is None:
        raise stop("reward_unknown", reward=event.reward)
    failing = reward.condition.failing(case)
    if failing is not None:
        raise stop("reward_not_for_this_member", reason=failing.sentence)
    cost = reward.settings.cost
    held = wallet.available(case.wallet(cost.unit))
    if cost.amount > held:
        raise stop("redemption_exceeds_available_points", cost=cost.amount, unit=cost.unit, available=held)
    if reward.stock:
        if case.left_of(reward.stock) < 1:
            raise stop("reward_out_of_stock", reward=event.reward)
        case.use(reward.stock, 1)
    case.spend(cost.unit, cost.amount, event.reward, partner=reward.settings.partner)
    _give(case, event, reward)


def _give(case: Case, event: Redeem, reward: CompiledReward) -> None:
    gives = reward.settings.gives
    if gives is None:
        case.effects.append(Rewarded(event.reward))
        return
    expires_at = case.version.expiry(gives.unit, case.day, reward.settings.valid)
    reference = event.id if case.version.is_voucher(gives.unit) else ""
    case.grant(gives.unit, gives.amount, event.reward, expires_at=expires_at, reference=reference)
