"""Statements page by page: the same balances from both ends, and as a replay of the whole journal tells them."""

from ledger_fixtures import FULL, Shop, history, in_batches, seed_of_this_run

from guerdon.runtime import leafing, story
from guerdon.runtime.leafing import StatementEntry
from guerdon.store.reading import StoredMember


def test_both_ends_and_a_replay_agree_on_a_made_up_year(database_url: str) -> None:
    seed = seed_of_this_run()
    with Shop(database_url, FULL) as shop:
        for batch in in_batches(history(seed, events=250, members=3), 50):
            shop.till.commit(batch)
        for key in sorted(shop.member_keys()):
            member = shop.member(key)
            entries = oldest_first(shop, member, 7)

            assert [entry.entry.seq for entry in entries] == list(range(1, member.seq + 1)), seed
            assert newest_first(shop, member, 11) == entries[::-1], seed
            told = story.statement(shop.look, shop.program, key)
            assert entries[-1].balance == {unit: held for unit, held in told.lines[-1].balances.items() if held}, seed


def oldest_first(shop: Shop, member: StoredMember, most: int) -> list[StatementEntry]:
    told: list[StatementEntry] = []
    while page := leafing.oldest_first(shop.look, member, after=len(told), most=most):
        told += page
    return told


def newest_first(shop: Shop, member: StoredMember, most: int) -> list[StatementEntry]:
    told: list[StatementEntry] = []
    before = None
    while page := leafing.newest_first(shop.look, member, before=before, most=most):
        told += page
        before = page[-1].entry.seq
    return told
