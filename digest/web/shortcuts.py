"""The keys of each page, as its help lists them.

A key is a place on the keyboard (``event.code``), so it works under an Arabic layout, too.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from digest.staff.roles import Action
from digest.web.guard import allowed


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys as they are printed, and what they do.

    ``names`` are the ``data-key`` and ``data-card-key`` that bind them; without one a script does.
    """

    keys: tuple[str, ...]
    words: LazyString
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The keys of a part of the page, shown to who may use them."""

    title: LazyString
    shortcuts: tuple[Shortcut, ...]
    action: Action = Action.VIEW


HELP = Shortcut(("?", "؟"), _l("اعرض هذه القائمة أو أخفها"), ("Shift+Slash",))
WALK = Shortcut(("J", "K"), _l("الخبر التالي أو السابق"))
SEARCH = Shortcut(("/",), _l("ابحث في الوارد"), ("Slash",))
ORIGINAL = Shortcut(("O",), _l("النص الأصلي"), ("KeyO",))
DUPLICATES = Shortcut(("D",), _l("افتح المصادر الأخرى"), ("KeyD",))
LATER = Shortcut(("S",), _l("احفظه لاحقاً"), ("KeyS",))
EXCLUDE = Shortcut(("X",), _l("استبعد"), ("KeyX",))
WRITING = (
    Shortcut(("E",), _l("حرّر الملخص"), ("KeyE",)),
    Shortcut(("R",), _l("إعادة توليد"), ("KeyR",)),
    Shortcut(("[",), _l("أقصر"), ("BracketLeft",)),
    Shortcut(("]",), _l("أطول"), ("BracketRight",)),
)
SAVE = Shortcut(("Ctrl+S",), _l("احفظ الآن"))
SORTING = Shortcut(("1", "…", "9"), _l("اختر الموضوع بترتيبه"), ("Digit1",))
UNSORTED = Shortcut(("0",), _l("غير مصنّف"), ("Digit0",))

BOARD = (
    Group(_l("في الصفحة"), (
        WALK, ORIGINAL, Shortcut(("P",), _l("المعاينة"), ("KeyP",)),
        Shortcut(("C",), _l("الفحص"), ("KeyC",)),
    )),
    Group(_l("في التحرير"), (
        SEARCH, Shortcut(("Ctrl+Z",), _l("تراجع")), Shortcut(("Ctrl+Shift+Z",), _l("أعد")), SAVE,
    ), Action.EDIT),
    Group(_l("خبر في الوارد"), (
        Shortcut(("Enter",), _l("أضفه إلى قسم موضوعه"), ("Enter",)),
        Shortcut(("L",), _l("أضفه رئيساً"), ("KeyL",)),
        Shortcut(("B",), _l("أضفه باختصار"), ("KeyB",)),
        LATER, EXCLUDE, DUPLICATES,
    ), Action.EDIT),
    Group(_l("خبر في العدد"), (
        Shortcut(("Enter",), _l("افتح الخبر ومصادره"), ("Enter",)),
        Shortcut(("L",), _l("اجعله رئيساً"), ("KeyL",)),
        Shortcut(("B",), _l("اجعله باختصار"), ("KeyB",)),
        *WRITING,
        Shortcut(("Alt+↑", "Alt+↓"), _l("ارفعه أو أنزله"), ("Alt+ArrowUp", "Alt+ArrowDown")),
        Shortcut(("Delete",), _l("احذفه من العدد"), ("Delete",)),
    ), Action.EDIT),
    Group(_l("خبر مفتوح"), (SORTING, UNSORTED, Shortcut(("Esc",), _l("أغلق الخبر"))), Action.EDIT),
)
INBOX = (
    Group(_l("في الصفحة"), (WALK, ORIGINAL, SEARCH, DUPLICATES)),
    Group(_l("الخبر الذي وصلت إليه"), (
        Shortcut(("Enter",), _l("أضفه إلى العدد القادم"), ("Enter",)), LATER, EXCLUDE,
        Shortcut(("M",), _l("علّم"), ("KeyM",)), Shortcut(("G",), _l("ادمج المختار"), ("KeyG",)),
    ), Action.EDIT),
)
ITEM = (Group(_l("في الصفحة"), (*WRITING, SAVE, SORTING, UNSORTED), Action.EDIT),)
STORY = (Group(_l("في الصفحة"), (SORTING, UNSORTED), Action.EDIT),)
PAGES: dict[str, tuple[Group, ...]] = {
    "admin.issue": BOARD, "admin.inbox_page": INBOX, "admin.item_story": ITEM,
    "admin.story": STORY,
}


def shortcuts() -> tuple[Group, ...]:
    """Return the keys of the page at hand that the person may use."""
    return tuple(one for one in PAGES.get(request.endpoint or "", ()) if allowed(one.action))
