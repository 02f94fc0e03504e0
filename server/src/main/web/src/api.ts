/** What the server says, field by field (Views.java). */
export interface PositionView {
  time: string;
  latitudeDeg: number;
  longitudeDeg: number;
  speedMps: number | null;
  courseDeg: number | null;
  altitudeM: number | null;
  fixQuality: number | null;
  satellites: number | null;
  hdop: number | null;
}

export interface VehicleView {
  fleet: string;
  tracker: string;
  receivedAt: string | null;
  position: PositionView | null;
}

export interface VehiclesView {
  now: string;
  cursor: string;
  vehicles: VehicleView[];
}

export interface ChangesView {
  now: string;
  vehicles: VehicleView[];
}

export interface TrackView {
  fleet: string;
  tracker: string;
  day: string;
  zone: string;
  count: number;
  points: PositionView[];
}

export interface SessionView {
  user: string | null;
  setUpPending: boolean;
}

/** The server refused; its message is for people. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const session = (): Promise<SessionView> => ask('/api/session');

export const vehicles = (signal: AbortSignal): Promise<VehiclesView> =>
  ask('/api/vehicles', signal);

export function track(
  vehicle: { fleet: string; tracker: string },
  zone: string,
  signal: AbortSignal,
): Promise<TrackView> {
  const { fleet, tracker } = vehicle;
  return ask(`/api/vehicles/${fleet}/${tracker}/track?zone=${encodeURIComponent(zone)}`, signal);
}

export const logIn = (user: string, password: string): Promise<SessionView> =>
  send('/api/login', { user, password: password.normalize('NFC') });

export const setUp = (token: string, user: string, password: string): Promise<SessionView> =>
  send('/api/setup', { token, user, password: password.normalize('NFC') });

export async function logOut(): Promise<void> {
  await answer(await fetch('/api/logout', { method: 'POST' }));
}

async function ask<T>(path: string, signal: AbortSignal | null = null): Promise<T> {
  return (await (await answer(await fetch(path, { signal }))).json()) as T;
}

async function send<T>(path: string, body: object): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await (await answer(response)).json()) as T;
}

async function answer(response: Response): Promise<Response> {
  if (response.ok) {
    return response;
  }
  const refusal = (await response.json().catch(() => ({}))) as { message?: string };
  throw new RefusedError(
    response.status,
    refusal.message ?? `The server answered ${response.status}.`,
  );
}
