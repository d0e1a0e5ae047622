"""A sentence for a person by its code: an English template with gaps, and values that any language can fill in.

Whoever answers a page sends code and values beside the sentence, and the page says the same from its own catalogue
(`client/web/src/texts/*/told.json`, whose English has the same words). Knows no reason and no refusal itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Value = str | int | float | Sequence[str]
"""Texts are what somebody typed or a museum wrote, never words of ours."""


def sentence(templates: Mapping[str, str], code: str, values: Mapping[str, Value]) -> str:
    """The template of `code`, or where it has `code.one` and `code.other` the form for the value `n`, with its gaps
    filled. Raises KeyError for a code that is not there, and for a gap without a value."""
    form = f"{code}.{'one' if values.get('n') == 1 else 'other'}"
    template = templates[form] if form in templates else templates[code]
    return template.format_map({name: written(value) for name, value in values.items()})


def written(value: Value) -> str:
    """Numbers with commas, texts in quotes, several of them with commas between."""
    match value:
        case str():
            return f"“{value}”"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,g}"
        case _:
            return ", ".join(map(written, value))
