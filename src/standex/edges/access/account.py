"""An account: somebody on the staff who may sign in, and as what, at which site."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standex.edges.access.roles import ALLOWED, Permission, Role
from standex.edges.store.contract import DataClass, Document
from standex.model.errors import StandexError

COLLECTION = "accounts"
EVERY_SITE = "*"
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class AccessError(StandexError):
    """Something about accounts, sessions or sensors' papers that the caller can mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One of the staff.

    Attributes:
        account_id: what they sign in as; also the name in the audit.
        roles: by site; ``*`` is every site.
        password_hash: argon2id with its parameters and salt; empty for none.
        subject: issuer and subject of an OpenID provider, with a space between; empty for none.
        is_enabled: whether they may sign in.
        generation: changes whenever every session of theirs must end.
        made_utc_ns: when the account was made.
        password_set_utc_ns: when the password was set; 0 for never.
        version: of the document that this was read from; 0 for a new one.
    """

    account_id: str
    roles: Mapping[str, frozenset[Role]]
    password_hash: str = ""
    subject: str = ""
    is_enabled: bool = True
    generation: int = 0
    made_utc_ns: int = 0
    password_set_utc_ns: int = 0
    version: int = 0

    def roles_at(self, site_id: str) -> frozenset[Role]:
        """Return what they are at a site."""
        none: frozenset[Role] = frozenset()
        return self.roles.get(site_id, none) | self.roles.get(EVERY_SITE, none)

    def may(self, permission: Permission, *, site_id: str) -> bool:
        """Return whether they may do something at a site."""
        return self.is_enabled and any(permission in ALLOWED[r] for r in self.roles_at(site_id))

    def document(self) -> Document:
        """Return it as the store keeps it."""
        body = {
            "roles": {site: sorted(roles) for site, roles in sorted(self.roles.items())},
            "password_hash": self.password_hash,
            "subject": self.subject,
            "is_enabled": self.is_enabled,
            "generation": self.generation,
            "made_utc_ns": self.made_utc_ns,
            "password_set_utc_ns": self.password_set_utc_ns,
        }
        return Document(
            collection=COLLECTION,
            document_id=self.account_id,
            data_class=DataClass.ACCOUNT,
            expires_utc_ns=0,
            version=self.version,
            body=body,
        )


def account_of(document: Document) -> Account:
    """Return the account in a document.

    Raises:
        AccessError: it is not one; nobody may sign in by it.
    """
    body: Mapping[str, Any] = document.body
    try:
        return Account(
            account_id=document.document_id,
            roles={str(s): frozenset(map(Role, roles)) for s, roles in body["roles"].items()},
            password_hash=str(body["password_hash"]),
            subject=str(body["subject"]),
            is_enabled=body["is_enabled"] is True,
            generation=int(body["generation"]),
            made_utc_ns=int(body["made_utc_ns"]),
            password_set_utc_ns=int(body["password_set_utc_ns"]),
            version=document.version,
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise AccessError(
            f"the account {document.document_id!r} in the store cannot be read ({error!r}); "
            "remove it and add it again"
        ) from error


def account_id_of(name: str) -> str:
    """Return the one way to write an account's name.

    Raises:
        AccessError: it cannot be a name.
    """
    account_id = name.strip().lower()
    if not _NAME.fullmatch(account_id):
        raise AccessError(
            f"account name {name[:80]!r}: must be 1 to 64 letters, digits and . _ @ -, "
            "the first a letter or digit"
        )
    return account_id
