"""The API keys in the `registry` table, as every service reads them."""

from __future__ import annotations

from dataclasses import dataclass

from shared.auth import Principal
from shared.dynamo import Table
from shared.tables import registry as keys


@dataclass(frozen=True)
class TableApiKeys:
    """Whose digest it is, by one read. A revoked key's item is gone; the reads are consistent, so at once."""

    table: Table

    def principal(self, digest: str) -> Principal | None:
        item = self.table.get(*keys.api_key_key(digest), consistent=True)
        return Principal(item["key_id"], frozenset(item["scopes"])) if item else None
