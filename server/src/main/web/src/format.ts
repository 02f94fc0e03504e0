const COMPASS = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];
const FIX = [
  'none',
  'GPS',
  'differential',
  'PPS',
  'RTK fixed',
  'RTK float',
  'dead reckoning',
  'manual',
  'simulated',
];
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export function speedKmh(speedMps: number | null): string {
  return speedMps === null ? '–' : `${Math.round(speedMps * 3.6)}`;
}

/** How long ago, in one unit. A clock that runs ahead a little makes it 'now'. */
export function ago(thenMs: number | null, nowMs: number): string {
  if (thenMs === null) {
    return 'never';
  }
  const ms = nowMs - thenMs;
  if (ms < 3 * SECOND_MS) {
    return 'now';
  }
  if (ms < MINUTE_MS) {
    return `${Math.floor(ms / SECOND_MS)} s ago`;
  }
  if (ms < HOUR_MS) {
    return `${Math.floor(ms / MINUTE_MS)} min ago`;
  }
  return ms < DAY_MS ? `${Math.floor(ms / HOUR_MS)} h ago` : `${Math.floor(ms / DAY_MS)} d ago`;
}

/** All seven places that were sent, with the hemisphere. */
export function degrees(value: number, positive: string, negative: string): string {
  return `${Math.abs(value).toFixed(7)}° ${value < 0 ? negative : positive}`;
}

export function course(courseDeg: number | null): string {
  if (courseDeg === null) {
    return '–';
  }
  return `${courseDeg.toFixed(1)}° ${COMPASS[Math.round(courseDeg / 45) % 8]}`;
}

export function fix(fixQuality: number | null): string {
  return fixQuality === null ? '–' : (FIX[fixQuality] ?? `${fixQuality}`);
}

export function number(value: number | null, places: number, unit = ''): string {
  return value === null ? '–' : `${value.toFixed(places)}${unit}`;
}

/** 2026-11-22 16:05:09.250 */
export function utc(iso: string): string {
  return new Date(iso).toISOString().replace('T', ' ').replace('Z', '');
}

export function local(iso: string, zone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(new Date(iso));
  return `${parts}.${iso.includes('.') ? (/\.(\d{1,3})/.exec(iso)?.[1] ?? '').padEnd(3, '0') : '000'}`;
}

export function distance(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`;
}

export function thousands(value: number): string {
  return value.toLocaleString('en-GB');
}
