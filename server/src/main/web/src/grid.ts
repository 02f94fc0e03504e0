import type { FeatureCollection, LineString } from 'geojson';

const STEPS_DEG = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];
const LINES_ACROSS_MAX = 12;

/** Meridians and parallels at round degrees: where the land is empty they show that one moves. */
export function gridLines(bounds: number[], zoom: number): FeatureCollection<LineString> {
  const [west = -180, south = -85, east = 180, north = 85] = bounds;
  const features: FeatureCollection<LineString>['features'] = [];
  const width = east - west;
  const step = [...STEPS_DEG].reverse().find((deg) => width / deg <= LINES_ACROSS_MAX) ?? 30;
  if (zoom < 3) {
    return { type: 'FeatureCollection', features };
  }
  const push = (coordinates: [number, number][]) => {
    features.push({
      type: 'Feature',
      properties: {},
      geometry: { type: 'LineString', coordinates },
    });
  };
  for (let lon = Math.floor(west / step) - 4; lon * step < east + 4 * step; lon++) {
    push([[lon * step, south - 4 * step], [lon * step, north + 4 * step]]);
  }
  for (let lat = Math.floor(south / step) - 4; lat * step < north + 4 * step; lat++) {
    push([[west - 4 * step, lat * step], [east + 4 * step, lat * step]]);
  }
  return { type: 'FeatureCollection', features };
}
