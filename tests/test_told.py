"""What the server says against what the pages say: the same words in English, and no code that a page does not know."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.search.reasons import REASONS, Reason
from models.sentences import Value, sentence
from server.gateway import faults
from server.web.no_answers import SENTENCES

ROOT = Path(__file__).parents[1]
TOLD: dict[str, str] = json.loads((ROOT / "client/web/src/texts/en/told.json").read_text(encoding="utf-8"))


def of(kind: str) -> dict[str, str]:
    """The catalogue's texts for one kind of codes."""
    return {key.removeprefix(kind): text for key, text in TOLD.items() if key.startswith(kind)}


def codes(paths: Iterator[Path], *callers: str) -> dict[str, str]:
    """Every text given to one of these as its code, and a file where it is."""
    found = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in callers:
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                found |= dict.fromkeys(texts[:1], path.name)
    return found


def stems(templates: dict[str, str]) -> set[str]:
    return {re.sub(r"\.(one|other)$", "", key) for key in templates}


def test_why_nothing_was_found_has_the_same_words_on_the_pages() -> None:
    """Q7"""
    assert of("why.") == REASONS


def test_a_refusal_has_the_same_words_on_the_pages() -> None:
    """G48, C16"""
    assert of("refused.") == SENTENCES


def test_every_code_of_a_reason_and_of_a_refusal_has_its_words() -> None:
    """Q7, G48"""
    reasons = codes((ROOT / "models/search").glob("*.py"), "Reason")
    refusals = codes((ROOT / "server").rglob("*.py"), "NoAnswer", "NoSeed")
    assert len(reasons) > 5 and reasons.keys() <= stems(REASONS)
    assert len(refusals) > 15 and refusals.keys() <= stems(SENTENCES)


def test_every_code_that_ends_a_visit_or_finds_no_place_has_words_of_the_pages() -> None:
    """C5"""
    final = {code for code in vars(faults).values() if isinstance(code, int) and 4500 <= code <= 4999}
    assert set(map(int, of("fault."))) == final | {faults.FULL}


@pytest.mark.parametrize(
    ("why", "values", "says"),
    [
        ("all_but", {"term": "fan", "n": 1}, "without “fan” there is 1."),
        ("all_but", {"term": "fan", "n": 1_200}, "without “fan” there are 1,200."),
        ("minus", {"terms": ["fan", "{n}"]}, "has “fan”, “{n}” too"),
    ],
)
def test_a_reason_is_a_sentence_and_a_code_with_the_same_values(why: str, values: dict[str, Value], says: str) -> None:
    reason = Reason(why, values)
    assert says in reason.sentence
    assert reason.told == {"why": why} | values


def test_a_number_that_is_not_whole_is_written_as_short_as_it_is() -> None:
    assert "after 0.5 seconds" in sentence(SENTENCES, "late", {"n": 0.5})
    assert "after 20 seconds" in sentence(SENTENCES, "late", {"n": 20.0})


def test_a_gap_without_a_value_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        sentence(REASONS, "missing", {})
