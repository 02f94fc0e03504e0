import { bearingDeg, type Point } from './mercator';

const DURATION_MS_MIN = 250;
const DURATION_MS_MAX = 5_000;
/** Farther than about 10 km at once is no drive, it is news from after a gap. */
const JUMP_MIN = 10_000 / 40_075_017;
/** Less than about a metre says nothing of the direction. */
const TURN_MIN = 1 / 40_075_017;

/**
 * How one vehicle moves on the screen: from where it is drawn to where it was last seen, in the time
 * that its reports are apart, so that it never stands still between two of them.
 */
export class Motion {
  private from: Point;
  private to: Point;
  private fromHeading: number;
  private toHeading: number;
  private startMs: number;
  private durationMs = 0;
  private arrivedMs: number;

  constructor(at: Point, headingDeg: number | null, nowMs: number) {
    this.from = at;
    this.to = at;
    this.fromHeading = headingDeg ?? 0;
    this.toHeading = this.fromHeading;
    this.startMs = nowMs;
    this.arrivedMs = nowMs;
  }

  moveTo(target: Point, headingDeg: number | null, nowMs: number, smooth: boolean): void {
    const here = this.at(nowMs);
    const heading = this.headingAt(nowMs);
    const distance = Math.hypot(target.x - here.x, target.y - here.y);
    this.toHeading =
      headingDeg ?? (distance > TURN_MIN ? bearingDeg(here, target) : this.toHeading);
    const apart = nowMs - this.arrivedMs;
    this.arrivedMs = nowMs;
    this.startMs = nowMs;
    this.to = target;
    if (!smooth || distance > JUMP_MIN) {
      this.from = target;
      this.fromHeading = this.toHeading;
      this.durationMs = 0;
      return;
    }
    this.from = here;
    this.fromHeading = heading;
    this.durationMs = Math.min(DURATION_MS_MAX, Math.max(DURATION_MS_MIN, apart * 1.05));
  }

  isMoving(nowMs: number): boolean {
    return nowMs < this.startMs + this.durationMs;
  }

  at(nowMs: number): Point {
    const t = this.part(nowMs);
    return {
      x: this.from.x + (this.to.x - this.from.x) * t,
      y: this.from.y + (this.to.y - this.from.y) * t,
    };
  }

  /** Turns the short way round, and sooner than it arrives. */
  headingAt(nowMs: number): number {
    const t = Math.min(1, this.part(nowMs) * 3);
    const turn = ((this.toHeading - this.fromHeading + 540) % 360) - 180;
    return (this.fromHeading + turn * t + 360) % 360;
  }

  private part(nowMs: number): number {
    return this.durationMs === 0
      ? 1
      : Math.min(1, Math.max(0, (nowMs - this.startMs) / this.durationMs));
  }
}
