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


def jsonl(path: Path, *rows: dict[str, object]) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return str(path)


def classified(run: Run, *args: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in run("classify", *args).output.splitlines()]


def test_articles_are_sorted_into_the_default_topics(run: Run, tmp_path: Path) -> None:
    file = jsonl(
        tmp_path / "rows.jsonl",
        {"id": 1, "title": "المنتخب يتأهل", "text": "سجّل المهاجم هدف المباراة في الشوط الثاني."},
        {"id": 2, "title": "", "text": "جلسنا ننظر إلى الأفق."},
        {"id": 3, "title": "", "text": "نص قصير.", "tags": ["صحة"]},
    )
    match, horizon, tagged = classified(run, file)
    assert (match["id"], match["cluster"], match["topic"]) == (1, "رياضة", "sport")
    assert 0.7 <= float(str(match["sure"])) <= 1
    assert horizon == {"id": 2, "cluster": None, "topic": None, "best": None, "sure": 0.0}
    assert (tagged["topic"], tagged["sure"]) == ("health", 1.0)


def test_lessons_add_topics_and_may_be_renamed(run: Run, tmp_path: Path) -> None:
    text = "قطف نحّالون عسل السدر من منحل الجبل والرحيق وفير"
    lessons = jsonl(tmp_path / "lessons.jsonl", *(
        {"id": number, "title": "", "text": f"{text} {number}", "category": "bees"}
        for number in range(12)
    ))
    file = jsonl(tmp_path / "rows.jsonl", {"id": 1, "title": "", "text": text})
    assert classified(run, file, "--learn", lessons)[0]["cluster"] == "bees"
    renamed = classified(run, file, "--learn", lessons, "--as", "bees=environment")[0]
    assert (renamed["cluster"], renamed["topic"]) == ("بيئة", "environment")


@pytest.mark.parametrize(("lesson", "args", "words"), [
    ({"id": 9, "text": "نص"}, (), "lesson 9 needs a"),
    ({"id": 9, "text": "نص", "category": "a"}, ("--as", "a"), "CATEGORY=TOPIC"),
])  # fmt: skip
def test_a_bad_lesson_is_named(
    run: Run, tmp_path: Path, lesson: dict[str, object], args: tuple[str, ...], words: str
) -> None:
    lessons = jsonl(tmp_path / "lessons.jsonl", lesson)
    code = 2 if args else 1
    assert words in run("classify", lessons, "--learn", lessons, *args, code=code).output


def test_topics_are_listed_and_added(run: Run) -> None:
    run("init")
    number = int(run("topics", "add", "بحر", "سفينة", "مرفأ").output)
    found = json.loads(run("topics", "list", "--json").output)
    assert found["lessons"] == 0
    assert len(found["topics"]) == 10
    assert found["topics"][-1] == {
        "id": number, "name": "بحر", "hints": ["سفينة", "مرفأ"], "stories": 0, "lessons": 0,
    }  # fmt: skip
    assert "بحر\t2 hints" in run("topics", "list").output


def test_what_a_summary_adds_is_printed_with_its_place(run: Run, tmp_path: Path) -> None:
    source, summary = tmp_path / "source.txt", tmp_path / "summary.txt"
    source.write_text(TEXT, encoding="utf-8")
    summary.write_text("تضم الحديقة أربعة آلاف شجرة.", encoding="utf-8")
    printed = run("fidelity", str(summary), str(source), code=1).output
    assert printed == "number 12-22 أربعة آلاف\n"
    found = json.loads(run("fidelity", str(summary), str(source), "--json", code=1).output)
    assert found == [{"kind": "number", "text": "أربعة آلاف", "start": 12, "end": 22}]
    summary.write_text("تضم الحديقة ٣٠٠٠ شجرة.", encoding="utf-8")
    assert run("fidelity", str(summary), str(source)).output == ""
