"""When a work was made, as centuries, from the words of its label. What cannot be read stays unknown.

Labels: "17th century", "1st century B.C."; before 1000 B.C., where labels grow vague, "2nd millennium B.C.". A work
belongs to each century that its date touches; a date over more than `SPAN` of them says nothing, and gets none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

SPAN: Final = 4
"""The Edo period (1615-1868) touches three; "1st-6th century" is a guess at half an age."""

LAST_YEAR: Final = 2100
"""Larger numbers are no years of ours."""

ORDINAL: Final = r"(\d{1,2}|[ivx]{1,5})(?:st|nd|rd|th|er|e|ème|è|\.)?"
DASH: Final = r"\s*(?:-|/|to|or|bis|and|through)\s*"
PARTS: Final = r"(?:(?:early|mid|middle|late|first|second|third|last|half|quarter|of|the|beginning|end|ca\.?|-|\s)+)?"
AGE: Final = r"\s*-?(century|centuries|cent\.?|c\.|millennium|millenium|siècle|siecle|jahrhundert|jh\.?|secolo|siglo)"
BEFORE: Final = r"(?:\s*(b\.?\s?c\.?(?:\s?e\.?)?(?![a-z])|v\.\s?chr|av\.\s?j))?"
ERA: Final = r"(?:\s*(?:a\.?\s?d\.?|c\.?\s?e\.?)(?![a-z]))?"

CENTURIES: Final = re.compile(
    rf"\b{ORDINAL}(?:{AGE})?{BEFORE}{ERA}(?:{DASH}{PARTS}{ORDINAL})?{AGE}{BEFORE}|\b{ORDINAL}{AGE}{BEFORE}"
)
DECADE: Final = re.compile(r"\b(\d{2,3}0)s\b")
"""And "1700s", which is a century."""

YEARS: Final = re.compile(
    rf"(?<!\d)(?<!\d[.,])(\d{{1,4}}){BEFORE}{ERA}(?:\s*(?:-|/|to|or|bis|and)\s*(?:ca\.?\s*)?(?:a\.?d\.?\s*)?(\d{{1,4}})(?![\d]))?"
    rf"{BEFORE}{ERA}(?![\d.,]\d)"
)
HIJRI: Final = re.compile(r"a\.?h\.?\s*\d+(?:\s*-\s*\d+)?\s*/")
"""The Islamic year of a label that gives both."""

ROMAN: Final = {"i": 1, "v": 5, "x": 10}

LABELS: Final = 16_384
"""Remembered: of a large collection's labels most are one of a few thousand."""


@lru_cache(LABELS)
def periods(date: str) -> tuple[str, ...]:
    """The label's date -> its centuries in order, at most `SPAN`; none where it cannot be read."""
    span = years(date)
    if span is None:
        return ()
    first, last = (century_of(year) for year in span)
    numbers = [number for number in range(first, last + 1) if number]  # no century 0
    if not numbers or len(numbers) > (SPAN if first > -10 else 3 * 10):
        return ()
    return tuple(dict.fromkeys(label(number) for number in numbers))[:SPAN]


def years(date: str) -> tuple[int, int] | None:
    """First and last year, negative before our era, or None. "ca. 1650-60" -> (1650, 1660)."""
    text = date.lower().replace("\N{EN DASH}", "-").replace("\N{EM DASH}", "-").replace("\N{NON-BREAKING HYPHEN}", "-")
    text = HIJRI.sub(" ", text)
    if found := CENTURIES.search(text):
        return of_centuries(found)
    if found := DECADE.search(text):
        first = int(found[1])
        return first, first + (9 if first % 100 else 99)
    for found in YEARS.finditer(text):
        if len(found[1]) >= 3 or found[2] or found[3] or found[4]:  # the 24 of "May 24, 1887" is a day
            return of_years(found)
    return None


def of_centuries(found: re.Match[str]) -> tuple[int, int] | None:
    """ "late 6th-5th century B.C." -> its first and last year."""
    if found[8]:
        first = last = number(found[8])
        ages = [found[9], found[9]]
        before = [found[10], found[10]]
    else:
        first = number(found[1])
        last = number(found[4]) if found[4] else first
        ages = [found[2] or found[5], found[5]]
        # "6th-5th century B.C.": what stands at the end holds for both, unless the first has a word of its own.
        before = [found[3] or (found[6] if not found[2] else None), found[6] or (found[3] if not found[4] else None)]
    if not first or not last:
        return None
    spans = [of_age(n, age, bool(bc)) for n, age, bc in zip((first, last), ages, before, strict=True)]
    span = min(s[0] for s in spans), max(s[1] for s in spans)
    return span if span[1] <= LAST_YEAR else None


def of_age(number: int, age: str, before: bool) -> tuple[int, int]:
    """The years of the n-th century or millennium; there is no year 0."""
    length = 1000 if age.startswith("mill") else 100
    near, far = max(1, (number - 1) * length), number * length - 1
    return (-far, -near) if before else (near, far)


def of_years(found: re.Match[str]) -> tuple[int, int] | None:
    """ "1650-60", "530-520 B.C.", "50 B.C.-A.D. 20"."""
    begin, end = found[1], found[3] or found[1]
    if found[3] and len(end) < len(begin) and not found[2] and not found[4]:
        end = begin[: len(begin) - len(end)] + end  # 1650-60
    first, last = int(begin), int(end)
    if found[2] or (found[4] and (found[3] is None or first >= last)):
        first = -first
    if found[4] or (found[2] and not found[3]):
        last = -last
    if not first or not last or max(first, last) > LAST_YEAR:
        return None
    return min(first, last), max(first, last)


def number(ordinal: str) -> int:
    """17 or xvii -> 17; 0 for what is none."""
    if ordinal.isdigit():
        return int(ordinal)
    values = [ROMAN[letter] for letter in ordinal]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def century_of(year: int) -> int:
    """1600 to 1699 -> 17, as museums count ("1700-1799" is one century, not two); -99 to -1 -> -1."""
    return year // 100 + 1 if year > 0 else -(-year // 100 + 1)


def label(century: int) -> str:
    """17 -> "17th century"; -15 -> "2nd millennium B.C."."""
    if century < -10:
        return f"{ordinal((-century - 1) // 10 + 1)} millennium B.C."
    return f"{ordinal(abs(century))} century{' B.C.' if century < 0 else ''}"


def in_order(label: str) -> tuple[int, int]:
    """A key that sorts labels by time."""
    n = int(re.match(r"\d+", label)[0]) if label[:1].isdigit() else 0  # type: ignore[index]
    if "millennium" in label:
        return (-10 * n, 0)
    return (-n, 1) if "B.C." in label else (n, 1)


def ordinal(n: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
