"""Dates of labels as centuries (Q6)."""

import pytest

from models.search.periods import in_order, periods, years


@pytest.mark.parametrize(
    ("date", "span"),
    [
        ("ca. 1650-60", (1650, 1660)),
        ("ca.1850", (1850, 1850)),
        ("1683", (1683, 1683)),
        ("17th century", (1600, 1699)),
        ("1st century B.C.", (-99, -1)),
        ("mid-19th century", (1800, 1899)),
        ("Edo period (1615–1868)", (1615, 1868)),
        ("ca. 530–520 B.C.", (-530, -520)),
        ("50 B.C.–A.D. 20", (-50, 20)),
        ("late 6th–early 5th century B.C.", (-599, -400)),
        ("1st century B.C.–1st century A.D.", (-99, 99)),
        ("9th–10th century", (800, 999)),
        ("1640s", (1640, 1649)),
        ("1700s", (1700, 1799)),
        ("A.H. 1021/A.D. 1612", (1612, 1612)),
        ("March 3, 1887", (1887, 1887)),
        ("18th or 19th century", (1700, 1899)),
        ("3rd millennium B.C.", (-2999, -2000)),
        ("7th c. BCE", (-699, -600)),
        ("XVIIe siècle", (1600, 1699)),
        ("17. Jahrhundert", (1600, 1699)),
    ],
)
def test_a_date_is_read_as_its_first_and_last_year(date: str, span: tuple[int, int]) -> None:
    assert years(date) == span


@pytest.mark.parametrize(
    "date", ["", "n.d.", "unknown", "99999", "12", "New Kingdom, Dynasty 18", "ca. 1st–6th century"]
)
def test_what_cannot_be_read_stays_unknown(date: str) -> None:
    """Q6"""
    assert periods(date) == ()


@pytest.mark.parametrize(
    ("date", "centuries"),
    [
        ("1700–1799", ("18th century",)),
        ("1615–1868", ("17th century", "18th century", "19th century")),
        ("50 B.C.–A.D. 20", ("1st century B.C.", "1st century")),
        ("ca. 1353–1336 B.C.", ("2nd millennium B.C.",)),
        ("112", ("2nd century",)),
        ("2001", ("21st century",)),
        ("1011", ("11th century",)),
    ],
)
def test_a_work_counts_in_each_century_that_its_date_touches(date: str, centuries: tuple[str, ...]) -> None:
    assert periods(date) == centuries


def test_labels_sort_by_time() -> None:
    told = ["3rd millennium B.C.", "9th century B.C.", "1st century B.C.", "1st century", "2nd century", "19th century"]
    mixed = [told[i] for i in (3, 0, 5, 1, 4, 2)]
    assert sorted(mixed, key=in_order) == told
