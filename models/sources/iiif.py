"""Any museum's IIIF as a source: the address of a manifest, or of a collection of manifests, collections among them.

One manifest is one work, shown by its first page; with `every_page` each page is one. Documents are read by
`iiif_record.py`, the size of a picture is chosen by `iiif_image.py`; here is the walk from address to address.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

import msgspec

from models.sources.fetch import Fetcher, FetchError
from models.sources.gather import Entry, Item, LeftOut
from models.sources.iiif_image import request, services
from models.sources.iiif_record import Page, has_members, id_of, kind_of, listed, next_page, pages, work_id, work_of
from models.works.folder import web_address
from models.works.work import CollectionError

MAX_COLLECTIONS: Final = 1_000
"""Collections read in one run: a museum's whole tree has hundreds. Some that list each other would never end."""


async def iiif_items(address: str, fetcher: Fetcher, *, every_page: bool = False) -> AsyncGenerator[Item, None]:
    """The works behind an address. Raises CollectionError when nothing of IIIF is there."""
    try:
        document = await read(address, fetcher)
    except (FetchError, LeftOut) as error:
        raise CollectionError(f"{address} cannot be read: {error}") from error
    if kind_of(document) == "Manifest":
        yield manifest_item(address, fetcher, every_page, document)
    elif kind_of(document) == "Collection":
        async for item in collection_items(document, fetcher, every_page):
            yield item
    else:
        raise CollectionError(f"{address} is {kind_of(document)[:40]!r}; give a IIIF manifest or collection")


async def collection_items(document: Any, fetcher: Fetcher, every_page: bool) -> AsyncGenerator[Item, None]:
    """The manifests of a collection, then those of the collections in it. One that cannot be read is an item that
    fails."""
    seen = {id_of(document)}
    waiting: list[Any] = [document]  # documents, or addresses of some; the next one is last
    while waiting:
        at = waiting.pop()
        if isinstance(at, str):
            try:
                document = await read(at, fetcher)
            except (FetchError, LeftOut) as error:
                yield failing(at, error)
                continue
        else:
            document = at
        for manifest in listed(document, "Manifest"):
            yield manifest_item(id_of(manifest), fetcher, every_page)
        inner: list[Any] = []
        for collection in listed(document, "Collection"):
            if id_of(collection) not in seen and len(seen) < MAX_COLLECTIONS:
                seen.add(id_of(collection))
                inner.append(collection if has_members(collection) else id_of(collection))
        following = next_page(document)
        if following and following not in seen and len(seen) < MAX_COLLECTIONS:
            seen.add(following)
            inner.append(following)
        waiting += reversed(inner)


def manifest_item(address: str, fetcher: Fetcher, every_page: bool, document: Any = None) -> Item:
    """A manifest, read already or not."""

    async def entries() -> Sequence[Entry]:
        manifest = await read(address, fetcher) if document is None else document
        found = pages(manifest)
        if not found:
            raise LeftOut("shows no picture")
        own = id_of(manifest) or address
        if every_page:
            return [await entry(manifest, own, work_id(f"{own}#{page.id}"), page, page) for page in found]
        return [await entry(manifest, own, work_id(own), found[0], None)]

    async def entry(manifest: Any, own: str, id: str, page: Page, named: Page | None) -> Entry:
        return Entry(work_of(manifest, id, page=named), await pictures(page.resource, fetcher), own)

    return Item(address, entries, "" if every_page else work_id(address))


async def pictures(resource: Any, fetcher: Fetcher) -> list[str]:
    """Where a page's picture may be had: at its image service in a fitting size, else as it lies there."""
    found = []
    for service in filter(web_address, services(resource)):
        try:
            found.append(request(service, await read(f"{service}/info.json", fetcher)))
        except (FetchError, LeftOut):
            continue  # the service is gone; the plain picture may still be there
    return [*found, *filter(None, [id_of(resource)])]


def failing(address: str, error: Exception) -> Item:
    """An item in the place of what could not be read."""

    async def entries() -> Sequence[Entry]:
        raise error

    return Item(address, entries)


async def read(address: str, fetcher: Fetcher) -> Any:
    """A document. Raises FetchError, and LeftOut when it is not JSON."""
    data = await fetcher.read(address)
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise LeftOut("is not a IIIF document") from error
