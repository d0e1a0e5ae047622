"""The tables that `bench.search` measures: the same every time, and words as uneven as real ones."""

import pytest

from bench.made_up import COMMON_SHARE, museum
from bench.search import MET, met_works, questions
from models.search.text import TextIndex


def test_a_made_up_museum_is_the_same_every_time_and_has_its_commonest_word() -> None:
    works = museum(2_000)
    assert works == museum(2_000)
    share = sum("Portrait" in work.title for work in works) / len(works)
    assert share == pytest.approx(COMMON_SHARE, abs=0.05)
    assert len({work.id for work in works}) == len(works)


def test_every_kind_of_question_is_answered(tmp_path_factory: pytest.TempPathFactory) -> None:
    works = museum(2_000)
    index = TextIndex(works, "bench", tmp_path_factory.mktemp("words"))
    for kind, asked in questions(index, works).items():
        answers = [index.search(*question) for question in asked[:5]]
        assert any(answer.total for answer in answers) or kind == "a misspelt word", kind


def test_the_mets_labels_are_searched(tmp_path_factory: pytest.TempPathFactory) -> None:
    if not MET.is_file():
        pytest.skip(f"the labels of the Met's paintings are not at {MET}")
    works = met_works()
    index = TextIndex(works, "met", tmp_path_factory.mktemp("words"))
    assert index.search("").total == len(works) == 8_870
    assert index.search("cezanne").total >= 20
    assert sum(count for _, count in index.search("").facets["period"]) > 8_000
