"""Bytes become the text that was meant, whatever they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text import charset

TEXT = "أعلنت الوزارة اليوم نتائج المسابقة، وقال الوزير إن العدد بلغ 340 ناجحاً."
PAGE = f"<html><body><p>{TEXT}</p></body></html>"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1256", "iso8859-6", "cp720", "mac-arabic"])
def test_arabic_is_read_without_any_label(encoding: str) -> None:
    plain = TEXT.replace("،", "") if encoding == "cp720" else TEXT
    found = charset.decode(plain.encode(encoding))
    assert (found.text, found.doubtful) == (plain, False)


@pytest.mark.parametrize("label", ["utf-8", "iso-8859-1", "windows-1252", "no-such-charset", ""])
def test_a_label_that_lies_does_no_harm(label: str) -> None:
    assert charset.decode(TEXT.encode("cp1256"), [label]).text == TEXT


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
)
def test_marks_and_zeros_tell_the_wide_encodings(encoding: str) -> None:
    assert charset.decode(PAGE.encode(encoding)).text == PAGE


def test_utf_8_with_a_broken_letter_stays_utf_8() -> None:
    found = charset.decode(TEXT.encode() + b"\xd9 " + TEXT.encode())
    assert found.encoding == "utf-8"
    assert found.text.count("\ufffd") == 1


def test_western_text_is_read_by_its_label() -> None:
    text = "Un été à Genève, déjà près du café"
    assert charset.decode(text.encode("cp1252"), ["iso-8859-1"]).text == text


def test_what_nobody_wrote_is_called_doubtful() -> None:
    assert charset.decode(bytes(range(128, 256)) * 4).doubtful


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Windows-1256", "cp1256"),
        ('"x-mac-arabic"', "mac-arabic"),
        ("ISO-8859-1", "cp1252"),
        ("ASMO-708", "iso8859-6"),
        ("utf-7", None),
        ("zip", None),
        ("base64", None),
        ("idna", None),
        ("no-such", None),
        ("\x00", None),
        ("", None),
    ],
)
def test_labels_are_read_as_the_web_means_them(label: str, name: str | None) -> None:
    assert charset.codec(label) == name


@pytest.mark.parametrize(
    ("text", "is_readable"),
    [
        (TEXT, True),
        ("Plain English", True),
        ("", True),
        ("الـPDF الجديد", True),
        (TEXT.encode().decode("cp1252", "ignore"), False),
        (TEXT.encode().decode("latin-1"), False),
        (TEXT.encode("cp1256").decode("latin-1"), False),
        ("خبر \ufffd\ufffd عاجل", False),
        ("قال Ø¹Ø±Ø¨ اليوم", False),
        ("قال Ø¹ط¹ اليوم", True),
        ("قال ط¹ط±ط¨ اليوم", False),
    ],
)
def test_garbled_text_is_told_from_good(text: str, is_readable: bool) -> None:
    assert charset.readable(text) is is_readable


@given(
    st.binary(),
    st.lists(st.one_of(st.text(max_size=12), st.sampled_from(["cp864", "utf-16", "utf-7"]))),
)
def test_decoding_never_fails(content: bytes, labels: list[str]) -> None:
    found = charset.decode(content, labels)
    assert 0 <= charset.plausible(found.text) <= 1
    assert charset.readable(found.text) in {True, False}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    content = text.encode()
    if not content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) and b"\x00" not in content:
        assert charset.decode(content, ["cp1256"]).text == text
