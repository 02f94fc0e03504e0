import { describe, expect, it } from 'vitest';
import type { PositionView, VehicleView } from '../src/api';
import { count, Fleet, matches, stateOf } from '../src/fleet';

const NOW = Date.parse('2026-11-22T12:00:00Z');

function position(change: Partial<PositionView> = {}): PositionView {
  return {
    time: '2026-11-22T12:00:00Z',
    latitudeDeg: 50,
    longitudeDeg: 10,
    speedMps: null,
    courseDeg: null,
    altitudeM: null,
    fixQuality: null,
    satellites: null,
    hdop: null,
    ...change,
  };
}

function view(tracker: string, receivedAt: string | null, at: PositionView | null): VehicleView {
  return { fleet: 'acme', tracker, receivedAt, position: at };
}

describe('a fleet', () => {
  it('calls a tracker silent only after five minutes without a word', () => {
    const fleet = new Fleet();
    fleet.replace([
      view('heard', '2026-11-22T11:55:00Z', position({ speedMps: 20 })),
      view('lost', '2026-11-22T11:54:59Z', position({ speedMps: 20 })),
      view('new', null, null),
    ]);

    expect(stateOf(fleet.get('acme.heard')!, NOW)).toBe('moving');
    expect(stateOf(fleet.get('acme.lost')!, NOW)).toBe('silent');
    expect(stateOf(fleet.get('acme.new')!, NOW)).toBe('never');
    expect(count(fleet.all(), NOW)).toEqual({ moving: 1, stopped: 0, silent: 2 });
  });

  it('takes the noise of a receiver at rest for rest', () => {
    const fleet = new Fleet();
    fleet.replace([view('a', '2026-11-22T12:00:00Z', position({ speedMps: 0.99 }))]);

    expect(stateOf(fleet.get('acme.a')!, NOW)).toBe('stopped');
  });

  it('works out a speed where the receiver gives none', () => {
    const fleet = new Fleet();
    fleet.replace([view('a', '2026-11-22T12:00:00Z', position())]);

    fleet.update([
      view(
        'a',
        '2026-11-22T12:00:10Z',
        position({ time: '2026-11-22T12:00:10Z', latitudeDeg: 50.001 }),
      ),
    ]);

    expect(fleet.get('acme.a')!.speedMps).toBeCloseTo(11.1, 1);
  });

  it('leaves out a tracker that it does not know yet', () => {
    const fleet = new Fleet();

    expect(fleet.update([view('a', '2026-11-22T12:00:00Z', position())])).toEqual([]);
    expect(fleet.size).toBe(0);
  });

  it('is searched by every word, in fleet and name', () => {
    const fleet = new Fleet();
    fleet.replace([view('truck-7', null, null)]);
    const truck = fleet.get('acme.truck-7')!;

    expect(matches(truck, 'never', { text: ' ACME 7', state: 'all' })).toBe(true);
    expect(matches(truck, 'never', { text: 'acme 8', state: 'all' })).toBe(false);
    expect(matches(truck, 'never', { text: '', state: 'silent' })).toBe(true);
    expect(matches(truck, 'never', { text: '', state: 'moving' })).toBe(false);
  });
});
