import { h, ICONS, icon } from './dom';
import { stateOf, type Vehicle } from './fleet';
import * as format from './format';
import { STATE_WORDS } from './list';
import type { Today } from './today';

export interface DetailHandlers {
  close(): void;
  goTo(): void;
  follow(following: boolean): void;
}

/** All that is known of the selected tracker, to the last digit. */
export class Detail {
  readonly element: HTMLElement;
  private readonly title = h('h2', { tabindex: '-1' });
  private readonly state = h('span', { class: 'state' });
  private readonly subtitle = h('span', { class: 'detail-subtitle' });
  private readonly speed = h('span', { class: 'detail-speed' });
  private readonly facts = h('dl', { class: 'facts' });
  private readonly today = h('p', { class: 'detail-today' });
  private readonly follow: HTMLButtonElement;
  private readonly values = new Map<string, HTMLElement>();
  private readonly zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

  constructor(handlers: DetailHandlers) {
    this.follow = h(
      'button',
      {
        class: 'button',
        type: 'button',
        'aria-pressed': 'false',
        click: () => {
          const following = this.follow.getAttribute('aria-pressed') !== 'true';
          this.setFollowing(following);
          handlers.follow(following);
        },
      },
      'Follow',
    );
    this.element = h(
      'section',
      { class: 'detail', hidden: true, 'aria-label': 'Selected tracker' },
      h(
        'header',
        { class: 'detail-head' },
        this.state,
        h('div', { class: 'detail-title' }, this.title, this.subtitle),
        h(
          'button',
          { class: 'icon-button', type: 'button', 'aria-label': 'Close', click: handlers.close },
          icon(ICONS.close),
        ),
      ),
      h('div', { class: 'detail-main' }, this.speed, h('span', { class: 'unit' }, 'km/h')),
      this.today,
      h(
        'div',
        { class: 'detail-buttons' },
        h(
          'button',
          { class: 'button', type: 'button', click: handlers.goTo },
          icon(ICONS.target),
          'Show',
        ),
        this.follow,
      ),
      this.facts,
    );
  }

  setFollowing(following: boolean): void {
    this.follow.setAttribute('aria-pressed', `${following}`);
  }

  show(vehicle: Vehicle | undefined, nowMs: number): void {
    this.element.hidden = !vehicle;
    if (!vehicle) {
      return;
    }
    const state = stateOf(vehicle, nowMs);
    this.title.textContent = vehicle.tracker;
    const seen = format.ago(vehicle.receivedAtMs, nowMs);
    this.subtitle.textContent = `${vehicle.fleet} · ${STATE_WORDS[state]} · ${seen}`;
    this.state.dataset['state'] = state;
    this.speed.textContent = format.speedKmh(vehicle.speedMps);
    const position = vehicle.position;
    if (position && vehicle.receivedAtMs !== null) {
      const delayMs = vehicle.receivedAtMs - Date.parse(position.time);
      this.fact('Latitude', format.degrees(position.latitudeDeg, 'N', 'S'));
      this.fact('Longitude', format.degrees(position.longitudeDeg, 'E', 'W'));
      this.fact('Time, UTC', format.utc(position.time));
      this.fact('Time, local', format.local(position.time, this.zone));
      this.fact('Stored after', delay(delayMs));
      this.fact('Course', format.course(position.courseDeg));
      this.fact('Altitude', format.number(position.altitudeM, 1, ' m'));
      this.fact('Fix', format.fix(position.fixQuality));
      this.fact('Satellites', format.number(position.satellites, 0));
      this.fact('HDOP', format.number(position.hdop, 2));
    }
    this.facts.hidden = !position;
  }

  showToday(today: Today | null): void {
    this.today.textContent =
      today === null
        ? 'Fetching today’s track …'
        : today.count === 0
          ? 'No position today.'
          : `Today ${format.distance(today.lengthM)} · ${format.thousands(today.count)} positions`;
  }

  focus(): void {
    this.title.focus({ preventScroll: true });
  }

  private fact(name: string, value: string): void {
    let element = this.values.get(name);
    if (!element) {
      element = h('dd');
      this.values.set(name, element);
      this.facts.append(h('dt', {}, name), element);
    }
    if (element.textContent !== value) {
      element.textContent = value;
    }
  }
}

function delay(ms: number): string {
  if (ms < 60_000) {
    return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  }
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
