/** Web Mercator as MapLibre has it: the world is the unit square, x to the east, y to the south. */
export interface Point {
  x: number;
  y: number;
}

const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

export function toMercator(lonDeg: number, latDeg: number): Point {
  const lat = Math.max(-85.05, Math.min(85.05, latDeg)) * RADIANS;
  return {
    x: (lonDeg + 180) / 360,
    y: (1 - Math.log(Math.tan(Math.PI / 4 + lat / 2)) / Math.PI) / 2,
  };
}

export function toLonLat({ x, y }: Point): [number, number] {
  return [x * 360 - 180, Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) / RADIANS];
}

/** Along a great circle. */
export function distanceM(
  a: { latitudeDeg: number; longitudeDeg: number },
  b: { latitudeDeg: number; longitudeDeg: number },
): number {
  const lat = ((b.latitudeDeg - a.latitudeDeg) * RADIANS) / 2;
  const lon = ((b.longitudeDeg - a.longitudeDeg) * RADIANS) / 2;
  const h =
    Math.sin(lat) ** 2 +
    Math.cos(a.latitudeDeg * RADIANS) * Math.cos(b.latitudeDeg * RADIANS) * Math.sin(lon) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Clockwise from north, on the map. */
export function bearingDeg(from: Point, to: Point): number {
  return ((Math.atan2(to.x - from.x, from.y - to.y) / RADIANS) % 360 + 360) % 360;
}
