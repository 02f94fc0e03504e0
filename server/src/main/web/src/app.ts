import * as api from './api';
import { Detail } from './detail';
import { h, ICONS, icon, mark } from './dom';
import { empty } from './empty';
import { count, Fleet, matches, stateOf, type Filter, type Vehicle } from './fleet';
import { VehicleList } from './list';
import { type Connection, Live } from './live';
import { FleetMap } from './map';
import { Sheet } from './sheet';
import { isDark, toggleTheme } from './theme';
import { TodaysTrack } from './today';

const TICK_MS = 1000;
const RETRY_MS = 2000;
const CONNECTION_WORDS: Record<Connection, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
};
const FILTERS = ['all', 'moving', 'stopped', 'silent'] as const;

/** The map, the list beside it and the selected tracker, for as long as the session goes on. */
export class App {
  private readonly fleet = new Fleet();
  private readonly list: VehicleList;
  private readonly detail: Detail;
  private readonly map: FleetMap;
  private readonly sheet: Sheet;
  private readonly today: TodaysTrack;
  private readonly connection = h('span', { class: 'connection', role: 'status' });
  private readonly chips = new Map<string, HTMLButtonElement>();
  private readonly search: HTMLInputElement;
  private readonly nobody = empty();
  private readonly noMatch = h('p', { class: 'no-match', hidden: true }, 'No tracker matches.');
  private readonly panel: HTMLElement;
  private filter: Filter = { text: '', state: 'all' };
  private selected: string | null = null;
  private live: Live | null = null;
  /** What the server's clock is ahead of this machine's. */
  private clockAheadMs = 0;
  private listDirty = false;
  private readonly leaving = new AbortController();
  private finish: () => void = () => {};

  constructor(
    private readonly root: HTMLElement,
    private readonly user: string,
  ) {
    const now = () => this.now();
    this.list = new VehicleList(now, (id) => this.select(id, true));
    this.detail = new Detail({
      close: () => this.select(null, false),
      goTo: () => this.selected && this.map.goTo(this.selected),
      follow: (following) => this.map.setFollowing(following),
    });
    this.today = new TodaysTrack((today) => {
      this.detail.showToday(today);
      this.map.showTrack(today?.points ?? []);
    });
    this.search = h('input', {
      type: 'search',
      placeholder: 'Search trackers',
      'aria-label': 'Search trackers',
      spellcheck: 'false',
      input: () => this.refilter({ text: this.search.value }),
    });
    const mapElement = h('div', { class: 'map', role: 'application', 'aria-label': 'Map' });
    this.panel = this.newPanel();
    this.sheet = new Sheet(this.panel);
    root.replaceChildren(
      h(
        'div',
        { class: 'app' },
        mapElement,
        h('p', { class: 'attribution' }, 'Natural Earth · GeoNames (CC BY 4.0)'),
        this.mapButtons(),
        this.panel,
        this.detail.element,
      ),
    );
    this.map = new FleetMap(mapElement, this.fleet, {
      now,
      picked: (id) => this.select(id, false),
      padding: () => this.padding(),
      movedByHand: () => this.detail.setFollowing(false),
    });
  }

  /** Ends when the session does. */
  async run(): Promise<void> {
    const { signal } = this.leaving;
    const timer = setInterval(() => this.tick(), TICK_MS);
    document.addEventListener('keydown', (event) => this.key(event), { signal });
    void this.begin();
    await new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    clearInterval(timer);
    this.map.close();
  }

