import type { Vehicle } from './fleet';
import { h } from './dom';
import { ago, speedKmh } from './format';
import { type State, stateOf } from './fleet';
import { visibleRows } from './visible-rows';

const ROW_PX = 60;

export const STATE_WORDS: Record<State, string> = {
  moving: 'moving',
  stopped: 'stopped',
  silent: 'silent',
  never: 'never heard',
};

interface Row {
  element: HTMLElement;
  state: HTMLElement;
  name: HTMLElement;
  fleet: HTMLElement;
  speed: HTMLElement;
  seen: HTMLElement;
}

/** A list of any length of which only the visible rows exist in the page. */
export class VehicleList {
  readonly element: HTMLElement;
  private readonly space = h('div', { class: 'list-space', role: 'presentation' });
  private readonly rows: Row[] = [];
  private vehicles: Vehicle[] = [];
  private selected: string | null = null;
  private active = -1;

  constructor(
    private readonly now: () => number,
    private readonly pick: (id: string) => void,
  ) {
    this.element = h(
      'div',
      { class: 'list', role: 'listbox', tabindex: '0', 'aria-label': 'Trackers' },
      this.space,
    );
    this.element.addEventListener('scroll', () => this.render());
    this.element.addEventListener('keydown', (event) => this.key(event));
    new ResizeObserver(() => this.render()).observe(this.element);
  }

  show(vehicles: Vehicle[], selected: string | null): void {
    this.vehicles = vehicles;
    this.selected = selected;
    this.active = Math.min(this.active, vehicles.length - 1);
    this.space.style.height = `${vehicles.length * ROW_PX}px`;
    this.render();
  }

  reveal(id: string): void {
    const index = this.vehicles.findIndex((vehicle) => vehicle.id === id);
    if (index >= 0) {
      this.active = index;
      this.scrollTo(index);
    }
  }

  render(): void {
    const { scrollTop, clientHeight } = this.element;
    const { first, last } = visibleRows(scrollTop, clientHeight, ROW_PX, this.vehicles.length);
    const nowMs = this.now();
    for (let i = 0; i < Math.max(this.rows.length, last - first); i++) {
      const row = (this.rows[i] ??= this.newRow());
      const index = first + i;
      const vehicle = index < last ? this.vehicles[index] : undefined;
      row.element.hidden = !vehicle;
      if (vehicle) {
        this.fill(row, vehicle, index, nowMs);
      }
    }
    this.element.setAttribute('aria-activedescendant', this.active >= 0 ? `row-${this.active}` : '');
  }

  private newRow(): Row {
    const row: Row = {
      element: h('div', { class: 'row', role: 'option' }),
      state: h('span', { class: 'state' }),
      name: h('span', { class: 'row-name' }),
      fleet: h('span', { class: 'row-fleet' }),
      speed: h('span', { class: 'row-speed' }),
      seen: h('span', { class: 'row-seen' }),
    };
    row.element.append(
      row.state,
      h('span', { class: 'row-text' }, row.name, row.fleet),
      h('span', { class: 'row-figures' }, row.speed, row.seen),
    );
    row.element.addEventListener('click', () => {
      const vehicle = this.vehicles[Number(row.element.dataset['index'])];
      if (vehicle) {
        this.pick(vehicle.id);
      }
    });
    this.space.append(row.element);
    return row;
  }

  private fill(row: Row, vehicle: Vehicle, index: number, nowMs: number): void {
    const state = stateOf(vehicle, nowMs);
    row.element.id = `row-${index}`;
    row.element.dataset['index'] = `${index}`;
    row.element.dataset['id'] = vehicle.id;
    row.element.style.transform = `translateY(${index * ROW_PX}px)`;
    row.element.classList.toggle('active', index === this.active);
    row.element.setAttribute('aria-selected', `${vehicle.id === this.selected}`);
    row.element.setAttribute('aria-setsize', `${this.vehicles.length}`);
    row.element.setAttribute('aria-posinset', `${index + 1}`);
    row.state.dataset['state'] = state;
    row.state.title = STATE_WORDS[state];
    text(row.name, vehicle.tracker);
    text(row.fleet, `${vehicle.fleet} · ${STATE_WORDS[state]}`);
    text(row.speed, state === 'moving' ? `${speedKmh(vehicle.speedMps)} km/h` : '');
    text(row.seen, ago(vehicle.receivedAtMs, nowMs));
  }

  private key(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW_PX) - 1);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key];
    if (step !== undefined && this.vehicles.length > 0) {
      event.preventDefault();
      this.active = Math.max(0, Math.min(this.vehicles.length - 1, this.active + step));
      this.scrollTo(this.active);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const vehicle = this.vehicles[this.active];
      if (vehicle) {
        this.pick(vehicle.id);
      }
    }
  }

  private scrollTo(index: number): void {
    const top = index * ROW_PX;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) {
      this.element.scrollTop = top;
    } else if (top + ROW_PX > scrollTop + clientHeight) {
      this.element.scrollTop = top + ROW_PX - clientHeight;
    }
    this.render();
  }
}

function text(element: HTMLElement, value: string): void {
  if (element.textContent !== value) {
    element.textContent = value;
  }
}
