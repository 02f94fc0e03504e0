import type { PositionView, VehicleView } from './api';
import { distanceM } from './mercator';

export type State = 'moving' | 'stopped' | 'silent' | 'never';

/** A receiver at rest still says a little speed. */
const MOVING_MPS_MIN = 1;
const SILENT_AFTER_MS = 5 * 60_000;

export interface Vehicle {
  id: string;
  fleet: string;
  tracker: string;
  receivedAtMs: number | null;
  position: PositionView | null;
  /** As the receiver says, or from the last two positions where it says none. */
  speedMps: number | null;
}

export interface Filter {
  text: string;
  state: State | 'all';
}

/** All trackers, by name. Knows nothing of the screen. */
export class Fleet {
  private byId = new Map<string, Vehicle>();

  get size(): number {
    return this.byId.size;
  }

  get(id: string): Vehicle | undefined {
    return this.byId.get(id);
  }

  all(): Iterable<Vehicle> {
    return this.byId.values();
  }

  /** Everything anew, as a person would sort it: truck-4 before truck-16. */
  replace(views: VehicleView[]): void {
    const before = this.byId;
    this.byId = new Map();
    const order = new Intl.Collator('en', { numeric: true });
    for (const view of views.toSorted((a, b) => order.compare(idOf(a), idOf(b)))) {
      const vehicle = merge(before.get(idOf(view)), view);
      this.byId.set(vehicle.id, vehicle);
    }
  }

  /** What changed. A tracker that is not known yet waits until the fleet is fetched again. */
  update(views: VehicleView[]): Vehicle[] {
    const changed: Vehicle[] = [];
    for (const view of views) {
      const known = this.byId.get(idOf(view));
      if (known) {
        const vehicle = merge(known, view);
        this.byId.set(vehicle.id, vehicle);
        changed.push(vehicle);
      }
    }
    return changed;
  }
}

export function idOf(view: { fleet: string; tracker: string }): string {
  return `${view.fleet}.${view.tracker}`;
}

function merge(before: Vehicle | undefined, view: VehicleView): Vehicle {
  return {
    id: idOf(view),
    fleet: view.fleet,
    tracker: view.tracker,
    receivedAtMs: view.receivedAt === null ? null : Date.parse(view.receivedAt),
    position: view.position,
    speedMps: view.position === null ? null : speed(before, view.position),
  };
}

function speed(before: Vehicle | undefined, now: PositionView): number | null {
  if (now.speedMps !== null || !before?.position) {
    return now.speedMps;
  }
  const seconds = (Date.parse(now.time) - Date.parse(before.position.time)) / 1000;
  if (seconds <= 0) {
    return before.speedMps;
  }
  return seconds > 60 ? null : distanceM(before.position, now) / seconds;
}

export function stateOf(vehicle: Vehicle, nowMs: number): State {
  if (vehicle.receivedAtMs === null) {
    return 'never';
  }
  if (nowMs - vehicle.receivedAtMs > SILENT_AFTER_MS) {
    return 'silent';
  }
  return (vehicle.speedMps ?? 0) >= MOVING_MPS_MIN ? 'moving' : 'stopped';
}

/** Every word typed must be in the name or in the fleet's. */
export function matches(vehicle: Vehicle, state: State, filter: Filter): boolean {
  if (filter.state !== 'all' && filter.state !== (state === 'never' ? 'silent' : state)) {
    return false;
  }
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => vehicle.id.includes(word));
}

export interface Counts {
  moving: number;
  stopped: number;
  silent: number;
}

export function count(vehicles: Iterable<Vehicle>, nowMs: number): Counts {
  const counts = { moving: 0, stopped: 0, silent: 0 };
  for (const vehicle of vehicles) {
    const state = stateOf(vehicle, nowMs);
    counts[state === 'never' ? 'silent' : state]++;
  }
  return counts;
}
