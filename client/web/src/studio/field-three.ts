/** Draws the works with WebGL through three.js: one instanced quad for all, one texture. Loaded by the studio alone. */
import {
  DataTexture,
  DoubleSide,
  GLSL3,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  LinearFilter,
  Float32BufferAttribute,
  Mesh,
  OrthographicCamera,
  RawShaderMaterial,
  RGBAFormat,
  Scene,
  WebGLRenderer,
} from 'three';
import type { Works } from '../works';
import type { Camera, Size } from './camera';
import { detailOf, sideOf, type Field } from './field';
import { CELL, type Sheet } from './sheet';

const VERTEX = `
precision highp float;
uniform mat4 projectionMatrix;
uniform float side;     // of a picture, in widths of the map
uniform float detail;   // 0: dots, 1: likenesses
in vec3 position;       // corner of the quad, -1 to 1
in vec2 place;
in vec3 colour;
in vec4 cell;           // of the sheet: left, top, width, height, in parts of it
out vec2 corner;
out vec2 extent;
out vec2 on;
out vec3 dot;
void main() {
  vec2 shape = cell.zw / max(cell.z, cell.w);
  extent = mix(vec2(0.92), shape, detail);
  corner = position.xy * extent;
  on = cell.xy + cell.zw * (position.xy * 0.5 + 0.5);
  dot = colour;
  gl_Position = projectionMatrix * vec4(place + corner * side * 0.5, 0.0, 1.0);
}`;

/** A rounded box whose corners grow until it is a disc. */
const FRAGMENT = `
precision highp float;
uniform sampler2D sheet;
uniform float detail;
uniform float soft;     // half a pixel of the screen, in halves of a picture
in vec2 corner;
in vec2 extent;
in vec2 on;
in vec3 dot;
out vec4 paint;
void main() {
  float round = mix(min(extent.x, extent.y), 0.02, detail);
  vec2 beyond = abs(corner) - extent + round;
  float outside = length(max(beyond, 0.0)) + min(max(beyond.x, beyond.y), 0.0) - round;
  float cover = 1.0 - smoothstep(-soft, soft, outside);
  vec3 seen = mix(dot, texture(sheet, on).rgb, detail);
  paint = vec4(seen, cover);
}`;

/** Uploads of the whole sheet while it is being decoded: each is some megabytes. */
const UPLOADS = 6;

/** Null where there is no WebGL 2. */
export function threeField(canvas: HTMLCanvasElement): Field | null {
  const context = canvas.getContext('webgl2', { alpha: true, antialias: false, powerPreference: 'low-power' });
  return context && new ThreeField(new WebGLRenderer({ canvas, context }));
}

class ThreeField implements Field {
  readonly #scene = new Scene();
  readonly #eye = new OrthographicCamera();
  readonly #material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: VERTEX,
    fragmentShader: FRAGMENT,
    uniforms: { sheet: { value: null }, side: { value: 0 }, detail: { value: 0 }, soft: { value: 0 } },
    transparent: true,
    depthTest: false,
    depthWrite: false,
    side: DoubleSide, // the camera looks at a map whose y grows downward
  });
  #mesh: Mesh<InstancedBufferGeometry> | null = null;
  #texture: DataTexture | null = null;
  #sheet: Sheet | null = null;
  #uploaded = 0;

  constructor(private readonly renderer: WebGLRenderer) {
    renderer.setClearAlpha(0);
  }

  works(works: Works, sheet: Sheet): void {
    this.#clear();
    this.#sheet = sheet;
    this.#texture = new DataTexture(new Uint8Array(sheet.pixels.buffer), sheet.side, sheet.side, RGBAFormat);
    this.#texture.minFilter = this.#texture.magFilter = LinearFilter;
    this.#texture.needsUpdate = true;
    this.#material.uniforms['sheet']!.value = this.#texture;
    this.#mesh = new Mesh(geometryOf(works, sheet), this.#material);
    this.#mesh.frustumCulled = false;
    this.#scene.add(this.#mesh);
    this.#uploaded = 0;
  }

  decoded(): boolean {
    const sheet = this.#sheet;
    if (!sheet || !this.#texture || !this.#mesh) return false;
    const due = Math.floor((UPLOADS * sheet.decoded) / Math.max(1, sheet.cells ** 2));
    if (due <= this.#uploaded && !sheet.done) return false;
    this.#uploaded = due;
    this.#texture.needsUpdate = true;
    const cells = this.#mesh.geometry.getAttribute('cell') as InstancedBufferAttribute;
    (cells.array as Float32Array).set(cellsOf(sheet));
    cells.needsUpdate = true;
    return true;
  }

  draw(camera: Camera, { width, height }: Size, pixelRatio: number): void {
    this.renderer.setPixelRatio(pixelRatio);
    this.renderer.setSize(width, height, false);
    const [halfWidth, halfHeight] = [width / 2 / camera.zoom, height / 2 / camera.zoom];
    this.#eye.left = camera.x - halfWidth;
    this.#eye.right = camera.x + halfWidth;
    this.#eye.top = camera.y - halfHeight;
    this.#eye.bottom = camera.y + halfHeight;
    this.#eye.near = -1;
    this.#eye.far = 1;
    this.#eye.updateProjectionMatrix();
    const side = sideOf(camera.zoom, (this.#sheet?.colours.length ?? 0) / 3);
    const { uniforms } = this.#material;
    uniforms['side']!.value = side / camera.zoom;
    uniforms['detail']!.value = detailOf(side);
    uniforms['soft']!.value = 1 / (side * pixelRatio);
    this.renderer.render(this.#scene, this.#eye);
  }

  dispose(): void {
    this.#clear();
    this.#material.dispose();
    this.renderer.dispose();
  }

  #clear(): void {
    if (this.#mesh) this.#scene.remove(this.#mesh);
    this.#mesh?.geometry.dispose();
    this.#texture?.dispose();
  }
}

function geometryOf({ all }: Works, sheet: Sheet): InstancedBufferGeometry {
  const geometry = new InstancedBufferGeometry();
  geometry.instanceCount = all.length;
  geometry.setAttribute('position', new Float32BufferAttribute([-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0], 3));
  geometry.setIndex([0, 1, 2, 0, 2, 3]);
  const places = new Float32Array(all.length * 2);
  all.forEach(({ x, y }, i) => places.set([x, y], i * 2));
  geometry.setAttribute('place', new InstancedBufferAttribute(places, 2));
  geometry.setAttribute('colour', new InstancedBufferAttribute(sheet.colours, 3, true));
  geometry.setAttribute('cell', new InstancedBufferAttribute(cellsOf(sheet), 4));
  return geometry;
}

/** Each work's part of the sheet, half a pixel in from its edges, so that no neighbour shines through. */
function cellsOf({ boxes, cells, side }: Sheet): Float32Array<ArrayBuffer> {
  const parts = new Float32Array(boxes.length * 2);
  for (let i = 0; i < boxes.length / 2; i++) {
    const [width = CELL, height = CELL] = boxes.subarray(i * 2, i * 2 + 2);
    const left = (i % cells) * CELL;
    const top = Math.floor(i / cells) * CELL;
    parts.set([(left + 0.5) / side, (top + 0.5) / side, (width - 1) / side, (height - 1) / side], i * 4);
  }
  return parts;
}
