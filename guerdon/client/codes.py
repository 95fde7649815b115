"""Codes in batches. What makes a batch is answered once with its codes, which are stored nowhere: keep the answer."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from guerdon.client.calls import Call, get, post
from guerdon.client.operations import Group, Way, operation, series
from guerdon.client.pages import Pages
from guerdon.messages.codes import CodeAsked, CodeBatch, CodeBatches, CodesRevoked, CodeStanding, NewBatch

_SECONDS = 300.0
"""How long a million codes may take."""


class Codes(Group[Way]):
    """Codes that members show."""

    @operation
    def make(
        self,
        name: str,
        count: int = 1,
        *,
        uses: int = 1,
        uses_per_member: int | None = None,
        valid_from: datetime | None = None,
        valid_until: datetime | None = None,
        prefix: str = "",
        signs: int = 15,
        members: Sequence[str] = (),
    ) -> Call[str]:
        """Make a batch of up to 1,000,000 codes, and get them as CSV: the only answer that ever holds them. Where the
        answer gets lost, revoke the batch and make another.
        """
        wish = NewBatch(
            name=name,
            count=count,
            uses=uses,
            uses_per_member=uses_per_member,
            valid_from=valid_from,
            valid_until=valid_until,
            prefix=prefix,
            signs=signs,
            members=list(members),
        )
        return post("/v1/codes/batches", str, wish, is_repeatable=False)._replace(timeout=_SECONDS)

    @operation
    def take_in(
        self,
        name: str,
        codes: Iterable[str | tuple[str, str]],
        *,
        uses: int = 1,
        uses_per_member: int | None = None,
        valid_from: datetime | None = None,
        valid_until: datetime | None = None,
    ) -> Call[CodeBatch]:
        """Store codes that were made elsewhere, each by itself or with the member whom it is for. All or none."""
        query = {"uses": uses, "uses_per_member": uses_per_member, "valid_from": valid_from, "valid_until": valid_until}
        call = post("/v1/codes/batches/{name}/import", CodeBatch, query=query, is_repeatable=False, name=name)
        body = msgspec.json.Encoder().encode_lines([_row(code) for code in codes])
        return call._replace(body=body, headers={"Content-Type": "application/x-ndjson"}, timeout=_SECONDS)

    @series
    def list(self, *, limit: int = 100) -> Pages[CodeBatch]:
        """Every batch by name, with how often its codes were used."""
        return Pages(get("/v1/codes/batches", CodeBatches, query={"limit": limit}), CodeBatch)

    @operation
    def read(self, name: str) -> Call[CodeBatch]:
        """A batch: how many codes it has, what each is good for, how often they were used."""
        return get("/v1/codes/batches/{name}", CodeBatch, name=name)

    @operation
    def revoke(self, name: str) -> Call[CodeBatch]:
        """Let no code of a batch be good any more."""
        return post("/v1/codes/batches/{name}/revoke", CodeBatch, name=name)

    @operation
    def revoke_one(self, code: str) -> Call[CodesRevoked]:
        """Let one code be good no more."""
        return post("/v1/codes/revoke", CodesRevoked, CodeAsked(code=code))

    @operation
    def check(self, code: str, *, member: str | None = None) -> Call[CodeStanding]:
        """Whether a code is good, for what, and how often still. Nothing is used."""
        return post("/v1/codes/check", CodeStanding, CodeAsked(code=code, member=member))


def _row(code: str | tuple[str, str]) -> dict[str, str]:
    return {"code": code} if isinstance(code, str) else {"code": code[0], "member": code[1]}