  private async begin(): Promise<void> {
    while (!this.leaving.signal.aborted) {
      try {
        return await this.load(true);
      } catch {
        await this.checkSession();
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private async load(first: boolean): Promise<void> {
    const everything = await api.vehicles(this.leaving.signal);
    this.serverSays(everything.now);
    this.fleet.replace(everything.vehicles);
    this.map.changed(this.fleet.all());
    this.refreshList();
    if (first) {
      this.map.fitAll(false);
      this.connect(everything.cursor);
    }
  }

  private connect(cursor: string): void {
    this.live = new Live(cursor, {
      changes: ({ vehicles }) => this.changes(vehicles),
      fleet: () => void this.load(false).catch(() => this.checkSession()),
      connection: (state) => this.showConnection(state),
      now: (now) => this.serverSays(now),
      ended: () => void this.checkSession(),
    });
  }

  private changes(views: api.VehicleView[]): void {
    const changed = this.fleet.update(views);
    this.map.changed(changed);
    for (const vehicle of changed) {
      if (vehicle.id === this.selected) {
        this.today.add(vehicle);
        this.detail.show(vehicle, this.now());
      }
    }
    this.listDirty = true;
  }

  private async signOut(): Promise<void> {
    this.leave();
    await api.logOut().finally(() => this.finish());
  }

  /** Nothing is asked any more, not even what is under way: it would only be refused. */
  private leave(): void {
    this.live?.close();
    this.today.select(null);
    this.leaving.abort();
  }

  private async checkSession(): Promise<void> {
    try {
      if ((await api.session()).user === null) {
        this.leave();
        this.finish();
      }
    } catch {
      this.showConnection('reconnecting');
    }
  }

  private showConnection(state: Connection): void {
    if (this.connection.dataset['state'] !== state) {
      this.connection.dataset['state'] = state;
      this.connection.textContent = CONNECTION_WORDS[state];
    }
  }

  private tick(): void {
    this.refreshList();
    if (this.selected !== null) {
      this.detail.show(this.fleet.get(this.selected), this.now());
    }
    if (!this.listDirty) {
      this.map.repaint(); // a vehicle may just have fallen silent
    }
    this.listDirty = false;
  }

  private refilter(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change };
    this.refreshList();
  }

  private refreshList(): void {
    const nowMs = this.now();
    const shown: Vehicle[] = [];
    for (const vehicle of this.fleet.all()) {
      if (matches(vehicle, stateOf(vehicle, nowMs), this.filter)) {
        shown.push(vehicle);
      }
    }
    this.list.show(shown, this.selected);
    const counts = { all: this.fleet.size, ...count(this.fleet.all(), nowMs) };
    for (const name of FILTERS) {
      const chip = this.chips.get(name)!;
      chip.setAttribute('aria-pressed', `${this.filter.state === name}`);
      chip.lastElementChild!.textContent = `${counts[name]}`;
    }
    this.nobody.hidden = this.fleet.size > 0;
    this.noMatch.hidden = this.fleet.size === 0 || shown.length > 0;
    this.panel.classList.toggle('is-empty', this.fleet.size === 0);
  }

  private select(id: string | null, fromList: boolean): void {
    if (id === this.selected && id !== null) {
      this.map.goTo(id);
      return;
    }
    const before = this.selected;
    this.selected = id;
    const vehicle = id === null ? undefined : this.fleet.get(id);
    this.detail.setFollowing(false);
    this.detail.show(vehicle, this.now());
    this.map.select(id);
    this.today.select(vehicle ?? null);
    this.refreshList();
    if (id !== null) {
      this.list.reveal(id);
      if (fromList) {
        this.map.goTo(id);
        this.detail.focus();
      }
    } else if (before !== null && this.detail.element.contains(document.activeElement)) {
      this.list.element.focus();
    }
  }

  private key(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === 'Escape' && this.selected !== null) {
      this.select(null, false);
    } else if (event.key === 'Escape' && typing) {
      this.search.value = '';
      this.refilter({ text: '' });
      this.search.blur();
    } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (event.key === '/') {
        event.preventDefault();
        this.sheet.open();
        this.search.focus();
      } else if (event.key === 'f') {
        this.map.fitAll();
      }
    }
  }

  private newPanel(): HTMLElement {
    const chips = FILTERS.map((name) => {
      const chip = h(
        'button',
        { class: 'chip', type: 'button', 'data-state': name, click: () => this.refilter({ state: name }) },
        `${name[0]!.toUpperCase()}${name.slice(1)}`,
        h('span', { class: 'chip-count' }),
      );
      this.chips.set(name, chip);
      return chip;
    });
    return h(
      'aside',
      { class: 'panel', 'aria-label': 'Fleet' },
      h('header', { class: 'panel-head' }, mark(), h('h1', {}, 'Outrider'), this.connection, this.tools()),
      h('div', { class: 'search' }, icon(ICONS.search), this.search),
      h('div', { class: 'chips', role: 'group', 'aria-label': 'Show' }, ...chips),
      this.nobody,
      this.noMatch,
      this.list.element,
    );
  }

  private tools(): HTMLElement {
    const theme = h('button', {
      class: 'icon-button',
      type: 'button',
      id: 'theme',
      click: () => {
        toggleTheme();
        drawTheme();
      },
    });
    const drawTheme = () => {
      theme.replaceChildren(icon(isDark() ? ICONS.sun : ICONS.moon));
      theme.setAttribute('aria-label', isDark() ? 'Light colours' : 'Dark colours');
    };
    drawTheme();
    const out = h(
      'button',
      {
        class: 'icon-button',
        type: 'button',
        id: 'sign-out',
        'aria-label': `Sign out ${this.user}`,
        title: `Sign out ${this.user}`,
        click: () => void this.signOut(),
      },
      icon(ICONS.out),
    );
    return h('div', { class: 'tools' }, theme, out);
  }

  private mapButtons(): HTMLElement {
    const button = (label: string, path: string, click: () => void) =>
      h('button', { class: 'map-button', type: 'button', 'aria-label': label, title: label, click }, icon(path));
    return h(
      'div',
      { class: 'map-buttons' },
      button('Zoom in', ICONS.plus, () => this.map.zoom(1)),
      button('Zoom out', ICONS.minus, () => this.map.zoom(-1)),
      button('Show all trackers', ICONS.fit, () => this.map.fitAll()),
    );
  }

  private padding() {
    const edge = 56;
    const inset = { top: edge, right: edge, bottom: edge, left: edge };
    const root = this.root.getBoundingClientRect();
    if (this.sheet.isSheet()) {
      const covering = this.detail.element.hidden ? this.panel : this.detail.element;
      const top = covering.getBoundingClientRect().top;
      inset.bottom = Math.min(root.height * 0.6, root.height - top) + 24;
      inset.left = inset.right = 36;
      return inset;
    }
    inset.left += this.panel.getBoundingClientRect().right;
    if (!this.detail.element.hidden) {
      inset.right += root.width - this.detail.element.getBoundingClientRect().left;
    }
    return inset;
  }

  private serverSays(now: string): void {
    this.clockAheadMs = Date.parse(now) - Date.now();
  }

  private now(): number {
    return Date.now() + this.clockAheadMs;
  }
}
