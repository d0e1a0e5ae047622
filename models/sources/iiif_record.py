"""Reads IIIF Presentation documents, versions 2 and 3: what a collection lists, what a manifest says of its work.

Pure logic, no network. A document was written by a stranger for any viewer at all: nothing is believed to be of a
certain type, texts come as plain lines, and what is not there is empty.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final

from models.works.folder import text, web_address
from models.works.work import Work

FIELDS: Final = {
    "artist": ("artist", "artists", "artist/maker", "creator", "maker", "author", "painter", "künstler", "artiste"),
    "date": ("date", "dates", "date created", "created", "creation date", "dating", "datierung"),
    "medium": ("medium", "materials", "material", "technique", "materials and techniques", "physical description"),
    "culture": ("culture", "origin", "place of origin"),
    "department": ("department", "collection"),
    "credit": ("credit line", "credit", "creditline", "acknowledgement"),
    "museum": ("repository", "institution", "holding institution", "owner", "museum", "current location"),
    "license": ("license", "licence", "rights", "rights statement", "usage rights"),
}
"""Labels of a manifest's free metadata, by what they say of a work; the first that is there counts."""

TONGUES: Final = ("en", "en-GB", "en-US", "none", "@none")
"""Languages of a label, the first that is there; else the first of all."""

LICENSES: Final = (
    (r"creativecommons\.org/publicdomain/zero/([0-9.]+)", "CC0-{}"),
    (r"creativecommons\.org/publicdomain/mark/([0-9.]+)", "PDM-{}"),
    (r"creativecommons\.org/licenses/([a-z-]+/[0-9.]+)", "CC-{}"),
    (r"rightsstatements\.org/(?:vocab|page)/([A-Za-z-]+)", "{} (rightsstatements.org)"),
)
"""Addresses of licences and their short names, as labels have them."""


@dataclass(frozen=True)
class Page:
    """One canvas of a manifest."""

    id: str
    label: str
    resource: Any
    """The picture that is painted on it, as the document has it."""


def id_of(document: Any) -> str:
    """Its own address, or ""."""
    found = get(document, "id") or get(document, "@id")
    return web_address(found) if isinstance(found, str) else ""


def kind_of(document: Any) -> str:
    """Collection, Manifest or another."""
    return str(get(document, "type") or get(document, "@type") or "").removeprefix("sc:")


def work_id(address: str) -> str:
    """A work's id: by its manifest's address, whether that is read over http or https."""
    return f"iiif-{hashlib.sha256(re.sub('^https?:', '', address).encode()).hexdigest()[:16]}"


def listed(collection: Any, kind: str) -> list[Any]:
    """The manifests ("Manifest") or collections ("Collection") that a collection lists, in its order."""
    kinds = {"items": "", "members": "", "manifests": "Manifest", "collections": "Collection"}
    found = ((child, kind_of(child) or kinds[name]) for name in kinds for child in many(get(collection, name)))
    return [child for child, its in found if its == kind and id_of(child)]


def has_members(collection: Any) -> bool:
    """Whether a collection that another lists is there whole, or only by its name."""
    return any(get(collection, name) for name in ("items", "members", "manifests", "collections"))


def next_page(collection: Any) -> str:
    """A long collection of version 2 comes in pages: the address of its first, or of the one after this."""
    for name in ("first", "next"):
        found = get(collection, name)
        address = found if isinstance(found, str) else id_of(found)
        if web_address(address):
            return address
    return ""


def pages(manifest: Any) -> list[Page]:
    """Canvases with a picture, in order."""
    sequence = many(get(manifest, "sequences"))
    canvases = many(get(sequence[0], "canvases")) if sequence else many(get(manifest, "items"))
    found = ((canvas, painting(canvas)) for canvas in canvases)
    return [Page(id_of(canvas), words(get(canvas, "label")), resource) for canvas, resource in found if resource]


