"""The built pages (`client/web/dist`), as files: the four a person opens, and what they load."""

from __future__ import annotations

import asyncio
import mimetypes
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from server.web.representation import of_file

PAGES: Final = {"/": "index.html", "/wall": "wall.html", "/join": "join.html", "/studio": "studio.html"}
"""What a person can open. The room stands in the query."""

FOREVER: Final = "public, max-age=31536000, immutable"
"""Files under assets/: the build puts a hash of their content into their names."""

REVALIDATE: Final = "no-cache"
"""All others: a new build must be seen with the next load."""

COMPRESSIBLE: Final = frozenset(
    {"text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml"}
)
"""Text. Fonts and pictures are compressed already."""

NOT_BUILT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Gen Studio: the pages are not built yet</title>
<h1>The pages are not built yet</h1>
<p>This server runs, but it has no pages to show. Stop it and type <code>make run</code>: that builds them and starts it
again. Then load this page again.</p>
</html>
"""
"""Instead of a page when there is no build."""


def routes(web_root: Path) -> list[Route]:
    """The pages of a build; looked for at each request, so that a build may come later than the server."""
    root = web_root.resolve()

    def page_route(path: str, name: str) -> Route:
        async def page(request: Request) -> Response:
            found = await asyncio.to_thread(_file, request, root / name, REVALIDATE)
            return found or HTMLResponse(NOT_BUILT, 503, {"Cache-Control": "no-store", "Retry-After": "10"})

        return Route(path, page, name=name)

    async def other(request: Request) -> Response:
        found = await asyncio.to_thread(_inside, request, root, request.path_params["name"])
        return found or PlainTextResponse("There is nothing at this address.", 404)

    return [*(page_route(path, name) for path, name in PAGES.items()), Route("/{name:path}", other, name="file")]


def _inside(request: Request, root: Path, name: str) -> Response | None:
    """What lies at `name` under `root`; None when nothing does, or when the name leads out of it."""
    wanted = (root / name).resolve()
    if not wanted.is_relative_to(root):
        return None
    return _file(request, wanted, FOREVER if wanted.is_relative_to(root / "assets") else REVALIDATE)


def _file(request: Request, path: Path, cache_control: str) -> Response | None:
    """A file's answer, or None when there is none."""
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if not path.is_file():
        return None
    if media_type not in COMPRESSIBLE:
        return FileResponse(path, media_type=media_type, headers={"Cache-Control": cache_control})
    try:
        return of_file(path, media_type).answer(request, cache_control)
    except OSError:
        return None
