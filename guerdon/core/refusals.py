"""Refusals: a business "no". A refusal is a value with a code and a sentence, never an exception.

Every code stands in ``REFUSALS`` below and nowhere else, with the sentence that a person gets to read. When an event is
refused nothing moves.
"""

from typing import Any

import msgspec

REFUSALS: dict[str, str] = {
    "address_missing": "Who enters a household tells the address, and none was told.",
    "adjustment_exceeds_available": "The adjustment would take {wanted} {unit}, but only {available} are available.",
    "allowance_used_up": "That would be {wanted} {what}; {left} are left in this {period}.",
    "amount_below_minimum": "The amount of {amount} {unit} is less than {least}.",
    "amount_not_in_steps": "The amount of {amount} {unit} is not a multiple of {step}.",
    "amount_out_of_range": "The amount {amount} is outside what an event may carry (at most {limit}).",
    "balance_out_of_range": "The balance of {unit} would not fit into 64 bits.",
    "benefit_not_for_this_member": "The benefit {benefit} is not for this member: {reason}.",
    "benefit_too_late": "The benefit {benefit} is not good for the purchase {purchase} on this day.",
    "benefit_used_up": "Of the benefit {benefit} {left} are left, not {wanted}.",
    "capture_exceeds_hold": "Of the hold {hold} {held} can be captured, not {wanted}.",
    "cause_is_full": "The cause {cause} takes {left} {unit} more, not {wanted}.",
    "cause_not_open": "The cause {cause} takes donations from {first} to {last}.",
    "choice_made_already": "What was chosen from the menu {menu} for this period ({chosen}) cannot be changed now.",
    "choice_too_late": "It is day {day} of the period; from the menu {menu} one chooses through day {last}.",
    "code_limit_reached": "The member has used as many codes of {batch} as one may ({most}): {shown} is one more.",
    "code_mistyped": "The code {shown} is mistyped: its signs do not fit together.",
    "code_not_valid_now": "The code {shown} is not good at this time.",
    "code_of_another_member": "The code {shown} was given to another member.",
    "code_revoked": "The code {shown} was revoked.",
    "code_unknown": "Nothing in the program takes the code {shown}.",
    "code_used_up": "The code {shown} is used up.",
    "consent_malformed": "A purpose, and the version of a text, are names of 1 to 200 printable characters.",
    "currency_rate_missing": "The purchase is in {found}, and no rate in {expected} is known for {day}.",
    "discount_exceeds_amount": "The discount of {discount} is more than the {amount} it is taken from ({place}).",
    "event_for_the_engine_only": (
        "An event of the kind {event_kind} is made by Guerdon itself; nobody else may send one."
    ),
    "event_id_used_with_other_content": (
        "An event with the id {id} is already recorded with other content; it differs in {differs}."
    ),
    "event_in_the_future": "The event is dated {at}, which lies ahead of the clock ({now}).",
    "event_malformed": "The event cannot be read: {reason}",
    "event_time_out_of_range": "The event is dated {at}; events are dated from the year 2000 to the year 2099.",
    "event_too_late": (
        "The event is dated {at}; this program accepts events up to {days} days late, and the member's "
        "record stands at {as_of}."
    ),
    "game_exceeds_available": "To play costs {cost} {unit}; the member has {available}.",
    "game_limit_reached": "The member, or everybody together, may not play {game} so often.",
    "game_not_open": "The game {game} is not open to the member now: {reason}.",
    "hold_unclear": "A hold is of an amount of a unit, of a reward or of a code: one of them and no other.",
    "hold_unknown": "The member has no open hold {hold}.",
    "hold_until_out_of_range": (
        "The hold would last until {until}; it must end after it begins, and at most {days} days later."
    ),
    "holds_too_many": "The member has {most} open holds, and no more are taken.",
    "household_has_people": "The household has {people} people in it; they leave first.",
    "household_held": "The member belongs to the household {household} already.",
    "household_in_household": "A household cannot enter a household.",
    "household_left_lately": "The member has left a household and may enter another from {on} on.",
    "household_not_for_this_member": "Households are not for this member: {reason}.",
    "household_not_held": "The member is in no household.",
    "identity_malformed": "This is no {identity}: {reason}.",
    "identity_taken": "This {identity} belongs to another member.",
    "identity_unknown": "No member has this {identity}.",
    "member_already_enrolled": "The member {member} is already enrolled.",
    "member_blocked": "The member is blocked since {since}.",
    "member_closed": "The member has left the program on {on}.",
    "member_merged": "The member was merged into {into}, who acts for both.",
    "member_not_blocked": "The member is not blocked.",
    "member_not_merged": "The member is merged into nobody.",
    "member_unknown": "There is no member {member}. Enrol the member first.",
    "membership_ends_already": "The membership {plan} was given up already and ends on {on}.",
    "membership_held": "The member is in the plan {plan} already.",
    "membership_not_for_this_member": "The plan {plan} is not for this member: {reason}.",
    "membership_not_held": "The member is not in the plan {plan}.",
    "membership_shared": "The plan {plan} is shared by the household; who holds it pays for it and ends it.",
    "membership_without_term": "The plan {plan} has no term that could be paid for.",
    "merge_unknown": "The member has taken over nothing from {sender} by the merge {merge}.",
    "merging_into_oneself": "Nobody is merged into themselves.",
    "merging_person_in_household": "The member belongs to the household {household}, and leaves it before a merge.",
    "merging_plan_held": "The member is in the plan {plan}, which ends before a merge.",
    "no_program_in_force": "No version of the program was in force on {at}.",
    "not_for_this_member": "The member may not: {name} is {reason}.",
    "nothing_of_that_name": "The program has nothing called {name} for an event of the kind {kind}.",
    "nothing_waits_for_delivery": "Nothing waits for the delivery of the purchase {purchase}.",
    "option_not_offered": "The option {option} is not on this member's menu {menu}; there is {offered}.",
    "option_twice": "An option of the menu {menu} is chosen twice.",
    "option_unknown": "The menu {menu} has no option {option}.",
    "options_too_many": "The member may choose {allowed} from the menu {menu}, not {wanted}.",
    "payment_exceeds_available": "The bill was to be paid with {wanted} {unit}; the member has {available}.",
    "payment_exceeds_share": "At most {most} {unit} may go into this bill, not {wanted}.",
    "payment_not_a_multiple": "A bill takes {unit} in multiples of {multiple}, not {wanted}.",
    "payment_not_for_this_member": "The bill cannot be paid with {unit}: {reason}.",
    "payment_too_small": "A bill takes at least {least} {unit}, not {wanted}.",
    "person_erased": "The person behind the member {member} was erased on {on}; nothing is kept of them any more.",
    "person_not_in_household": "The person {person} is not in this household.",
    "price_not_as_expected": "The member was told to pay {expected}; by the program it is {found}.",
    "prize_run_out": "There is no {prize} left to be won.",
    "prize_unknown": "The game {game} has no prize {prize}.",
    "purchase_unknown": "The member has no purchase {purchase}.",
    "quest_not_open": "The member cannot join {quest}: {reason}.",
    "redemption_exceeds_available_points": "The reward costs {cost} {unit}; the member has {available}.",
    "return_exceeds_purchase": "Line {line} has {left} left to return, not {wanted}.",
    "return_line_unknown": "The purchase has no line {line}.",
    "return_of_nothing": "Everything of this purchase has come back already.",
    "reward_amount_wrong": "The reward {reward} is not taken for {amount}: {reason}.",
    "reward_limit_reached": "A member takes at most {most} of the reward {reward} {period}; taken already: {used}.",
    "reward_not_for_this_member": "The reward is not for this member: {reason}.",
    "reward_not_here": "The reward is not to be had here: {reason}.",
    "reward_not_now": "The reward is not to be had now: {reason}.",
    "reward_out_of_stock": "The reward {reward} is out of stock.",
    "reward_unknown": "The program has no reward {reward}.",
    "role_unknown": "Households have no role {role}.",
    "seed_missing": "The seed of the game {game} is not stored here; nobody can play before it is.",
    "segment_entered_and_left": "The segment {segment} cannot be entered and left at once.",
    "sending_to_oneself": "Nobody sends {unit} to themselves.",
    "trial_not_offered": "The plan {plan} has no trial.",
    "trial_used": "The member has had the trial of the plan {plan} already.",
    "unit_does_not_pay": "The program takes no {unit} in payment.",
    "unit_not_held": "The unit {unit} is kept as vouchers, which cannot be held by the amount.",
    "unit_unknown": "The program has no unit {unit}.",
    "wanted_exceeds_available": "That takes {wanted} {unit}; the member has {available}.",
}
"""Every refusal code with its sentence, in alphabetical order."""


class Refusal(msgspec.Struct, frozen=True):
    """A "no" with its reason."""

    code: str
    """A stable code, one of ``REFUSALS``."""
    sentence: str
    """The same for a person."""
    details: dict[str, Any] = {}
    """The values that the sentence names."""


def refuse(code: str, **details: Any) -> Refusal:
    """Make the refusal of that code; raises KeyError for a code that is not registered or a detail that is missing."""
    return Refusal(code, REFUSALS[code].format(**details), details)


class Refused(Exception):
    """Stops a decision with a refusal. ``decide`` catches it; nothing that was worked out so far is kept."""

    def __init__(self, refusal: Refusal) -> None:
        """Carry the refusal."""
        super().__init__(refusal.sentence)
        self.refusal = refusal


def stop(code: str, **details: object) -> Refused:
    """The exception that refuses with this code."""
    return Refused(refuse(code, **details))
