"""docs/SPEC.md against the code: messages, close codes, defaults; and its rules against the tests that cite them."""

import ast
import dataclasses
import inspect
import io
import re
import tokenize
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.gateway import faults
from server.settings import ServerSettings
from shared_state import messages
from shared_state.settings import DEFAULTS

ROOT = Path(__file__).parents[1]
SPEC = (ROOT / "docs" / "SPEC.md").read_text(encoding="utf-8")
RULE = re.compile(r"^- \*\*([A-Z])(\d+)\*\* (.+)$", re.MULTILINE)
CITED = re.compile(r"\b([WGCSRBDQU])(\d+)\b")
STRUCTS = {
    kind.__struct_config__.tag or name.lower(): kind
    for name, kind in inspect.getmembers(messages, inspect.isclass)
    if issubclass(kind, msgspec.Struct) and kind not in (msgspec.Struct, messages.Message)
}
"""Every struct of the wire by its tag, or by its lower-case name where it has none."""


def rows(text: str) -> list[list[str]]:
    """Cells of the lines of tables in `text`, without heads, rules and backticks."""
    found = [re.split(r"\s*\|\s*", line.strip("| ")) for line in text.splitlines() if line.startswith("| ")]
    return [[cell.replace("`", "") for cell in row] for row in found[2:]]


def sections(level: str) -> dict[str, str]:
    """Text by heading of that level, each up to the next heading of any level."""
    parts = re.split(r"^(#+) (.+)$", SPEC, flags=re.MULTILINE)[1:]
    return {name: text for mark, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True) if mark == level}


def described(kind: Any) -> frozenset[str]:
    """A field's type in the words of the page, as the set of its alternatives."""
    match kind:
        case msgspec.inspect.StrType(pattern=str(pattern)):
            return frozenset({f"string {pattern}"})
        case msgspec.inspect.StrType(min_length=int(low), max_length=high):
            return frozenset({f"string {low}-{high}"})
        case msgspec.inspect.StrType():
            return frozenset({"string"})
        case msgspec.inspect.IntType(ge=int(low), le=high):
            return frozenset({f"integer {low}-{high}"})
        case msgspec.inspect.IntType():
            return frozenset({"integer"})
        case msgspec.inspect.LiteralType(values=values):
            return frozenset(map(str, values))
        case msgspec.inspect.StructType(cls=struct):
            return frozenset({struct.__struct_config__.tag or struct.__name__.lower()})
        case msgspec.inspect.ListType(item_type=item):
            return frozenset(f"list of {part}" for part in described(item))
        case msgspec.inspect.UnionType(types=types):
            return frozenset().union(*map(described, types))
    plain = {"FloatType": "number", "BoolType": "boolean", "BytesType": "bytes", "NoneType": "nil"}
    return frozenset({plain[type(kind).__name__]})


def number(cell: str) -> float:
    """A default as the page writes it: 0.25 or 1/60."""
    return float(Fraction(cell))


def test_every_message_is_told_and_none_that_does_not_exist() -> None:
    assert sections("####").keys() == STRUCTS.keys()


@pytest.mark.parametrize("tag", STRUCTS)
def test_every_field_is_told_in_its_order_with_its_type_and_limits(tag: str) -> None:
    told = [(row[0], frozenset(re.split(r", | or ", row[1]))) for row in rows("\n\n" + sections("####")[tag])]
    fields = msgspec.structs.fields(STRUCTS[tag])
    assert told == [(field.name, described(msgspec.inspect.type_info(field.type))) for field in fields]


def test_the_limits_in_sentences_are_those_of_the_code() -> None:
    rules = {letter + digits: text for letter, digits, text in RULE.findall(SPEC)}
    assert f"more than {messages.MAX_MESSAGE_BYTES:,} bytes" in rules["W2"]
    assert f"at most {messages.MAX_REASON_CHARS} characters" in rules["W8"]
    assert messages.MAX_SEQ == 2**53 - 1 and "2^53 - 1" in rules["W5"]
    assert messages.ACK_WINDOW == 2 and "At most two frames" in rules["G18"]
    assert f"`{messages.SUBPROTOCOL}`" in rules["G4"]


def test_every_close_code_of_the_server_is_told_with_its_name() -> None:
    told = {name: int(code) for code, name, _ in rows("\n\n" + sections("##")["Close codes"]) if name}
    assert told == {name: code for name, code in vars(faults).items() if isinstance(code, int) and 1000 <= code < 5000}


def test_the_defaults_are_those_of_the_settings() -> None:
    gateway, steering = sections("##")["Defaults"].split("| steering |")
    server = ServerSettings.model_fields
    for name, default in rows("\n" + gateway):
        value = server[name].get_default(call_default_factory=True)
        assert default == "none" if value == () else number(default) == pytest.approx(value), name
    for name, default in rows("| steering |" + steering):
        assert number(default) == pytest.approx(getattr(DEFAULTS, name)), name


def test_every_setting_that_a_rule_names_has_its_default_on_the_page() -> None:
    told = {row[0] for row in rows(sections("##")["Defaults"])}
    known = {*ServerSettings.model_fields, *(field.name for field in dataclasses.fields(DEFAULTS))}
    for _, _, text in RULE.findall(SPEC):
        named = set(re.findall(r"`([a-z_]+)`", text)) & known
        assert named <= told, f"{named - told} in: {text}"


def test_rules_are_numbered_without_gaps() -> None:
    found = [(letter, int(digits)) for letter, digits, _ in RULE.findall(SPEC)]
    for letter in "WGCSR":
        numbers = [number for of, number in found if of == letter]
        assert numbers == list(range(1, len(numbers) + 1)), letter


def test_every_rule_is_one_sentence() -> None:
    for letter, digits, text in RULE.findall(SPEC):
        assert text.endswith(".") and not re.search(r"[.?!] [A-Z]", text), f"{letter}{digits}: {text}"


def remarks(path: Path) -> Iterator[str]:
    """Docstrings and comments of a Python test; comments and names of a TypeScript one."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from re.findall(r"^.*(?://|\*|test\(|it\(|describe\().*$", text, re.MULTILINE)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def citations() -> dict[str, set[str]]:
    """Tests by the rule they cite."""
    pages = ROOT / "client" / "web"
    files = [
        *(ROOT / "tests").rglob("test_*.py"),
        *(pages / "tests").rglob("*.ts*"),
        *(pages / "src").rglob("*.test.ts*"),
    ]
    found: dict[str, set[str]] = {}
    for path in files:
        for remark in remarks(path):
            for letter, digits in CITED.findall(remark):
                found.setdefault(letter + digits, set()).add(path.name)
    return found


def test_every_rule_is_held_by_a_test_and_every_cited_rule_exists() -> None:
    rules = {letter + digits for letter, digits, _ in RULE.findall(SPEC)}
    cited = citations()
    assert not rules - cited.keys(), f"no test cites {sorted(rules - cited.keys())}"
    assert not cited.keys() - rules, (
        f"cited but not on the page: { {rule: cited[rule] for rule in cited.keys() - rules} }"
    )
