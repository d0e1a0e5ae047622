/**
 * What part of the map is looked at: its middle, and how large the map is on the screen. Pure.
 *
 * Places are in [0, 1]^2 of the map, y downward; screen coordinates are CSS pixels from the corner of the map's element.
 */
import type { Spot } from '../wire';

/** `zoom`: CSS pixels that the whole map is wide. */
export type Camera = { x: number; y: number; zoom: number };
/** `closest`: the most that the whole map may be enlarged. */
export type Size = { width: number; height: number; closest: number };

/** Free rim around the whole map, in parts of the smaller side, so that a work at its very edge is whole. */
const RIM = 0.06;

/** The whole map. */
export function whole({ width, height }: Pick<Size, 'width' | 'height'>): Camera {
  return { x: 0.5, y: 0.5, zoom: Math.max(1, Math.min(width, height) * (1 - 2 * RIM)) };
}

export function toScreen(camera: Camera, size: Size, spot: Spot): Spot {
  return {
    x: size.width / 2 + (spot.x - camera.x) * camera.zoom,
    y: size.height / 2 + (spot.y - camera.y) * camera.zoom,
  };
}

/** The place under a point of the screen; it may lie beyond the map. */
export function toMap(camera: Camera, size: Size, at: Spot): Spot {
  return {
    x: camera.x + (at.x - size.width / 2) / camera.zoom,
    y: camera.y + (at.y - size.height / 2) / camera.zoom,
  };
}

/** Closer by `factor`, so that what lies under `at` stays there. */
export function zoomed(camera: Camera, size: Size, at: Spot, factor: number): Camera {
  const under = toMap(camera, size, at);
  const { zoom } = held({ ...camera, zoom: camera.zoom * factor }, size);
  return held({ x: under.x - (at.x - size.width / 2) / zoom, y: under.y - (at.y - size.height / 2) / zoom, zoom }, size);
}

/** Moved by so many pixels of the screen, as a hand moves a sheet of paper. */
export function panned(camera: Camera, size: Size, dx: number, dy: number): Camera {
  return held({ ...camera, x: camera.x - dx / camera.zoom, y: camera.y - dy / camera.zoom }, size);
}

/** Within its limits: the middle of the screen is on the map, and the map is neither lost far away nor too close. */
export function held(camera: Camera, size: Size): Camera {
  const least = whole(size).zoom;
  const inside = (value: number) => Math.min(1, Math.max(0, value));
  return { x: inside(camera.x), y: inside(camera.y), zoom: Math.min(least * size.closest, Math.max(least, camera.zoom)) };
}

/** A part of the way to `to`: two thirds of it in `tauMs`; all of it at once when that is 0. Zoom goes by ratio, as an eye sees it. */
export function eased(from: Camera, to: Camera, dtMs: number, tauMs: number): Camera {
  if (tauMs <= 0) return to;
  const part = 1 - Math.exp(-dtMs / tauMs);
  return {
    x: from.x + part * (to.x - from.x),
    y: from.y + part * (to.y - from.y),
    zoom: from.zoom * (to.zoom / from.zoom) ** part,
  };
}

/** True when nobody would see a difference: under a third of a pixel. */
export function alike(a: Camera, b: Camera): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) * b.zoom < 0.3 && Math.abs(a.zoom / b.zoom - 1) < 3e-4;
}
