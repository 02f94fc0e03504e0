import type { Feature, FeatureCollection, LineString } from 'geojson';
import type { PositionView } from './api';
import { distanceM } from './mercator';

/** Beyond this a straight line would be a guess. */
const GAP_MS = 5 * 60_000;

/** A day's line: solid where the tracker reported, one dashed piece across each gap. */
export function lines(points: PositionView[]): FeatureCollection<LineString> {
  const features: Feature<LineString>[] = [];
  let run: [number, number][] = [];
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    const here: [number, number] = [point.longitudeDeg, point.latitudeDeg];
    if (before && Date.parse(point.time) - Date.parse(before.time) > GAP_MS) {
      push(features, run, false);
      push(features, [[before.longitudeDeg, before.latitudeDeg], here], true);
      run = [];
    }
    run.push(here);
  }
  push(features, run, false);
  return { type: 'FeatureCollection', features };
}

function push(features: Feature<LineString>[], coordinates: [number, number][], gap: boolean) {
  if (coordinates.length > 1) {
    features.push({
      type: 'Feature',
      properties: { gap },
      geometry: { type: 'LineString', coordinates },
    });
  }
}

/** The length of what was reported; across a gap as the crow flies. */
export function lengthM(points: PositionView[]): number {
  let sum = 0;
  for (let i = 1; i < points.length; i++) {
    sum += distanceM(points[i - 1]!, points[i]!);
  }
  return sum;
}

/** Puts a position into its place by its own time; one that is there already changes nothing. */
export function insert(points: PositionView[], position: PositionView): boolean {
  const time = Date.parse(position.time);
  let index = points.length;
  while (index > 0 && Date.parse(points[index - 1]!.time) > time) {
    index--;
  }
  if (index > 0 && Date.parse(points[index - 1]!.time) === time) {
    return false;
  }
  points.splice(index, 0, position);
  return true;
}
