import type { ChangesView } from './api';

export type Connection = 'connecting' | 'live' | 'reconnecting';

export interface LiveHandlers {
  changes(changes: ChangesView): void;
  /** Trackers came or went. */
  fleet(): void;
  connection(state: Connection): void;
  now(serverNow: string): void;
  /** The server would not go on: the session may have ended. */
  ended(): void;
}

const SILENCE_MAX_MS = 25_000;
const RETRY_MS = 3_000;

/** The stream of changes. It comes back by itself, and goes on where it was. */
export class Live {
  private source: EventSource | null = null;
  private watchdog = 0;
  private retry = 0;
  private cursor: string;

  constructor(
    cursor: string,
    private readonly handlers: LiveHandlers,
  ) {
    this.cursor = cursor;
    handlers.connection('connecting');
    this.open();
  }

  close(): void {
    clearTimeout(this.watchdog);
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  private open(): void {
    const source = new EventSource(`/api/live?after=${encodeURIComponent(this.cursor)}`);
    this.source = source;
    this.watch();
    source.onopen = () => {
      this.heard();
    };
    source.onerror = () => {
      this.handlers.connection('reconnecting');
      if (source.readyState === EventSource.CLOSED) {
        this.close();
        this.handlers.ended();
        this.retry = window.setTimeout(() => this.open(), RETRY_MS);
      }
    };
    source.addEventListener('vehicles', (event) => {
      this.heard();
      const changes = JSON.parse(event.data as string) as ChangesView;
      this.handlers.now(changes.now);
      this.handlers.changes(changes);
    });
    source.addEventListener('fleet', () => this.handlers.fleet());
    source.addEventListener('mark', (event) => {
      this.cursor = event.lastEventId;
    });
    source.addEventListener('beat', (event) => {
      this.heard();
      this.handlers.now((JSON.parse(event.data as string) as { now: string }).now);
    });
    source.addEventListener('end', () => {
      this.close();
      this.handlers.ended();
    });
  }

  private heard(): void {
    this.handlers.connection('live');
    this.watch();
  }

  /** A connection can die without a word: the server's beat says that it has not. */
  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = window.setTimeout(() => {
      this.handlers.connection('reconnecting');
      this.close();
      this.open();
    }, SILENCE_MAX_MS);
  }
}
