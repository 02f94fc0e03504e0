import type { CustomLayerInterface, Map as MapLibreMap } from 'maplibre-gl';
import type { State } from './fleet';
import type { Point } from './mercator';
import type { Palette } from './palette';
import { compile, FRAGMENT, VERTEX } from './vehicle-shader';

/** One vehicle as it is drawn now. */
export interface Drawn {
  at: Point;
  headingDeg: number;
  state: State;
  selected: boolean;
}

export interface DrawnSource {
  drawn(nowMs: number): Drawn[];
  /** Whether the next frame will differ. */
  isMoving(nowMs: number): boolean;
}

const FLOATS = 5; // x, y, heading, shape, size
const FRAME_MS_MIN = 33;
const FRAME_MS_MAX = 1000;
const SHAPES: Record<State, number> = { moving: 2, stopped: 1, silent: 0, never: 0 };
const SIZES_PX: Record<State, number> = { moving: 30, stopped: 21, silent: 18, never: 18 };

/**
 * All vehicles in one draw call. Positions are worked out here in double precision and handed over
 * as fractions of the screen, so that nothing trembles at street level; the map stays north up.
 */
export class VehicleLayer implements CustomLayerInterface {
  readonly id = 'vehicles';
  readonly type = 'custom' as const;
  private map: MapLibreMap | null = null;
  private program: WebGLProgram | null = null;
  private buffer: WebGLBuffer | null = null;
  private vertices: WebGLVertexArrayObject | null = null;
  private data = new Float32Array(0);
  private colours: Palette;
  private frameMs = 0;
  private drawnCount = 0;
  private timer = 0;

  constructor(
    private readonly source: DrawnSource,
    colours: Palette,
  ) {
    this.colours = colours;
  }

  setColours(colours: Palette): void {
    this.colours = colours;
  }

  onAdd(map: MapLibreMap, context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext;
    this.map = map;
    this.program = compile(gl, VERTEX, FRAGMENT);
    this.buffer = gl.createBuffer();
    this.vertices = gl.createVertexArray();
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const stride = FLOATS * Float32Array.BYTES_PER_ELEMENT;
    for (const [index, size, offset] of [[0, 2, 0], [1, 1, 8], [2, 1, 12], [3, 1, 16]] as const) {
      gl.enableVertexAttribArray(index);
      gl.vertexAttribPointer(index, size, gl.FLOAT, false, stride, offset);
    }
    gl.bindVertexArray(null);
  }

  onRemove(_map: MapLibreMap, context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext;
    clearTimeout(this.timer);
    gl.deleteProgram(this.program);
    gl.deleteBuffer(this.buffer);
    gl.deleteVertexArray(this.vertices);
  }

  render(context: WebGLRenderingContext | WebGL2RenderingContext): void {
    const gl = context as WebGL2RenderingContext;
    const { map, program } = this;
    if (!map || !program) {
      return;
    }
    const startMs = performance.now();
    const count = this.fill(map, this.source.drawn(startMs));
    map.getContainer().dataset['drawn'] = `${count}`;
    gl.useProgram(program);
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this.data.subarray(0, count * FLOATS), gl.STREAM_DRAW);
    for (const [name, colour] of this.uniforms()) {
      gl.uniform3fv(gl.getUniformLocation(program, name), rgb(colour));
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.drawArrays(gl.POINTS, 0, count);
    gl.bindVertexArray(null);
    this.scheduleNext(map, startMs);
  }

  private uniforms(): [string, string][] {
    const { states, rim, accent } = this.colours;
    return [
      ['u_moving', states.moving],
      ['u_stopped', states.stopped],
      ['u_silent', states.silent],
      ['u_rim', rim],
      ['u_accent', accent],
    ];
  }

  private fill(map: MapLibreMap, all: Drawn[]): number {
    const { clientWidth: width, clientHeight: height } = map.getCanvas();
    const worldPx = 512 * 2 ** map.getZoom();
    const centre = map.getCenter();
    const middle = map.project(centre);
    const cx = (centre.lng + 180) / 360;
    const cy = mercatorY(centre.lat);
    const scale = devicePixelRatio * sizeAt(map.getZoom(), this.drawnCount);
    if (this.data.length < all.length * FLOATS) {
      this.data = new Float32Array(Math.ceil(all.length * 1.5) * FLOATS);
    }
    let count = 0;
    for (const vehicle of all) {
      let dx = vehicle.at.x - cx;
      dx -= Math.round(dx); // the copy of the world that is nearest
      const x = (middle.x + dx * worldPx) / width;
      const y = (middle.y + (vehicle.at.y - cy) * worldPx) / height;
      if (x < -0.05 || x > 1.05 || y < -0.05 || y > 1.05) {
        continue;
      }
      const offset = count++ * FLOATS;
      this.data[offset] = x * 2 - 1;
      this.data[offset + 1] = 1 - y * 2;
      this.data[offset + 2] = (vehicle.headingDeg * Math.PI) / 180;
      this.data[offset + 3] = SHAPES[vehicle.state] + (vehicle.selected ? 4 : 0);
      this.data[offset + 4] = SIZES_PX[vehicle.state] * scale * 2;
    }
    this.drawnCount = count;
    return count;
  }

  /**
   * As often as the eye needs, and no oftener than leaves a slow machine time for the rest: a frame
   * counts until the browser asks for the next one, which it puts off while the last is unfinished.
   */
  private scheduleNext(map: MapLibreMap, startMs: number): void {
    if (!this.source.isMoving(startMs)) {
      return;
    }
    clearTimeout(this.timer);
    requestAnimationFrame(() => {
      this.frameMs = this.frameMs * 0.8 + (performance.now() - startMs) * 0.2;
    });
    this.timer = window.setTimeout(
      () => map.triggerRepaint(),
      Math.min(FRAME_MS_MAX, Math.max(FRAME_MS_MIN, this.frameMs * 2)),
    );
  }
}

/** Smaller from afar, and in a crowd: 1 for 250 vehicles, 0.6 for 10,000. */
function sizeAt(zoom: number, vehicles: number): number {
  const crowd = 1.6 - Math.log10(Math.max(1, vehicles)) * 0.25;
  return Math.min(1, 0.46 + zoom * 0.06) * Math.min(1, Math.max(0.6, crowd));
}

function mercatorY(latDeg: number): number {
  const lat = (latDeg * Math.PI) / 180;
  return (1 - Math.log(Math.tan(Math.PI / 4 + lat / 2)) / Math.PI) / 2;
}

function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
