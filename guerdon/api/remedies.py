"""Remedies: what every refusal and every problem means, and what to do about it."""

from typing import NamedTuple


class Words(NamedTuple):
    """What a reader needs beyond the sentence."""

    meaning: str
    remedy: str
    journaled: bool = True
    """Whether a known member's journal keeps it, so that the same id is answered the same for ever."""


WORDS: dict[str, Words] = {
    "address_missing": Words(
        "Everybody in such a household lives at one address, and `enter` carries no token of it.",
        "Send `address`: a token that is equal for equal addresses, never the address itself.",
    ),
    "adjustment_exceeds_available": Words(
        "An adjustment makes no debt: it takes no more than what is available, and nothing that is pending or owed.",
        "Take at most what is available, under a new id.",
    ),
    "allowance_used_up": Words(
        "The member has used up what may be given away in the period: to a cause, to other members, or into another "
        "unit.",
        "Give what is left, or wait for the next period; under a new id.",
    ),
    "amount_below_minimum": Words(
        "A cause, a sending or a conversion asks for more at a time.",
        "Give at least the minimum, under a new id.",
    ),
    "amount_not_in_steps": Words(
        "The amount is not a whole multiple of what the cause, the sending or the conversion counts in.",
        "Give a multiple, under a new id.",
    ),
    "amount_out_of_range": Words(
        "A basket, a meter of one basket, or one grant is above 10^15 of the smallest part; or one event would fill "
        "more than 10 000 stamp cards, or bring more than 10 000 tickets.",
        "Look for a wrong unit in the source: euros times ten thousand, a number of a card in place of an amount.",
    ),
    "balance_out_of_range": Words(
        "The wallet would hold more than 2^63 - 1 of the smallest part.",
        "As above: no real program comes near it.",
    ),
    "benefit_not_for_this_member": Words(
        "A condition of the benefit does not hold for the member at that time. The sentence names it.",
        "Tell the member what the benefit asks for.",
    ),
    "benefit_too_late": Words(
        "The benefit holds for a term after a purchase, and the use lies outside it.",
        "None: the term is over, or the use is dated before the purchase.",
    ),
    "benefit_used_up": Words(
        "The member has used as much of the benefit as the period, or the term of the membership, allows.",
        "Ask for no more than the sentence says is left, or wait for the next period.",
    ),
    "capture_exceeds_hold": Words(
        "More was to be captured than the hold reserved. A hold of a code holds no amount.",
        "Capture what is held, or leave `amount` out; under a new id.",
    ),
    "cause_is_full": Words(
        "The cause has a target, which all members together have reached or would go beyond, and no cause follows that "
        "takes the rest.",
        "Give what is left, or to another cause, under a new id.",
    ),
    "cause_not_open": Words(
        "The event lies outside the days between which the cause takes donations.",
        "Give to another cause, or in time.",
    ),
    "choice_made_already": Words(
        "The program lets nobody change a choice, or not any more once its period has begun.",
        "Tell the member; the next period is open.",
    ),
    "choice_too_late": Words(
        "The day until which one chooses for this period has passed.",
        "Tell the member; choose for the period after.",
    ),
    "code_limit_reached": Words(
        "Members may use only so many codes of this batch, and this member has. The code itself is still good.",
        "Tell the member; leave the code out and send the purchase under a new id. Somebody else may use it.",
    ),
    "code_mistyped": Words(
        "It looks like a code of a batch, and its check digit is wrong: a sign is wrong, missing or one too many, or "
        "two have changed places.",
        "Read the code again, and send the purchase with it under a new id.",
    ),
    "code_not_valid_now": Words(
        "The purchase lies before the first day or behind the last on which the codes of the batch are good.",
        "Tell the member; leave the code out and send the purchase under a new id.",
    ),
    "code_of_another_member": Words(
        "The code was made for one member, and this is another.",
        "Tell the member; leave the code out and send the purchase under a new id.",
    ),
    "code_revoked": Words(
        "The code was revoked, or its whole batch was.",
        "Tell the member; leave the code out and send the purchase under a new id.",
    ),
    "code_unknown": Words(
        "The purchase shows a coupon code that nothing in the version in force takes. The name of a batch is none.",
        "Tell the member; leave the code out and send the purchase under a new id.",
    ),
    "code_used_up": Words(
        "The code was used as often as it is good. Goods that came back have not made it good again.",
        "Tell the member; leave the code out and send the purchase under a new id.",
    ),
    "consent_malformed": Words(
        "A consent names its purpose, as `consent` of the program file matches it.",
        "Send the purpose, and the version of the text that was shown, as short names.",
        journaled=False,
    ),
    "currency_rate_missing": Words(
        "The purchase is in another currency than the program's, and nothing says what it was worth on that day.",
        "Record rates with `guerdon rates add FILE`; a rate holds until the next one, for a week at most. Leave "
        "`currency` empty to mean the program's.",
    ),
    "discount_exceeds_amount": Words(
        "A line's discount is above its amount, or the basket's discount is above what the lines cost after theirs.",
        "Send what was paid: put the part that cannot come off a line into the basket's discount, and drop the rest.",
    ),
    "event_for_the_engine_only": Words(
        "Events such as `receive` and `refer` are what Guerdon sends from one member to another. From outside they "
        "would give something for nothing.",
        "Send what caused it: `send`, or the friend's `purchase`.",
        journaled=False,
    ),
    "event_id_used_with_other_content": Words(
        "The id is taken, and what is recorded under it is not what you sent now. The sentence names the fields.",
        "If it is another event, give it an id of its own. If the first was wrong, it stays: correct it by "
        "another event.",
        journaled=False,
    ),
    "event_in_the_future": Words(
        "The event is more than five minutes ahead of the clock. Only a till that was given a clock says so: the live "
        "path. `guerdon ingest` has none, because it reads history.",
        "Set the clock of the source right and send again, or wait until the time has come.",
        journaled=False,
    ),
    "event_malformed": Words(
        "It is not JSON, not UTF-8, or not an event: a field is missing, unknown, of the wrong kind or out of bounds.",
        "The reason names the place, such as `$.lines[0].amount`. Correct the source and send again under the same id: "
        "nothing was recorded.",
        journaled=False,
    ),
    "event_time_out_of_range": Words(
        "The time is before 2000 or after 2099.",
        "The clock of the source is wrong, or seconds were read as milliseconds. Correct it and send again.",
        journaled=False,
    ),
    "event_too_late": Words(
        "The event's day lies further before the member's last settled moment than `late_events` of the version of its "
        "own date allows.",
        "If the member shall have the amount, book it with an `adjust`. If tills are often offline for so long, raise "
        "`late_events` in the next version.",
    ),
    "game_exceeds_available": Words(
        "What the game costs is more than is available. Nothing was spent, and nothing played.",
        "Tell the member. Try again under a new id.",
    ),
    "game_limit_reached": Words(
        "The limit of the member, or the tickets of all together, leave less than was asked for. All of it is refused.",
        "Ask for fewer, or wait for the next period; under a new id.",
    ),
    "game_not_open": Words(
        "The event is dated outside the days of the game, or a condition does not hold. The sentence names the first.",
        "Tell the member. Try again under a new id when it holds.",
    ),
    "hold_unclear": Words(
        "A hold names an amount of a `unit`, a `reward` or a `code`, and this names none of them, or more than one; or "
        "its amount is of another unit than the reward costs.",
        "Send a hold for each.",
    ),
    "hold_unknown": Words(
        "The hold was captured, released, used by a purchase, or has lapsed; or there never was one of that id.",
        "If it has lapsed, hold again, under a new id.",
    ),
    "hold_until_out_of_range": Words(
        "A hold ends after it begins. It is for a checkout or an order, and lasts 30 days at most.",
        "Send a nearer `until`, under a new id.",
    ),
    "holds_too_many": Words(
        "The member has 20 open holds, which no checkout needs.",
        "Release what is not needed; holds lapse by themselves at their `until`.",
    ),
    "household_has_people": Words(
        "A household with people in it is not closed, merged, or merged into.",
        "Let everybody leave with `exit` first; then send the event again under a new id.",
    ),
    "household_held": Words(
        "A person is in one household at a time.",
        "Send `exit` first. Where the program has a waiting time, it begins then.",
    ),
    "household_in_household": Words(
        "The event is for a household, or names the person itself as one.",
        "Check `member` and `household`.",
    ),
    "household_left_lately": Words(
        "Who leaves a household waits before entering another, by `again_after`. The sentence names the first day.",
        "Tell the member; try again under a new id on that day.",
    ),
    "household_not_for_this_member": Words(
        "A condition of households does not hold, or the member is in a plan that may not share.",
        "Tell the member. Try again under a new id when it holds.",
    ),
    "household_not_held": Words(
        "The member is in no household and has asked none.",
        "Nothing.",
    ),
    "identity_malformed": Words(
        "The value cannot be a card, an e-mail or a phone. The sentence says why, and never repeats the value.",
        "Ask for it again. A phone number without its country needs `country`.",
        journaled=False,
    ),
    "identity_taken": Words(
        "Another member of the program has the identity. Whose it is, is not told: the asker may be a stranger.",
        "Let staff look: the two may be one person, to be merged, or a card was handed on, to be moved.",
        journaled=False,
    ),
    "identity_unknown": Words(
        "An identity was to be moved that nobody has.",
        "Add it instead.",
        journaled=False,
    ),
    "member_already_enrolled": Words(
        "A second enrolment, under another id.",
        "Nothing. If a source cannot know who is enrolled, let it use one fixed id for a member's enrolment.",
    ),
    "member_blocked": Words(
        "Staff have stopped what the member does. An event that is dated before the block is taken.",
        "Nothing; or send `unblock`, then the event again under a new id. `unblock` a member before a merge, too.",
    ),
    "member_closed": Words(
        "The member has left for good. Returns are taken, and what is missing for them is forgiven.",
        "Nothing. Whoever comes back is enrolled under a new id.",
    ),
    "member_merged": Words(
        "The member turned out to be another one, whom the details name under `into`.",
        "Send the event for that member, under a new id. Returns of old purchases go to the member who bought.",
    ),
    "member_not_blocked": Words("There is no block to be lifted.", "Nothing."),
    "member_not_merged": Words("There is no merge to be undone.", "Nothing; check `member`."),
    "member_unknown": Words(
        "The program has no such member. What happened to somebody who is not a member is not recorded.",
        "Send the `enrol` first, dated before the event, then the event again under the same id.",
        journaled=False,
    ),
    "membership_ends_already": Words(
        "The membership was given up before and runs to the end of what is paid.",
        "Nothing; or send `leave` with `at_once`.",
    ),
    "membership_held": Words(
        "The member is in the plan, or in another of its program that cannot be switched from: one that the household "
        "shares, or, for a trial, any.",
        "Send `renew` for another term; `exit` the household before joining for oneself.",
    ),
    "membership_not_for_this_member": Words(
        "A condition of the plan does not hold. The sentence names the first.",
        "Tell the member, and give back what was paid.",
    ),
    "membership_not_held": Words(
        "The member is not in the plan, or is not any more: the grace is over.",
        "Join again, under a new id.",
    ),
    "membership_shared": Words(
        "The member has the plan through the household, and neither pays for it nor ends it.",
        "Send the event for the owner; or `exit` the household.",
    ),
    "membership_without_term": Words(
        "A club costs nothing and does not end, so there is nothing to renew.",
        "Check the plan's name.",
    ),
    "merge_unknown": Words(
        "What arrives belongs to a merge that this member has refused, or that was undone since.",
        "Nothing: it goes back to where it came from.",
    ),
    "merging_into_oneself": Words("Both are the same member.", "Check `member` and `into`."),
    "merging_person_in_household": Words(
        "A household knows its people by their ids, and a merge would leave it with one that acts no more.",
        "Send `exit` first, and let the other member enter.",
    ),
    "merging_plan_held": Words(
        "A paid term is not moved from one member to another.",
        "Send `leave` with `at_once`, then the merge; let the other member join where there is a term left.",
    ),
    "no_program_in_force": Words(
        "The event is dated before the first version takes effect.",
        "Leave out what happened before the program. Or publish a version with an earlier `effective_from` before "
        "anything else is recorded.",
    ),
    "not_for_this_member": Words(
        "The conditions of the cause, the sending or the conversion do not hold. The reason is the first that fails.",
        "Tell the member what is missing.",
    ),
    "nothing_of_that_name": Words(
        "The event names a plan, menu, cause, game, benefit or the like that the version in force does not have.",
        "Check the name, and the date.",
    ),
    "nothing_waits_for_delivery": Words(
        "No grant of that purchase waits for its delivery: none was given so, or it has been delivered already.",
        "Nothing, if it was delivered before. Otherwise check the id of the purchase.",
    ),
    "option_not_offered": Words(
        "Each member has a menu of its own in each period. The sentence says what is on it.",
        "Show the member this menu, and choose from it.",
    ),
    "option_twice": Words(
        "An option stands twice among those chosen.",
        "Name each once, under a new id.",
    ),
    "option_unknown": Words(
        "The version in force has no such option.",
        "Check the name, and the date.",
    ),
    "options_too_many": Words(
        "More options are chosen than this member may have, by tier or plan.",
        "Choose fewer, under a new id.",
    ),
    "payment_exceeds_available": Words(
        "The purchase was to be paid with more of a unit than the member may spend.",
        "Ask for at most what is available, and take the rest in money.",
    ),
    "payment_exceeds_share": Words(
        "The program lets only a part of the bill be paid like this, after discounts and vouchers.",
        "Ask for at most what the sentence says, and take the rest in money.",
    ),
    "payment_not_a_multiple": Words(
        "The program takes the unit in blocks, or the amount would not come to whole minor units of money.",
        "Round down to a multiple of what the sentence says.",
    ),
    "payment_not_for_this_member": Words(
        "A condition of paying like this does not hold for the member or the purchase. The sentence names it.",
        "Send the purchase without `spend`, under a new id.",
    ),
    "payment_too_small": Words(
        "The program wants at least so much of the unit in one payment.",
        "Ask for more, or for nothing.",
    ),
    "person_erased": Words(
        "Somebody was forgotten, and something was to be kept of them again.",
        "Enrol the person anew, as another member.",
        journaled=False,
    ),
    "person_not_in_household": Words(
        "A household hears that somebody has left who is not in it: the wish was taken back before it was granted.",
        "Nothing.",
    ),
    "price_not_as_expected": Words(
        "The purchase carries in `expects` what the member was told to pay, and by the program in force it comes to "
        "something else: another discount, a voucher, a price that changed.",
        "Ask again what it costs, tell the member, and send the purchase under a new id.",
    ),
    "prize_run_out": Words(
        "A `win` names a prize of which the last piece is given. Only Guerdon sends wins.",
        "Nothing: a draw gives no more than there is.",
    ),
    "prize_unknown": Words(
        "A `win` names a prize that the version in force on its date does not have.",
        "Keep the prizes of a raffle as they are until it is drawn.",
    ),
    "purchase_unknown": Words(
        "This member has no recorded purchase of that id. A refused purchase is none.",
        "Send the purchase first, under the id that the return names; then the return under a **new** id.",
    ),
    "quest_not_open": Words(
        "The member cannot opt in: a condition, the day, or the quest is going or finished already.",
        "Tell the member. Try again under a new id when it can be joined.",
    ),
    "redemption_exceeds_available_points": Words(
        "The reward costs more than is available. What is pending cannot be spent; what is owed makes it less.",
        "Tell the member. Try again later under a new id.",
    ),
    "return_exceeds_purchase": Words(
        "More of the line comes back than is left of it.",
        "Return what is left, under a new id.",
    ),
    "return_line_unknown": Words(
        "The purchase has no such line. Lines count from 0.",
        "Send the line's place in the purchase as it was recorded, under a new id.",
    ),
    "return_of_nothing": Words(
        "The whole purchase has come back already.",
        "Nothing: it was returned before, under another id.",
    ),
    "reward_amount_wrong": Words(
        "A reward that is taken once, in blocks or in any amount was asked for in an amount that does not fit: more or "
        "less than it costs, no multiple of it, below the least, so little that it is worth nothing, or so much that "
        "it would be over a hundred vouchers.",
        "Send the cost of what the member takes in `amount`, or leave it out for one piece.",
    ),
    "reward_limit_reached": Words(
        "The member has taken the reward as often as the program lets one member, or asks for too many at once.",
        "Tell the member. Try again under a new id in the next period, or for fewer.",
    ),
    "reward_not_for_this_member": Words(
        "A condition on the member does not hold: tier, plan, badge, meters or `if:`; or a cost by tier names none "
        "that the member has. The sentence names the first.",
        "Tell the member. Try again under a new id when it holds.",
    ),
    "reward_not_here": Words(
        "The reward is for other channels than the one that the event names.",
        "Send the `channel` in which it is taken, or tell the member where to take it.",
    ),
    "reward_not_now": Words(
        "The reward is not there yet or any more, or it is another weekday or hour.",
        "Tell the member when it is. Try again then under a new id.",
    ),
    "reward_out_of_stock": Words(
        "The last piece is taken. Nothing was spent.",
        "Publish a version with more `stock`, then try again under a new id.",
    ),
    "reward_unknown": Words(
        "The version in force on the event's date has no such reward.",
        "Check the name, and the date.",
    ),
    "role_unknown": Words(
        "The version in force has no such role in a household.",
        "Check the role's name.",
    ),
    "seed_missing": Words(
        "The wheel's seed was not stored before somebody played.",
        "`guerdon seed add`, then try again under a new id.",
    ),
    "segment_entered_and_left": Words(
        "The event says of the same segment that the member entered it and left it.",
        "Name it once, as it is now, under a new id.",
    ),
    "sending_to_oneself": Words(
        "Sender and receiver are the same member.",
        "Nothing.",
    ),
    "trial_not_offered": Words(
        "The plan has no trial.",
        "Join without `trial`, once the first term is paid.",
    ),
    "trial_used": Words(
        "The member has tried this plan, or another of its program, before.",
        "Join without `trial`, once the first term is paid.",
    ),
    "unit_does_not_pay": Words(
        "The purchase spends a unit that the version in force does not take in payment.",
        "Leave `spend` out, or send the unit that pays, under a new id.",
    ),
    "unit_not_held": Words(
        "Vouchers are whole: each comes off a basket by itself, and an amount of them cannot be set aside.",
        "Hold the points that the voucher would cost, or take the reward along with the purchase.",
    ),
    "unit_unknown": Words(
        "The version in force on the event's date has no such unit.",
        "Check the name, and the date.",
    ),
    "wanted_exceeds_available": Words(
        "The amount, with the fee where there is one, is more than is available. What is pending cannot be given away.",
        "Give less, or later, under a new id.",
    ),
}
"""The words for each code of ``REFUSALS``."""


