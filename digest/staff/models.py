"""The people who work here, and the trail of what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary, String, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from digest.system.db import UTC, Base

user_role = Table(
    "user_role",
    Base.metadata,
    Column("user_id", ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base, RoleMixin):
    """A named set of rights; ``digest.staff.roles`` says what each may do."""

    __tablename__ = "role"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class User(Base, UserMixin):
    """A person who signs in. Flask-Security asks for most of the columns and names them.

    ``tf_counter`` is the half minute of the last code taken, ``mf_recovery_codes`` are digests.

    ``invited_at`` is when the last invitation left; without a password it is still open.
    ``months`` to ``week_start`` are a person's own ways; None means: as the newsroom does.
    ``single_keys`` makes single letters shortcuts.
    """

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="ar")
    created_at: Mapped[datetime] = mapped_column(UTC)
    invited_at: Mapped[datetime | None] = mapped_column(UTC)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON()))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)  # type: ignore[assignment]
    months: Mapped[str | None] = mapped_column(String(10))
    digits: Mapped[str | None] = mapped_column(String(4))
    hijri: Mapped[bool | None]
    week_start: Mapped[int | None]
    single_keys: Mapped[bool] = mapped_column(default=True)
    webauthn: Mapped[list[Passkey]] = relationship(  # type: ignore[assignment]
        back_populates="user", cascade="all, delete-orphan"
    )
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]  # a list of our Role
        secondary=user_role, lazy="selectin"
    )


def _first_use(row: Any) -> datetime:
    """When a passkey was made: the library names only when it was used last."""
    made: datetime = row.get_current_parameters()["lastuse_datetime"]
    return made


class Passkey(Base, WebAuthnMixin):
    """A key on a person's device. The columns are those Flask-Security asks for."""

    __tablename__ = "passkey"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    create_datetime: Mapped[datetime] = mapped_column(UTC, default=_first_use)
    lastuse_datetime: Mapped[datetime] = mapped_column(UTC)
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    user: Mapped[User] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, int]:
        """Say how Flask-Security finds the owner."""
        return {"id": self.user_id}


class House(Base):
    """The ways of the whole newsroom, in one row; without it, those of its first newsletter.

    ``second_factor`` asks whoever sends or administers for a second factor.
    """

    __tablename__ = "house"
    id: Mapped[int] = mapped_column(primary_key=True)
    months: Mapped[str] = mapped_column(String(10))
    digits: Mapped[str] = mapped_column(String(4))
    hijri: Mapped[bool] = mapped_column(default=False)
    hijri_offset: Mapped[int] = mapped_column(default=0)
    week_start: Mapped[int] = mapped_column(default=5)
    second_factor: Mapped[bool] = mapped_column(default=False)


class AuditEntry(Base):
    """One act worth remembering. ``facts`` hold ids and settings, never secrets or addresses."""

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTC)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40), default="")
    subject_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (Index("ix_audit_entry_at", "at"),
                      Index("ix_audit_entry_subject", "subject", "subject_id"))
