import { describe, expect, it } from 'vitest';
import type { PositionView } from '../src/api';
import { ago, course, degrees, local, utc } from '../src/format';
import { insert, lengthM, lines } from '../src/track';
import { visibleRows } from '../src/visible-rows';

function at(time: string, latitudeDeg: number): PositionView {
  return {
    time: `2026-11-22T${time}Z`,
    latitudeDeg,
    longitudeDeg: 10,
    speedMps: null,
    courseDeg: null,
    altitudeM: null,
    fixQuality: null,
    satellites: null,
    hdop: null,
  };
}

describe('a track', () => {
  it('is dashed across a gap of more than five minutes', () => {
    const { features } = lines([
      at('10:00:00', 50),
      at('10:05:00', 50.1),
      at('10:10:01', 50.2),
      at('10:10:02', 50.3),
    ]);

    expect(features.map((feature) => feature.properties?.['gap'])).toEqual([false, true, false]);
    expect(features.map((feature) => feature.geometry.coordinates.length)).toEqual([2, 2, 2]);
  });

  it('puts a late position where its own time belongs, once', () => {
    const points = [at('10:00:00', 50), at('10:00:02', 50.2)];

    expect(insert(points, at('10:00:01', 50.1))).toBe(true);
    expect(insert(points, at('10:00:01', 50.1))).toBe(false);
    expect(points.map((point) => point.latitudeDeg)).toEqual([50, 50.1, 50.2]);
  });

  it('is as long as the earth says', () => {
    expect(lengthM([at('10:00:00', 50), at('10:00:01', 51)])).toBeCloseTo(111_195, -1);
  });
});

describe('figures', () => {
  it('keep every digit that was sent', () => {
    expect(degrees(-48.1374305, 'N', 'S')).toBe('48.1374305° S');
    expect(utc('2026-11-22T10:00:00.250Z')).toBe('2026-11-22 10:00:00.250');
    expect(local('2026-11-22T10:00:00.250Z', 'Europe/Berlin')).toBe('2026-11-22 11:00:00.250');
  });

  it('are words that a person reads', () => {
    expect(course(359)).toBe('359.0° N');
    expect(course(null)).toBe('–');
    expect(ago(null, 0)).toBe('never');
    expect(ago(1000, 3999)).toBe('now');
    expect(ago(0, 59_999)).toBe('59 s ago');
    expect(ago(0, 3_600_000)).toBe('1 h ago');
  });
});

describe('a long list', () => {
  it('has only its visible rows in the page', () => {
    expect(visibleRows(60_000, 600, 60, 10_000)).toEqual({ first: 994, last: 1016 });
    expect(visibleRows(0, 600, 60, 3)).toEqual({ first: 0, last: 3 });
    expect(visibleRows(6000, 600, 60, 2)).toEqual({ first: 2, last: 2 });
  });
});
