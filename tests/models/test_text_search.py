"""Search by words: the form of a query, what is found and in what order, facets, sentences, type-ahead (Q1-Q10)."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from models.search import text, text_store
from models.search.facets import FACETS, artist, culture
from models.search.materials import materials
from models.search.periods import periods
from models.search.query import FIELDS, MAX_TERMS, read_query, words_of
from models.search.text import SearchError, SearchTooSlow, TextIndex
from models.works.work import Work
from tests.models.labels import WORKS, many, opened


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    return opened(tmp_path_factory.mktemp("words"))


def found(index: TextIndex, typed: str, **chosen: str) -> list[str]:
    return sorted(index.search(typed, chosen, limit=60).works)


# -- the form of a query


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("peacocks", ["w1", "w7"]),
        ("fan peacocks", ["w7"]),
        ("fan -peacocks", ["w6", "w8"]),
        ('"card players"', ["w3"]),
        ('"players card"', []),
        ("title:portrait", ["w4", "w5"]),
        ("portrait", ["w4", "w5", "w9"]),
        ("-department:european -fan", ["w10", "w9"]),
        ('-"oil on canvas" artist:rembrandt', ["w5"]),
        ("TITLE:Fan", ["w6", "w7", "w8"]),
        ("مزهرية", ["w10"]),
    ],
)
def test_words_phrases_minus_and_fields_find_what_they_say(index: TextIndex, typed: str, ids: list[str]) -> None:
    """Q1"""
    assert found(index, typed) == sorted(ids)


@pytest.mark.parametrize("typed", ["cezanne", "CÉZANNE", "Ce\u0301zanne", "cézanne"])
def test_neither_accents_nor_capitals_matter(index: TextIndex, typed: str) -> None:
    """Q2"""
    assert found(index, typed) == ["w2", "w3"]


def test_a_name_with_an_apostrophe_is_found_in_either_spelling(index: TextIndex) -> None:
    assert found(index, "d'Hondecoeter") == found(index, "hondecoeter") == ["w1"]


HOSTILE = [
    '"', '""', '"unclosed', "*", "^", "a*b*", "(", "())(", "{title}: fan", "NEAR(fan peacocks, 2)", "AND", "OR OR",
    "NOT fan", "fan AND NOT", "title:", "title:title:fan", "nofield:fan", "-", "--", "-fan", '-""', "+fan", "fan;DROP",
    "' OR 1=1 --", "\0", "fan\0peacocks", "a" * 10_000, "fan " * 3_000, "🎨", "🎨 fan 🖼️", "\u202efan\u202c", "שלום",
    "\ud800", "%", "_", "\\", "\n\t", "−fan", "“fan”", "rowid:1", "works:fan", "bm25", '"fan" "', 'title:"fan',
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_anybody_types_is_an_error(index: TextIndex, typed: str) -> None:
    """Q1"""
    result = index.search(typed)
    assert (result.total > 0) == bool(result.works)
    assert result.total or result.explained
    index.suggest(typed)


def test_drawn_at_random_no_query_is_an_error(index: TextIndex) -> None:
    """Q1; the seed is 7."""
    rng = random.Random(7)
    parts = [
        "fan",
        "peacocks",
        "-",
        '"',
        ":",
        "title",
        "*",
        "(",
        ")",
        " ",
        " ",
        "AND",
        "NEAR",
        "é",
        "\0",
        "^",
        "{",
        "}",
    ]
    for _ in range(400):
        typed = "".join(rng.choices(parts, k=rng.randint(1, 12)))
        result = index.search(typed)
        assert len(result.works) == result.total <= len(WORKS), typed


def test_operators_of_sqlite_are_words_like_any_other(index: TextIndex) -> None:
    assert found(index, "NEAR") == [] and found(index, "the OR card") == []


def test_of_a_long_query_the_first_words_are_read_and_that_is_said(index: TextIndex) -> None:
    result = index.search("fan " * 40)
    assert result.total == 3 and "Only the beginning" in (result.explained or "")
    assert len(read_query("fan " * 40).terms) == MAX_TERMS


def test_a_last_word_that_no_work_has_may_be_unfinished(index: TextIndex) -> None:
    """Q4"""
    assert found(index, "rembr") == ["w4", "w5"]
    assert found(index, "paul cez") == ["w2", "w3"]
    assert found(index, "rembr paul") == [], "only the last"
    assert found(index, '"rembr"') == [], "what stands in quotes is meant"


def test_our_words_are_those_of_fts5(index: TextIndex) -> None:
    """Else a common word would be ranked without its verdict."""
    kept = {word for (word,) in index._ask("SELECT word FROM words")}
    ours = {word for work in WORKS for field in FIELDS for word in words_of(getattr(work, field))}
    assert kept == ours


# -- order and pages


def test_a_word_in_a_title_comes_before_the_same_word_elsewhere(index: TextIndex) -> None:
    """Q3"""
    assert index.search("man").works[0] == "w4" and index.search("portrait").works[-1] == "w9"


def test_works_that_are_equally_good_come_in_the_collections_order(index: TextIndex, tmp_path: Path) -> None:
    """Q3"""
    assert index.search("").works == [work.id for work in WORKS]
    same = opened(tmp_path, [Work(id=id, title="Fan") for id in ("z", "a", "m")])
    assert same.search("fan").works == ["z", "a", "m"]


@pytest.mark.parametrize("typed", ["", "red", "red -moon", "red blue", '"red man"', "title:red", "dra"])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(tmp_path: Path, typed: str) -> None:
    """Q3"""
    index = opened(tmp_path, many(300))
    whole = index.search(typed, limit=300)
    paged, after = [], None
    while True:
        page = index.search(typed, limit=4, after=after)
        assert page.total == whole.total
        paged += page.works
        if (after := page.after) is None:
            break
    assert paged == whole.works and len(paged) == whole.total > 4


def test_a_page_after_a_work_that_is_not_in_the_result_is_refused(index: TextIndex) -> None:
    for after in ("nowhere", "w10"):
        with pytest.raises(SearchError):
            index.search("fan", after=after)


@pytest.mark.parametrize("typed", ["red", "red blue", "red -blue", "red blue red", "-red", "river cat"])
def test_common_words_are_ranked_as_fts5_ranks_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """Q3: the sum of the verdicts kept for single words is its own verdict."""
    works = many(400)
    by_fts5 = opened(tmp_path / "a", works).search(typed, limit=400)
    monkeypatch.setattr(text_store, "COMMON", 10)
    monkeypatch.setattr(text, "COMMON", 10)
    by_sums = opened(tmp_path / "b", works)
    assert by_sums._ask("SELECT count(*) FROM common").fetchone()[0] >= 9
    result = by_sums.search(typed, limit=400)
    assert Counter(result.works) == Counter(by_fts5.works) and result.total > 10
    assert result.works == by_fts5.works


@pytest.mark.parametrize("typed", ['"red man"', "title:red", "re"])
def test_results_too_large_to_weigh_hold_the_same_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    works = many(400)
    weighed = opened(tmp_path / "a", works).search(typed, limit=400)
    monkeypatch.setattr(text_store, "COMMON", 2)
    monkeypatch.setattr(text, "COMMON", 2)
    assert sorted(opened(tmp_path / "b", works).search(typed, limit=400).works) == sorted(weighed.works)


# -- facets


def test_facets_count_the_result_and_their_own_choice_does_not_narrow_them(tmp_path: Path) -> None:
    """Q5, against counting by hand."""
    works = many(200)
    index = opened(tmp_path, works)
    chosen = {"culture": "French", "medium": "oil"}
    result = index.search("red", chosen, limit=200)
    has_red = [work for work in works if "red" in f"{work.title} {work.description}".lower()]

    def kept(work: Work, *names: str) -> bool:
        tests = {"culture": work.culture == "French", "medium": "oil" in materials(work.medium)}
        return all(tests[name] for name in names)

    assert set(result.works) == {work.id for work in has_red if kept(work, "culture", "medium")}
    by_culture = Counter(work.culture for work in has_red if kept(work, "medium") and work.culture)
    by_medium = Counter(m for work in has_red if kept(work, "culture") for m in materials(work.medium))
    by_period = Counter(p for work in has_red if kept(work, "culture", "medium") for p in periods(work.date))
    assert dict(result.facets["culture"]) == by_culture
    assert dict(result.facets["medium"]) == by_medium
    assert dict(result.facets["period"]) == by_period
    told = [value for value, _ in index.search("").facets["period"]]
    assert told == ["17th century", "18th century", "20th century"], "in the order of time"


def test_without_a_query_facets_count_everything(index: TextIndex) -> None:
    facets = index.search("").facets
    assert tuple(facets) == FACETS
    assert facets["department"][0] == ("European Paintings", 5)
    assert ("6th century B.C.", 1) in facets["period"] and facets["colour"] == []
    assert dict(facets["artist"])["Rembrandt"] == 2, "one artist, however the name is written out"


def test_a_facet_that_there_is_not_is_refused(index: TextIndex) -> None:
    with pytest.raises(SearchError, match="there are department"):
        index.search("", {"size": "big"})


@pytest.mark.parametrize(
    ("said", "name", "nation"),
    [
        ("Rembrandt (Rembrandt van Rijn) (Dutch, Leiden 1606–1669 Amsterdam)", "Rembrandt", "Dutch"),
        ("Thomas Cummings (American (born England), Bath 1804–1894)", "Thomas Cummings", ""),
        ("Kano Shōun", "Kano Shōun", ""),
        ("A. Potter (Springfield, Massachusetts 1800–1850)", "A. Potter", ""),
        ("(Attributed)", "(Attributed)", ""),
        ("", "", ""),
    ],
)
def test_artists_are_names_and_a_nationality_is_only_taken_for_what_is_one(said: str, name: str, nation: str) -> None:
    """Q6"""
    work = Work(id="w", title="", artist=said)
    assert artist(work) == name and culture(work) == ((nation,) if nation else ())


def test_materials_are_plain_words_and_unknown_ones_stay_unknown() -> None:
    """Q6"""
    assert materials("Oil on canvas") == ("oil", "canvas")
    assert materials("Watercolour on ivory; gilt-copper case") == ("watercolor", "ivory", "gold", "copper")
    assert materials("Mixed media") == materials("") == ()


# -- sentences


@pytest.mark.parametrize(
    ("typed", "chosen", "says"),
    [
        ("rembrant", {}, "“rembrant”. Did you mean “rembrandt”?"),
        ("xyzzy", {}, "No work has “xyzzy”"),
        ("fan rembrandt", {}, "No work has all of these words; without “rembrandt” there are 3."),
        ("portrait terracotta ivory fan", {}, "try fewer"),
        ('"players card"', {}, "1 work has its words apart"),
        ("title:rembrandt", {}, "2 works have “rembrandt” somewhere else"),
        ("fan -fan", {}, "leave the minus out"),
        ("fan", {"culture": "Dutch"}, "without “Dutch” under “culture” there are 3."),
        ("fan", {"culture": "Martian"}, "No work here has “Martian” under “culture”."),
        ("", {"culture": "Greek", "artist": "Rembrandt"}, "No work fits all that you chose"),
        ("🎨", {}, "There is no word in this"),
    ],
)
def test_who_finds_nothing_is_told_why_and_what_would_find_something(
    index: TextIndex, typed: str, chosen: dict[str, str], says: str
) -> None:
    """Q7"""
    result = index.search(typed, chosen)
    assert result.total == 0 and result.works == [] and result.explained is not None
    assert says in result.explained
    for promised in re.findall(r"Did you mean “(.+)”", result.explained):
        assert index.search(promised).total


def test_who_finds_something_is_told_nothing(index: TextIndex) -> None:
    assert index.search("fan").explained is None


# -- type-ahead


def test_type_ahead_offers_names_with_the_works_that_have_them(index: TextIndex) -> None:
    """Q8"""
    offered = {(s.text, s.kind): s.count for s in index.suggest("re")}
    assert offered[("Rembrandt", "artist")] == 2
    assert {s.kind for s in index.suggest("f")} >= {"culture", "title"}
    assert [(s.text, s.count) for s in index.suggest("fan")][0] == ("Fan", 2), "the frequent before the rare"
    assert [s.text for s in index.suggest("paul cez")] == ["Paul Cézanne"]
    assert index.suggest("") == index.suggest("🎨") == []


def test_type_ahead_offers_the_frequent_before_the_rare(tmp_path: Path) -> None:
    """Q8"""
    works = [Work(id=f"w{i}", title="", artist="Gardener A" if i == 0 else "Gardener Z") for i in range(4)]
    assert [(s.text, s.count) for s in opened(tmp_path, works).suggest("gard")] == [
        ("Gardener Z", 3),
        ("Gardener A", 1),
    ]


def test_type_ahead_offers_ten_names_at_most_and_leaves_room_for_titles(tmp_path: Path) -> None:
    """Q8"""
    works = [Work(id=f"w{i}", title=f"Garden {i}", artist=f"Gardener {i}") for i in range(40)]
    offered = opened(tmp_path, works).suggest("gard")
    assert len(offered) == 10 and Counter(s.kind for s in offered) == {"artist": 6, "title": 4}


# -- how it is kept


def test_what_is_kept_is_read_again_and_what_is_damaged_is_made_again(tmp_path: Path) -> None:
    """Q9"""
    first = opened(tmp_path)
    made = first.path.stat().st_mtime_ns
    first.close()
    assert opened(tmp_path).path.stat().st_mtime_ns == made
    data = bytearray(first.path.read_bytes())
    data[len(data) // 2] ^= 1
    first.path.write_bytes(data)
    mended = opened(tmp_path)
    assert mended.path.stat().st_mtime_ns != made and mended.search("fan").total == 3
    (first.path.parent / "manifest.json").write_text("{}")
    assert opened(tmp_path).search("fan").total == 3
    first.path.unlink()
    assert opened(tmp_path).search("fan").total == 3


def test_a_build_that_is_cut_short_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Q9"""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(text_store, "write_names", full)
    with pytest.raises(OSError, match="No space"):
        text_store.kept_index(WORKS, "digest", tmp_path)
    assert list((tmp_path / "words").iterdir()) == []


def test_where_nothing_can_be_kept_it_is_searched_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    index = opened(tmp_path / "file")
    assert index.search("fan").total == 3
    index.close()
    assert not index.path.exists()


def test_a_search_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Q10"""
    monkeypatch.setattr(text, "STEPS", 1)
    index = opened(tmp_path, many(400), limit_s=-1.0)
    with pytest.raises(SearchTooSlow):
        index.search('"red man"')
    index._limit_s = 1.0
    assert index.search('"red man"').total, "and the next one is answered"