def painting(canvas: Any) -> Any:
    """The first picture painted on a canvas, or None. Of several to choose from it is the first."""
    annotations = many(get(canvas, "images"))
    for page in many(get(canvas, "items")):
        annotations += many(get(page, "items"))
    for annotation in annotations:
        for body in many(get(annotation, "resource") or get(annotation, "body")):
            choices = many(get(body, "default")) + many(get(body, "items"))
            for choice in [*choices, body]:
                if kind_of(choice) in ("Image", "dctypes:Image") or get(choice, "service"):
                    return choice
    return None


def work_of(manifest: Any, id: str, *, page: Page | None = None) -> Work:
    """The label of what a manifest shows, or of one page of it."""
    told = metadata(manifest)
    statement = words(get(get(manifest, "requiredStatement"), "value") or get(manifest, "attribution"))
    credit = told["credit"]
    if statement and statement not in credit:  # by the standard it must be shown wherever the picture is
        credit = f"{credit}. {statement}" if credit else statement
    provider = many(get(manifest, "provider"))
    title = words(get(manifest, "label")) or "Untitled"
    return Work(
        id=id,
        title=text(f"{title}, {page.label}" if page and page.label else title),
        artist=told["artist"],
        date=told["date"],
        medium=told["medium"],
        department=told["department"],
        museum=told["museum"] or (words(get(provider[0], "label")) if provider else ""),
        culture=told["culture"],
        credit=text(credit),
        license=license_of(manifest) or told["license"],
        link=homepage(manifest) or id_of(manifest),
    )


def metadata(manifest: Any) -> dict[str, str]:
    """The fields of FIELDS, empty where the manifest does not tell."""
    told = reversed(many(get(manifest, "metadata")))
    pairs = {words(get(pair, "label")).casefold().rstrip(":"): pair for pair in told}
    return {
        name: next((words(get(pairs[label], "value")) for label in labels if label in pairs), "")
        for name, labels in FIELDS.items()
    }


def license_of(manifest: Any) -> str:
    """Short name of the licence where its address is a known one, else the address."""
    for address in many(get(manifest, "rights")) + many(get(manifest, "license")):
        if isinstance(address, str):
            for pattern, name in LICENSES:
                if found := re.search(pattern, address):
                    return name.format(found[1].replace("/", "-").upper() if "licenses" in pattern else found[1])
            return text(address)
    return ""


def homepage(manifest: Any) -> str:
    """The work's page, or ""."""
    for page in many(get(manifest, "homepage")) + many(get(manifest, "related")):
        address = web_address(page) if isinstance(page, str) else id_of(page)
        if address:
            return address
    return ""


def words(value: Any) -> str:
    """A text of either version as one plain line: a string, {"@value"}, {"en": [...]}, or a list of these. English
    where there is a choice, else the first language."""
    if isinstance(value, str):
        return text(plain(value))
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        tongues = [part for part in value if str(get(part, "@language")).startswith("en")]
        several = tongues or [part for part in value if get(part, "@language") is None] or value[:1]
        return text("; ".join(filter(None, map(words, several))))
    if isinstance(value, dict):
        if "@value" in value:
            return words(value["@value"])
        tongue = next((name for name in TONGUES if name in value), next(iter(value), ""))
        return words(value.get(tongue)) if isinstance(value.get(tongue), (str, list)) else ""
    return ""


def plain(value: str) -> str:
    """A text without its HTML."""
    if "<" not in value and "&" not in value:
        return value
    reader = _Words()
    reader.feed(value)
    reader.close()
    return " ".join(reader.found)


class _Words(HTMLParser):
    """Collects what is between the tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def get(of: Any, name: str) -> Any:
    """A value of an object, or None."""
    return of.get(name) if isinstance(of, dict) else None


def many(value: Any) -> list[Any]:
    """One or many as a list; none is empty."""
    return list(value) if isinstance(value, list) else [] if value is None else [value]
