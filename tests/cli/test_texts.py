"""The Arabic room on files and pipes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click import ClickException

from tests.cli.conftest import Run

TEXT = (
    "دمشق – الساحل: افتتحت بلدية اللاذقية صباح أمس حديقة عامة على شاطئ البحر بعد عامين من العمل. "
    "وقال رئيس البلدية إن الحديقة تضم ثلاثة آلاف شجرة ومساراً للدراجات طوله أربعة كيلومترات. "
    "وبلغت كلفة المشروع 6.5 مليار ليرة جاء نصفها من تبرعات المغتربين. "
    "وتستقبل الحديقة زوارها مجاناً كل يوم حتى منتصف الليل في #اللاذقية.\n\n"
    "هل أعجبك المحتوى وتريد المزيد منه يصل إلى بريدك؟\nاشترك بنشرتنا البريدية."
)


def test_a_text_from_a_pipe_is_summed_up_in_whole_sentences(run: Run) -> None:
    summary = run("summarize", "-", "--sentences", "2", given=TEXT).output.strip()
    assert summary.endswith(".")
    assert "اشترك" not in summary
    assert "الساحل:" not in summary


@pytest.mark.parametrize("method", ["lead", "mix", "lexrank", "textrank", "lsa", "luhn", "kl"])
def test_every_method_can_be_chosen(run: Run, method: str) -> None:
    assert run("summarize", "-", "--method", method, given=TEXT).output.strip()


def test_lines_of_json_come_back_with_offsets_into_the_text(run: Run) -> None:
    row = {"id": "a", "title": "حديقة", "text": TEXT, "budget_words": 40}
    out = run("summarize", "-", "--jsonl", given=json.dumps(row, ensure_ascii=False) + "\n")
    made = json.loads(out.output)
    assert made["id"] == "a"
    assert made["sentences"]
    for one in made["sentences"]:
        assert TEXT[one["start"] : one["end"]] == one["text"]


def test_a_broken_line_is_named(run: Run) -> None:
    result = run("summarize", "-", "--jsonl", given='{"id": 1, "text": "نص."}\nnonsense\n', code=1)
    assert "line 2 is not JSON" in result.output


def test_stories_and_duplicates_keep_ids_and_order(run: Run, tmp_path: Path) -> None:
    rows = [
        {"id": "x", "title": "حديقة جديدة في اللاذقية", "text": TEXT, "date": "2026-11-24"},
        {"id": "y", "title": "حديقة جديدة في اللاذقية", "text": TEXT, "date": "2026-11-24"},
        {"id": "z", "title": "المنتخب يتأهل", "text": "سجّل المنتخب هدفاً في الدقيقة الأخيرة."},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    grouped = [json.loads(line) for line in run("group", str(file)).output.splitlines()]
    same = [json.loads(line) for line in run("dedupe", str(file)).output.splitlines()]
    for found in (grouped, same):
        assert [one["id"] for one in found] == ["x", "y", "z"]
        assert found[0]["cluster"] == found[1]["cluster"] != found[2]["cluster"]
    assert all(one["label"] for one in grouped)


def test_a_date_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"id": 1, "text": "نص", "date": "yesterday"}', encoding="utf-8")
    with pytest.raises((ClickException, AssertionError, SystemExit)):
        run("group", str(file))
