import { type PositionView, track } from './api';
import { insert, lengthM } from './track';
import type { Vehicle } from './fleet';

const REFRESH_MS = 20_000;

/** What the tracker did today, for the eye. */
export interface Today {
  points: PositionView[];
  count: number;
  lengthM: number;
}

/**
 * Today's track of the selected tracker. New positions are put in as they come; from time to time
 * it is fetched anew, which brings those that came late.
 */
export class TodaysTrack {
  private vehicle: Vehicle | null = null;
  private points: PositionView[] = [];
  private count = 0;
  private timer = 0;
  private asked = new AbortController();

  constructor(private readonly shown: (today: Today | null) => void) {}

  select(vehicle: Vehicle | null): void {
    clearTimeout(this.timer);
    this.asked.abort();
    this.asked = new AbortController();
    this.vehicle = vehicle;
    this.points = [];
    this.count = 0;
    if (vehicle) {
      this.shown(null);
      void this.fetch(vehicle);
    }
  }

  add(vehicle: Vehicle): void {
    if (this.count > 0 && vehicle.position && insert(this.points, vehicle.position)) {
      this.count++;
      this.show();
    }
  }

  private async fetch(vehicle: Vehicle): Promise<void> {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      const view = await track(vehicle, zone, this.asked.signal);
      if (this.vehicle?.id !== vehicle.id) {
        return;
      }
      this.points = view.points;
      this.count = view.count;
      this.show();
    } catch {
      // Offline, or signed out: the live stream finds out and says so. Try again all the same.
    }
    if (this.vehicle?.id === vehicle.id) {
      this.timer = window.setTimeout(() => void this.fetch(vehicle), REFRESH_MS);
    }
  }

  private show(): void {
    this.shown({ points: this.points, count: this.count, lengthM: lengthM(this.points) });
  }
}
