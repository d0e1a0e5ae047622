"""A room inside Jupyter: the live picture beside the map of the works, with the shared point moving over it.

    from client.session import Session
    from client.notebook import view

    session = await Session("http://127.0.0.1:8000").open()
    await view(session)

Click on the map or move the sliders to steer. Needs the extra `notebook` (ipywidgets and pythreejs).
`View` builds and updates widgets only; that a browser shows them is pythreejs' part.
"""

from __future__ import annotations

import asyncio
import html
import math
from collections.abc import Coroutine, Sequence
from typing import Any, Final

import ipywidgets
import numpy as np
import pythreejs

from client.atlas import CELL, make_atlas
from client.session import Session, SessionError, SessionFrame
from client.works import Artwork

FRAMES_PER_S: Final = 15
"""All widgets share one queue through the notebook's kernel; more frames would pile up there."""

SIDE: Final = 480
"""Of the picture and of the map, in CSS pixels: both fit side by side in a notebook's column."""

POINT_COLOUR: Final = "#ffd23f"
"""Of the shared point; no artwork's ThumbHash is as bright."""

VERTEX_SHADER: Final = """
attribute vec2 cell; attribute vec2 extent; uniform float size; varying vec2 vCell; varying vec2 vExtent;
void main() {
    vCell = cell; vExtent = extent;
    vec4 seen = modelViewMatrix * vec4(position, 1.0);
    gl_PointSize = size / -seen.z;
    gl_Position = projectionMatrix * seen;
}
"""

FRAGMENT_SHADER: Final = """
uniform sampler2D atlas; uniform float columns; uniform float rows; uniform float pixels;
varying vec2 vCell; varying vec2 vExtent;
void main() {
    vec2 at = (gl_PointCoord - 0.5) / vExtent + 0.5;  // the picture's own shape inside the square point
    if (at.x < 0.0 || at.y < 0.0 || at.x > 1.0 || at.y > 1.0) discard;
    vec2 inside = (at * (pixels - 1.0) + 0.5) / pixels;  // centres of the outer pixels: no neighbour bleeds in
    gl_FragColor = vec4(texture2D(atlas, vCell + inside / vec2(columns, rows)).rgb, 1.0);
}
"""


def to_scene(x: float, y: float, z: float = 0.0) -> tuple[float, float, float]:
    """Map [0, 1]^2, y downward -> scene [-0.5, 0.5]^2, y upward."""
    return (x - 0.5, 0.5 - y, z)


def from_scene(point: Sequence[float]) -> tuple[float, float]:
    """The way back, kept on the map."""
    return (min(1.0, max(0.0, point[0] + 0.5)), min(1.0, max(0.0, 0.5 - point[1])))


def make_constellation(works: Sequence[Artwork]) -> pythreejs.Points:
    """Every work as one point of one object: thousands are drawn in one call."""
    atlas = make_atlas(works)
    places = np.array([to_scene(work.x, work.y) for work in works], "f4").reshape(-1, 3)
    longest = [max(work.width, work.height, 1) for work in works]
    extents = [
        ((work.width or longest_side) / longest_side, (work.height or longest_side) / longest_side)
        for work, longest_side in zip(works, longest, strict=True)
    ]
    attributes = {
        "position": places,
        "cell": atlas.corners(len(works)),
        "extent": np.array(extents, "f4").reshape(-1, 2),
    }
    geometry = pythreejs.BufferGeometry(
        attributes={name: pythreejs.BufferAttribute(array, normalized=False) for name, array in attributes.items()}
    )
    texture = pythreejs.ImageTexture(
        imageUri=atlas.data_uri(),
        flipY=False,
        generateMipmaps=False,
        minFilter="LinearFilter",
        magFilter="LinearFilter",
    )
    # pythreejs puts a texture into the LAST uniform whatever its name, so there is one texture and it comes last.
    uniforms = {
        "columns": {"value": float(atlas.columns)},
        "rows": {"value": float(atlas.rows)},
        "pixels": {"value": float(CELL)},
        "size": {"value": SIDE / math.sqrt(max(1, len(works)))},
        "atlas": {"value": texture},
    }
    material = pythreejs.ShaderMaterial(
        uniforms=uniforms, vertexShader=VERTEX_SHADER, fragmentShader=FRAGMENT_SHADER, transparent=True
    )
    return pythreejs.Points(geometry=geometry, material=material)


