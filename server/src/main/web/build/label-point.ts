import type { Position } from 'geojson';

const STEPS = 40;
const CORNERS_MAX = 400;

/** A point well inside the largest polygon, for its name, and that polygon's area in square degrees. */
export function labelPoint(polygons: Position[][][]): { point: Position; area: number } {
  const largest = polygons.reduce((a, b) => (area(a[0]!) >= area(b[0]!) ? a : b));
  const outline = thinned(largest[0]!);
  const xs = outline.map((p) => p[0]!);
  const ys = outline.map((p) => p[1]!);
  const [west, east] = [Math.min(...xs), Math.max(...xs)];
  const [south, north] = [Math.min(...ys), Math.max(...ys)];
  let best: Position = outline[0]!;
  let bestDistance = -1;
  for (let i = 1; i < STEPS; i++) {
    for (let j = 1; j < STEPS; j++) {
      const point = [west + ((east - west) * i) / STEPS, south + ((north - south) * j) / STEPS];
      const distance = isInside(point, outline) ? distanceTo(point, outline) : -1;
      if (distance > bestDistance) {
        best = point;
        bestDistance = distance;
      }
    }
  }
  return { point: best, area: area(outline) };
}

function thinned(ring: Position[]): Position[] {
  const stride = Math.ceil(ring.length / CORNERS_MAX);
  return ring.filter((_, index) => index % stride === 0);
}

function area(ring: Position[]): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    twice += ring[j]![0]! * ring[i]![1]! - ring[i]![0]! * ring[j]![1]!;
  }
  return Math.abs(twice / 2);
}

function isInside([x, y]: Position, ring: Position[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i]!;
    const [xj, yj] = ring[j]!;
    if (yi! > y! !== yj! > y! && x! < ((xj! - xi!) * (y! - yi!)) / (yj! - yi!) + xi!) {
      inside = !inside;
    }
  }
  return inside;
}

/** To the nearest corner: enough to stay away from the edge. A name is wide, so width counts half. */
function distanceTo([x, y]: Position, ring: Position[]): number {
  let nearest = Infinity;
  for (const [px, py] of ring) {
    nearest = Math.min(nearest, ((px! - x!) / 2) ** 2 + (py! - y!) ** 2);
  }
  return nearest;
}
