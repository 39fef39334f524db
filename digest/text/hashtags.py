"""Hashtags inside Arabic text: found as names, opened into words."""

from __future__ import annotations

import re

# A tag starts where no word, path, parameter or entity goes on, so addresses keep their fragment;
# a word of one letter is written against it: و#حلب
_TAG = re.compile(
    r"(?:(?<![\w/&#?=.\-])|(?<=\b[وفبلك]))([#\uff03]+)([\w\u0640\u064b-\u0652]+)"
)
# Arabic writers also hang a tag on the word before it: خسائر#إدلب
_GLUED = re.compile(
    r"(?<=[\u0620-\u064a\u064b-\u0652])(?<!\b[وفبلك])[#\uff03]+(?=[\u0620-\u064a])"
)
_HIDDEN = "[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"  # joiners and direction marks
# The same behind a direction mark, after a word of any script.
_BEHIND_MARK = re.compile(rf"(?<=\w)({_HIDDEN}+)([#\uff03]+)(?=\w)")
# What is left of a tag that lost its word: عنصرا# or a # on its own.
_STRAY = re.compile("(?<=[\u0620-\u0652\u0660-\u0669])[#\uff03]+(?!\\w)|(?<!\\S)[#\uff03]+(?!\\S)")
# The same before a direction mark and a word: without a space the two words would be one.
_PARTING = re.compile(
    rf"(?<=[\u0620-\u0652\u0660-\u0669])[#\uff03]+(?={_HIDDEN}+\w)"
)
_NUMBER = re.compile(r"\d+")


def hashtags(text: str) -> tuple[str, ...]:
    """Return the names of the hashtags as words, in order, repeated as often as they occur.

    ``#وزارة_الدفاع`` gives "وزارة الدفاع"; ``#1`` and fragments of addresses give nothing.
    """
    lines = [line for line in text.split("\n") if "#" in line or "\uff03" in line]
    found = (_words(tag) for tag in _TAG.finditer(_parted("\n".join(lines))))
    return tuple(name for name in found if name)


def open_hashtags(text: str) -> str:
    """Return the text with every hashtag as plain words and no stray ``#`` after Arabic."""
    if "#" not in text and "\uff03" not in text:
        return text
    text = _TAG.sub(lambda tag: _words(tag) or tag.group(), _parted(text))
    return _STRAY.sub("", _PARTING.sub(" ", text))


def _parted(text: str) -> str:
    """Put a space before each tag that hangs on a word."""
    return _GLUED.sub(" #", _BEHIND_MARK.sub(r"\1 \2", text))


def _words(tag: re.Match[str]) -> str:
    name = tag.group(2)
    if _NUMBER.fullmatch(name):
        return ""
    return " ".join(part for part in name.split("_") if part)
