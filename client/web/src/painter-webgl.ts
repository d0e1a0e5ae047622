/**
 * Paints with WebGL2, for a wall: enlarges by Catmull-Rom (sharper than linear, no ringing one can see at four times),
 * cross-fades from frame to frame at the screen's own rate, and dithers by half a step of grey so that dark gradients
 * show no bands.
 */
import { hasGraphicsProcessor } from './graphics';
import { pixelsAcross, resized, type Painter } from './painter';

/** A cross-fade lasts as long as frames have lately been apart, between one repaint and a tenth of a second. */
const SHORTEST_FADE_MS = 16;
const LONGEST_FADE_MS = 100;
/** Share of the newest gap in the running mean of gaps: settles in about ten frames. */
const GAP_MEMORY = 0.2;

const VERTEX = `#version 300 es
out vec2 place;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  place = vec2(corner.x, 1.0 - corner.y);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D before;
uniform sampler2D present;
uniform float turn; // 0: only the frame before, 1: only the present one
in vec2 place;
out vec4 colour;

// Catmull-Rom over 4 x 4 texels in 9 linear reads: the two middle rows and columns are read as one between them.
vec3 enlarged(sampler2D picture, vec2 at) {
  vec2 size = vec2(textureSize(picture, 0));
  vec2 texel = at * size;
  vec2 middle = floor(texel - 0.5) + 0.5;
  vec2 f = texel - middle;
  vec2 w0 = f * (-0.5 + f * (1.0 - 0.5 * f));
  vec2 w1 = 1.0 + f * f * (-2.5 + 1.5 * f);
  vec2 w2 = f * (0.5 + f * (2.0 - 1.5 * f));
  vec2 w3 = f * f * (-0.5 + 0.5 * f);
  vec2 w12 = w1 + w2;
  vec2 p0 = (middle - 1.0) / size;
  vec2 p12 = (middle + w2 / w12) / size;
  vec2 p3 = (middle + 2.0) / size;
  vec3 sum = texture(picture, vec2(p0.x, p0.y)).rgb * w0.x * w0.y;
  sum += texture(picture, vec2(p12.x, p0.y)).rgb * w12.x * w0.y;
  sum += texture(picture, vec2(p3.x, p0.y)).rgb * w3.x * w0.y;
  sum += texture(picture, vec2(p0.x, p12.y)).rgb * w0.x * w12.y;
  sum += texture(picture, vec2(p12.x, p12.y)).rgb * w12.x * w12.y;
  sum += texture(picture, vec2(p3.x, p12.y)).rgb * w3.x * w12.y;
  sum += texture(picture, vec2(p0.x, p3.y)).rgb * w0.x * w3.y;
  sum += texture(picture, vec2(p12.x, p3.y)).rgb * w12.x * w3.y;
  sum += texture(picture, vec2(p3.x, p3.y)).rgb * w3.x * w3.y;
  return sum;
}

void main() {
  vec3 mixed = mix(enlarged(before, place), enlarged(present, place), turn);
  float grain = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715)))) - 0.5;
  colour = vec4(clamp(mixed + grain / 255.0, 0.0, 1.0), 1.0);
}`;

/** The painter, or null where there is no WebGL2 or only an imitation of it; the canvas is untouched then. */
export function webglPainter(canvas: HTMLCanvasElement): Painter | null {
  if (!hasGraphicsProcessor()) return null;
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, powerPreference: 'high-performance' });
  return gl && new WebglPainter(canvas, gl);
}

class WebglPainter implements Painter {
  #bitmap: ImageBitmap | null = null;
  #before!: WebGLTexture;
  #present!: WebGLTexture;
  #turn!: WebGLUniformLocation | null;
  #shownMs = Number.NEGATIVE_INFINITY;
  #gapMs = LONGEST_FADE_MS;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly gl: WebGL2RenderingContext,
  ) {
    this.#prepare();
    canvas.addEventListener('webglcontextlost', this.#lost);
    canvas.addEventListener('webglcontextrestored', this.#restored);
  }

  show(bitmap: ImageBitmap, nowMs: number): void {
    const first = this.#bitmap === null;
    this.#bitmap?.close();
    this.#bitmap = bitmap;
    const gapMs = Math.min(LONGEST_FADE_MS, nowMs - this.#shownMs);
    this.#gapMs += GAP_MEMORY * (gapMs - this.#gapMs);
    this.#shownMs = nowMs;
    [this.#before, this.#present] = [this.#present, this.#before];
    this.#upload(this.#present, bitmap);
    if (first) this.#upload(this.#before, bitmap);
  }

  draw(nowMs: number): boolean {
    if (!this.#bitmap || this.gl.isContextLost()) return false;
    const { gl } = this;
    if (resized(this.canvas, pixelsAcross(this.canvas))) gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    const turn = Math.min(1, (nowMs - this.#shownMs + SHORTEST_FADE_MS) / Math.max(SHORTEST_FADE_MS, this.#gapMs));
    gl.uniform1f(this.#turn, turn);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#before);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.#present);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    return turn < 1;
  }

  dispose(): void {
    this.canvas.removeEventListener('webglcontextlost', this.#lost);
    this.canvas.removeEventListener('webglcontextrestored', this.#restored);
    this.#bitmap?.close();
    this.#bitmap = null;
  }

  /** Without this the browser never gives the context back. */
  readonly #lost = (event: Event): void => event.preventDefault();

  readonly #restored = (): void => {
    this.#prepare();
    if (!this.#bitmap) return;
    this.#upload(this.#before, this.#bitmap);
    this.#upload(this.#present, this.#bitmap);
    this.draw(this.#shownMs + LONGEST_FADE_MS);
  };

  #prepare(): void {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ] as const) {
      const shader = gl.createShader(kind);
      if (!shader) return; // the context is lost; `restored` comes here again
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    gl.uniform1i(gl.getUniformLocation(program, 'before'), 0);
    gl.uniform1i(gl.getUniformLocation(program, 'present'), 1);
    this.#turn = gl.getUniformLocation(program, 'turn');
    this.#before = this.#texture();
    this.#present = this.#texture();
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
  }

  #texture(): WebGLTexture {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    return texture;
  }

  #upload(texture: WebGLTexture, bitmap: ImageBitmap): void {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  }
}
