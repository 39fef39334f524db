"""The admin: one module per screen, all on one blueprint."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

bp = Blueprint("admin", __name__, url_prefix="/admin")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the rail: where it leads, its icon, and the right that shows it.

    ``also`` names the screens beside it that belong to the same place.
    """

    path: str
    label: LazyString
    icon: str
    action: str = "view"
    also: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        """Return the address below the place where the application is mounted."""
        return request.script_root + self.path

    @property
    def current(self) -> bool:
        """Tell whether the page asked for is this place or below it."""
        if self.path == "/admin/":
            return request.path == self.path
        paths = (self.path, *self.also)
        return any(request.path == one or request.path.startswith(one + "/") for one in paths)


RAIL = (
    Place("/admin/", _l("اللوحة"), "home"),
    Place("/admin/issues", _l("الأعداد"), "mail"),
    Place("/admin/inbox", _l("الوارد"), "inbox", also=("/admin/topics",)),
    Place("/admin/sources", _l("المصادر"), "feed"),
    Place("/admin/subscribers", _l("المشتركون"), "people", "readers",
          also=("/admin/lists", "/admin/imports")),
    Place("/admin/forms", _l("النماذج"), "form", "readers"),
    Place("/admin/analytics", _l("التحليلات"), "chart"),
    Place("/admin/newsletters", _l("النشرات"), "settings", "settings"),
)
RAIL_END = (
    Place("/admin/users", _l("المستخدمون"), "key", "users"),
    Place("/admin/settings", _l("الإعدادات"), "gear", "settings"),
    Place("/admin/audit", _l("السجل"), "history", "users", also=("/admin/instance",)),
    Place("/admin/help", _l("المساعدة"), "help"),
)


@bp.context_processor
def _rail() -> dict[str, object]:
    return {"rail": RAIL, "rail_end": RAIL_END}


from digest.web.admin import (  # noqa: E402  (the screens register their routes on ``bp``)
    analytics,
    audit,
    board,
    cutting,
    dashboard,
    domain,
    doubts,
    edits,
    factors,
    forms,
    guide,
    imports,
    inbox,
    instance,
    invitations,
    issues,
    keyboard,
    links,
    lists,
    looks,
    mailbox,
    mjml,
    newsletters,
    opml,
    profile,
    sends,
    setup,
    sources,
    start,
    start_issue,
    start_source,
    story,
    subscribers,
    together,
    topics,
    trials,
    users,
    ways,
    work,
)

__all__ = [
    "analytics",
    "audit",
    "board",
    "bp",
    "cutting",
    "dashboard",
    "doubts",
    "domain",
    "edits",
    "factors",
    "forms",
    "guide",
    "imports",
    "inbox",
    "instance",
    "invitations",
    "issues",
    "keyboard",
    "links",
    "lists",
    "looks",
    "mailbox",
    "mjml",
    "newsletters",
    "opml",
    "profile",
    "sends",
    "setup",
    "sources",
    "start",
    "start_issue",
    "start_source",
    "story",
    "subscribers",
    "together",
    "topics",
    "trials",
    "users",
    "ways",
    "work",
]