PROBLEM_WORDS: dict[str, Words] = {
    "batch_exists": Words(
        "The codes of a batch are made or imported once, and its terms never change.",
        "Take another name. Of a batch whose codes got lost, revoke the old one first.",
        journaled=False,
    ),
    "batch_not_found": Words(
        "No codes of that name were made or imported in this program.",
        "Check the name; list the batches.",
        journaled=False,
    ),
    "body_not_readable": Words(
        "The body is no JSON in UTF-8, or a program file that is no UTF-8.",
        "Look at what is sent: its encoding, a comma too many, a number that is none.",
        journaled=False,
    ),
    "body_too_large": Words(
        "The body has more bytes than the address takes, or a line of a bulk body does.",
        "Send it in parts. Many events go to `/v1/events/bulk`.",
        journaled=False,
    ),
    "changed_meanwhile": Words(
        "`If-Match` names a version that is not the newest any more.",
        "Read the versions again, look at what is new, and publish on top of it.",
        journaled=False,
    ),
    "codes_not_right": Words(
        "A code, a line of the file or the terms of the batch cannot be; or more codes are wanted than the signs "
        "allow. Nothing was stored.",
        "Correct what the sentence names, and send all of it again.",
        journaled=False,
    ),
    "cursor_not_readable": Words(
        "A cursor is `next` of a page, taken as it came, for the same list in the same order.",
        "Begin again without a cursor.",
        journaled=False,
    ),
    "database_unavailable": Words(
        "The database is being restarted, is full, or cannot be reached. An event may have been recorded all the same.",
        "Send the same request again, with the same id: it is recorded once.",
        journaled=False,
    ),
    "event_not_found": Words(
        "The program has no event of that id, or it is not the member's.",
        "Check the id, and the key's program.",
        journaled=False,
    ),
    "hold_not_found": Words(
        "No event of that id has begun a hold in this program.",
        "Check the id: it is that of the event that made the hold.",
        journaled=False,
    ),
    "id_differs": Words(
        "Two ids were sent for one event.",
        "Send one: in the body, or as the header.",
        journaled=False,
    ),
    "id_missing": Words(
        "Every write carries an id, so that it can be sent again.",
        "Choose one that is unique in the program: the number of the receipt.",
        journaled=False,
    ),
    "internal_error": Words(
        "A fault of Guerdon's. The request was not carried out, or its answer got lost.",
        "Look for the request's id in the logs. Sending the same event again with the same id is harmless.",
        journaled=False,
    ),
    "key_is_over": Words(
        "The key has expired or was revoked; nothing is made to replace it.",
        "Make a new key.",
        journaled=False,
    ),
    "key_missing": Words(
        "Everything under `/v1` takes a key.",
        "Send the header `Authorization: Bearer gk_…`. A manager makes keys; `guerdon keys` makes the first one.",
        journaled=False,
    ),
    "key_not_found": Words(
        "There is no key of that id that this key may see.",
        "List the keys. The id is the part between the first two underscores.",
        journaled=False,
    ),
    "key_not_good": Words(
        "The key is mistyped, has expired or was revoked.",
        "Use the key that replaced it, or ask a manager for one.",
        journaled=False,
    ),
    "limit_not_changed": Words(
        "What is added is more than can be counted, or cannot be taken away: it was used.",
        "Read how much there is, and change it by what is possible.",
        journaled=False,
    ),
    "limit_not_found": Words(
        "The version in force has no such reward or mechanic, or it has as much of it as members take.",
        "Check the name; `/v1/limits` lists what is limited.",
        journaled=False,
    ),
    "member_differs": Words(
        "The body names another member than the path, or a member and an identity.",
        "Name the member once.",
        journaled=False,
    ),
    "method_not_allowed": Words(
        "The address is right and the method is not.",
        "See which methods the address takes: they stand in the header `Allow` and on the page of the service.",
        journaled=False,
    ),
    "not_allowed": Words(
        "Each address is open to some scopes, and the key has none of them.",
        "Use a key with one of the scopes that are named.",
        journaled=False,
    ),
    "not_as_wanted": Words(
        "A field is missing, unknown, of another type or out of its bounds. `faults` names the places.",
        "Correct the request. Nothing was recorded, so the same id may be used.",
        journaled=False,
    ),
    "not_for_one_program": Words(
        "It is about the deployment as a whole.",
        "Use a key that was made for no program.",
        journaled=False,
    ),
    "not_found": Words(
        "Nothing is at this address. A slash within an id is written `%2F`.",
        "Check the address.",
        journaled=False,
    ),
    "overloaded": Words(
        "More arrives than the database takes. Nothing of the event was recorded.",
        "Wait as long as `Retry-After` says, and send the same again with the same id.",
        journaled=False,
    ),
    "partner_not_found": Words(
        "No version of the program has a partner of that name.",
        "List the partners.",
        journaled=False,
    ),
    "plan_not_found": Words(
        "The version in force on the member's last day has no plan of that name that costs something.",
        "Ask without a plan: the answer has all that there are.",
        journaled=False,
    ),
    "position_trimmed": Words(
        "The stream is kept for a while only, and what follows the position is partly gone.",
        "Begin again without a position, and read what was missed from the journals of the members.",
        journaled=False,
    ),
    "program_exists": Words(
        "The program has a first version.",
        "Send the file to `/v1/programs/{name}/versions`.",
        journaled=False,
    ),
    "program_name_differs": Words(
        "`program` of the file is another one than the address names.",
        "Send the file to its own address.",
        journaled=False,
    ),
    "program_not_chosen": Words(
        "The key opens several programs, and the request says nothing of which.",
        "Send the header `Guerdon-Program`, or use a key for one program.",
        journaled=False,
    ),
    "program_not_found": Words(
        "There is no program of that name that the key opens.",
        "Check the name; list the programs.",
        journaled=False,
    ),
    "program_not_right": Words(
        "`faults` names every error with line and column.",
        "Correct the file. `guerdon check` says the same with no service.",
        journaled=False,
    ),
    "quote_not_readable": Words(
        "The id of a quote is taken as it came.",
        "Ask for a quote again, or send the purchase without.",
        journaled=False,
    ),
    "quote_of_another_cart": Words(
        "The quote was given for another basket, or for another member.",
        "Ask for a quote of the basket as it is now, or send the purchase without.",
        journaled=False,
    ),
    "request_not_allowed": Words(
        "HTTP itself forbids the request.",
        "The sentence says why.",
        journaled=False,
    ),
    "secret_key_differs": Words(
        "What is encrypted was written with a secret key that this process was not given.",
        "Start it with that key as well, as one of the former keys.",
        journaled=False,
    ),
    "secret_key_missing": Words(
        "What is encrypted cannot be read or written, because the service was started without the key to it.",
        "Start it with the secret key that the data was written with.",
        journaled=False,
    ),
    "stopping": Words(
        "The process is being stopped, for an upgrade perhaps. Nothing was recorded.",
        "Send the same again with the same id; another process answers.",
        journaled=False,
    ),
    "study_not_found": Words(
        "The program has no study of that number; studies are kept for a month.",
        "List the studies, or ask again.",
        journaled=False,
    ),
    "too_many_lines": Words(
        "A bulk request has a bound on its lines.",
        "Send the lines in several requests, one after the other.",
        journaled=False,
    ),
    "too_many_listeners": Words(
        "Each worker holds so many streams open at a time.",
        "Come back after `Retry-After`, follow `/v1/changes` in its place, or start more workers.",
        journaled=False,
    ),
    "too_many_requests": Words(
        "The key has used up its requests for this second.",
        "Wait as long as `Retry-After` says. Send many events in one bulk request. A manager can make a key for more.",
        journaled=False,
    ),
    "too_many_studies": Words(
        "Studies are answered one after the other, and so many of a program may wait.",
        "Come back after `Retry-After`, or drop questions that nobody waits for any more.",
        journaled=False,
    ),
    "unit_not_found": Words(
        "No unit of that name is declared, and the member has none of it.",
        "Check the name; the program lists its units.",
        journaled=False,
    ),
    "unsupported_media_type": Words(
        "The body is of a type that the address does not take.",
        "Send the header `Content-Type` that is described.",
        journaled=False,
    ),
    "version_cannot_be_dated": Words(
        "The date of the old file stands where it cannot be replaced.",
        "Write the date into the file yourself, and publish it.",
        journaled=False,
    ),
    "version_does_not_fit": Words(
        "Members hold what the new version no longer knows, or would know otherwise. `faults` names all of it.",
        "Keep what members hold in the file; let it run out by dates in place of dropping it.",
        journaled=False,
    ),
    "version_not_found": Words(
        "The program has no version of that number.",
        "List the versions.",
        journaled=False,
    ),
    "version_too_late": Words(
        "A version does not change what has been decided already.",
        "Choose a later `effective_from`.",
        journaled=False,
    ),
    "webhook_not_found": Words(
        "The program has no webhook of that number; it may have been removed.",
        "List the webhooks.",
        journaled=False,
    ),
    "webhook_unfit": Words(
        "The address is not one that changes may be sent to, a type of changes is none, or there are as many "
        "webhooks as a program may have.",
        "Correct what the sentence names. An address is https:// and on the public internet.",
        journaled=False,
    ),
}
"""The same for what only HTTP knows."""


def words_for(code: str) -> Words | None:
    """What there is to say about a code; None for one that nobody has put into words."""
    return WORDS.get(code) or PROBLEM_WORDS.get(code)