class View:
    """The widgets of one session. `widget` is what a cell shows; `update` brings one frame to it; `close` lets go."""

    def __init__(self, session: Session, works: Sequence[Artwork]) -> None:
        self._session = session
        self._titles = {work.id: work.title or work.id for work in works}
        self._tasks: set[asyncio.Task[None]] = set()
        self.picture = ipywidgets.Image(format="jpeg", width=SIDE, height=SIDE)
        self.caption = ipywidgets.HTML()
        self.constellation = make_constellation(works)
        self.point = pythreejs.Mesh(
            pythreejs.CircleGeometry(radius=0.012, segments=32),
            pythreejs.MeshBasicMaterial(color=POINT_COLOUR),
            position=to_scene(0.5, 0.5, 0.01),
        )
        floor = pythreejs.Mesh(
            pythreejs.PlaneGeometry(1, 1),
            pythreejs.MeshBasicMaterial(color="#14161c"),
            position=(0, 0, -0.01),
        )
        self.clicks = pythreejs.Picker(controlling=floor, event="click")
        self.across = ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.001, description="across", readout=False)
        self.down = ipywidgets.FloatSlider(0.5, min=0, max=1, step=0.001, description="down", readout=False)
        self.lift = ipywidgets.Button(description="let go", tooltip="Stop steering")
        self.clicks.observe(lambda change: self._steer(*from_scene(change["new"])), names="point")
        for slider in (self.across, self.down):
            slider.observe(lambda _: self._steer(self.across.value, self.down.value), names="value")
        self.lift.on_click(lambda _: self._do(self._session.release()))
        camera = pythreejs.PerspectiveCamera(position=(0, 0, 1.15), aspect=1, fov=50, near=0.01, far=10)
        scene = pythreejs.Scene(children=[floor, self.constellation, self.point, camera], background="#0b0d12")
        pan = pythreejs.OrbitControls(controlling=camera, enableRotate=False)
        self.map = pythreejs.Renderer(
            camera=camera, scene=scene, controls=[pan, self.clicks], width=SIDE, height=SIDE, antialias=True
        )
        hand = ipywidgets.HBox([self.across, self.down, self.lift])
        self.widget = ipywidgets.VBox([ipywidgets.HBox([self.picture, self.map]), self.caption, hand])

    def update(self, frame: SessionFrame) -> None:
        """Show this frame: the picture, the point's place, and in words what it is near and who is here."""
        state = frame.state
        self.picture.value = frame.jpeg
        self.point.position = to_scene(*state.position, 0.01)
        near = ", ".join(html.escape(self._titles.get(work, work)) for work, _ in state.near[:3]) or "nothing yet"
        here = f"{len(state.visitors)} here, {state.mode}" + (", paused" if state.paused else "")
        met = f"<b>{html.escape(self._titles.get(state.bump, state.bump))}</b>. " if state.bump else ""
        self.caption.value = f"{met}Near {near}. <i>{here}</i>"

    def start(self) -> None:
        """Follow the session's frames until it ends or `close`."""
        self._do(self._follow())

    def close(self) -> None:
        """Stop following. The session stays; whoever opened it closes it."""
        for task in self._tasks:
            task.cancel()
        self.widget.close()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget)  # type: ignore[no-untyped-call]

    async def _follow(self) -> None:
        async for frame in self._session.frames():
            self.update(frame)
            await asyncio.sleep(1 / FRAMES_PER_S)

    def _steer(self, x: float, y: float) -> None:
        self._do(self._session.steer(x, y))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """Widgets call plainly, a session is awaited: run it on the notebook's loop, and show what went wrong."""
        task = asyncio.get_running_loop().create_task(self._told(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SessionError as error:
            self.caption.value = f"<b>{html.escape(str(error))}</b>"


async def view(session: Session) -> View:
    """The room of an open session as a widget that follows it. Raises SessionError when the works cannot be fetched."""
    made = View(session, await session.works())
    made.start()
    return made
