/** Whether there is a graphics processor: WebGL that a processor imitates costs more than a plain canvas that shows the same. */

/** Drivers that draw with the processor. They would take from the generator what it needs to dream. */
const IMITATIONS = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Asked on a canvas of its own, since one that has given a WebGL context gives no other. `failIfMajorPerformanceCaveat` does not say it. */
export function hasGraphicsProcessor(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return false;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !IMITATIONS.test(renderer);
}
