import { type GeoJSONSource, Map as MapLibreMap, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { PositionView } from './api';
import { type Fleet, stateOf, type Vehicle } from './fleet';
import { gridLines } from './grid';
import { mapStyle, PLACES_NEAR } from './map-style';
import { toLonLat, toMercator } from './mercator';
import { Motion } from './motion';
import { type Palette, palette } from './palette';
import { isDark, onTheme } from './theme';
import { lines } from './track';
import { type Drawn, VehicleLayer } from './vehicle-layer';

setWorkerUrl(workerUrl);

const NAMES_FROM_ZOOM = 8.5;
const NAMES_MAX = 150;
const NAMES_EVERY_MS = 200;
const PICK_WITHIN_PX = 22;
const ZOOM_MAX = 18;
const EUROPE: [number, number] = [10.4, 50.2];

export interface MapHandlers {
  now(): number;
  picked(id: string | null): void;
  padding(): { top: number; right: number; bottom: number; left: number };
  movedByHand(): void;
}

/** The map with all vehicles on it. Where each is drawn follows from its {@link Motion}. */
export class FleetMap {
  private readonly map: MapLibreMap;
  private readonly layer: VehicleLayer;
  private readonly motions = new Map<string, Motion>();
  private readonly calm = matchMedia('(prefers-reduced-motion: reduce)');
  private selected: string | null = null;
  private following = false;
  private namesDueMs = 0;
  private ready = false;
  private trackPoints: PositionView[] = [];

  constructor(
    container: HTMLElement,
    private readonly fleet: Fleet,
    private readonly handlers: MapHandlers,
  ) {
    const colours = palette(isDark());
    this.layer = new VehicleLayer(this, colours);
    this.map = new MapLibreMap({
      container,
      style: mapStyle(colours),
      center: EUROPE,
      zoom: 4,
      maxZoom: ZOOM_MAX,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      touchPitch: false,
      fadeDuration: this.calm.matches ? 0 : 200,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.on('load', () => this.loaded());
    this.map.on('moveend', () => this.moved());
    this.map.on('sourcedata', () => {
      container.dataset['tiles'] = `${this.map.areTilesLoaded()}`;
    });
    this.map.on('click', (event) => handlers.picked(this.at(event.point)));
    this.map.on('mousemove', (event) => {
      this.map.getCanvas().style.cursor = this.at(event.point) === null ? '' : 'pointer';
    });
    this.map.on('dragstart', () => this.stopFollowing());
    onTheme(() => this.recolour(palette(isDark())));
  }

  /** Vehicles came, went or moved. */
  changed(vehicles: Iterable<Vehicle>): void {
    const nowMs = performance.now();
    const smooth = !this.calm.matches && !document.hidden;
    for (const { id, position, speedMps } of vehicles) {
      if (!position) {
        continue;
      }
      const at = toMercator(position.longitudeDeg, position.latitudeDeg);
      // At rest a receiver's course is noise: the vehicle keeps the one that it stopped with.
      const heading = (speedMps ?? 1) >= 1 ? position.courseDeg : null;
      const motion = this.motions.get(id);
      if (motion) {
        motion.moveTo(at, heading, nowMs, smooth);
      } else {
        this.motions.set(id, new Motion(at, position.courseDeg, nowMs));
      }
    }
    for (const id of this.motions.keys()) {
      if (!this.fleet.get(id)?.position) {
        this.motions.delete(id);
      }
    }
    this.map.triggerRepaint();
  }

  drawn(nowMs: number): Drawn[] {
    const clock = this.handlers.now();
    const order = { never: 0, silent: 0, stopped: 1, moving: 2 };
    const all: Drawn[] = [];
    for (const [id, motion] of this.motions) {
      const vehicle = this.fleet.get(id);
      if (vehicle) {
        all.push({
          at: motion.at(nowMs),
          headingDeg: motion.headingAt(nowMs),
          state: stateOf(vehicle, clock),
          selected: id === this.selected,
        });
      }
    }
    this.follow(nowMs);
    this.name(nowMs);
    const rank = (one: Drawn) => (one.selected ? 3 : order[one.state]);
    return all.sort((a, b) => rank(a) - rank(b));
  }

  isMoving(nowMs: number): boolean {
    for (const motion of this.motions.values()) {
      if (motion.isMoving(nowMs)) {
        return true;
      }
    }
    return false;
  }

  select(id: string | null): void {
    this.selected = id;
    if (id === null) {
      this.following = false;
    }
    this.showTrack([]);
    this.namesDueMs = 0;
    this.map.triggerRepaint();
  }

  showTrack(points: PositionView[]): void {
    this.trackPoints = points;
    if (!this.ready) {
      return;
    }
    this.source('track').setData(lines(points));
    this.source('track-points').setData({
      type: 'FeatureCollection',
      features: points.map((point) => ({
        type: 'Feature',
        properties: {},
        geometry: { type: 'Point', coordinates: [point.longitudeDeg, point.latitudeDeg] },
      })),
    });
  }

  /** Shows one vehicle where the panels leave room, no farther away than its surroundings need. */
  goTo(id: string): void {
    const motion = this.motions.get(id);
    if (motion) {
      const { top, right, bottom, left } = this.handlers.padding();
      this.map.easeTo({
        center: toLonLat(motion.at(performance.now())),
        zoom: Math.max(this.map.getZoom(), 12),
        offset: [(left - right) / 2, (top - bottom) / 2],
        duration: this.calm.matches ? 0 : 700,
      });
    }
  }

  setFollowing(following: boolean): void {
    this.following = following;
    this.map.triggerRepaint();
  }

  fitAll(animated = true): void {
    let [west, south, east, north] = [180, 90, -180, -90];
    for (const vehicle of this.fleet.all()) {
      if (vehicle.position) {
        const { longitudeDeg, latitudeDeg } = vehicle.position;
        west = Math.min(west, longitudeDeg);
        east = Math.max(east, longitudeDeg);
        south = Math.min(south, latitudeDeg);
        north = Math.max(north, latitudeDeg);
      }
    }
    if (west <= east) {
      this.map.fitBounds([west, south, east, north], {
        padding: this.handlers.padding(),
        maxZoom: 13,
        duration: animated && !this.calm.matches ? 700 : 0,
      });
    }
  }

  zoom(by: 1 | -1): void {
    this.map.easeTo({ zoom: this.map.getZoom() + by, duration: this.calm.matches ? 0 : 250 });
  }

  close(): void {
    this.map.remove();
  }

  repaint(): void {
    this.map.triggerRepaint();
  }

  private loaded(): void {
    this.ready = true;
    this.map.addLayer(this.layer, 'vehicle-names');
    this.moved();
    this.showTrack(this.trackPoints);
    this.map.getContainer().dataset['loaded'] = 'true';
  }

  private moved(): void {
    if (!this.ready) {
      return;
    }
    const zoom = this.map.getZoom();
    this.source('grid').setData(gridLines(this.map.getBounds().toArray().flat(), zoom));
    if (zoom >= PLACES_NEAR.fromZoom && !this.map.getContainer().dataset['near']) {
      this.map.getContainer().dataset['near'] = 'true';
      this.source(PLACES_NEAR.source).setData(PLACES_NEAR.url);
    }
    this.namesDueMs = 0;
  }

  private follow(nowMs: number): void {
    const motion = this.selected === null ? undefined : this.motions.get(this.selected);
    if (!this.following || !motion || this.map.isMoving()) {
      return;
    }
    const { top, right, bottom, left } = this.handlers.padding();
    const at = this.map.project(toLonLat(motion.at(nowMs)));
    const { clientWidth, clientHeight } = this.map.getCanvas();
    const dx = at.x - (clientWidth + left - right) / 2;
    const dy = at.y - (clientHeight + top - bottom) / 2;
    if (Math.hypot(dx, dy) > 1.5) {
      // Not within the frame that is being drawn.
      queueMicrotask(() => this.map.panBy([dx, dy], { duration: 0 }));
    }
  }

  private stopFollowing(): void {
    if (this.following) {
      this.following = false;
      this.handlers.movedByHand();
    }
  }

  /** Names only where they can be read: near, and not too many. */
  private name(nowMs: number): void {
    if (!this.ready || nowMs < this.namesDueMs) {
      return;
    }
    this.namesDueMs = nowMs + NAMES_EVERY_MS;
    const near = this.map.getZoom() >= NAMES_FROM_ZOOM;
    const bounds = this.map.getBounds();
    const features: GeoJSON.Feature[] = [];
    for (const [id, motion] of this.motions) {
      const vehicle = this.fleet.get(id);
      if (vehicle && (near || id === this.selected) && features.length < NAMES_MAX) {
        const coordinates = toLonLat(motion.at(nowMs));
        if (bounds.contains(coordinates)) {
          features.push({
            type: 'Feature',
            properties: { name: vehicle.tracker, selected: id === this.selected },
            geometry: { type: 'Point', coordinates },
          });
        }
      }
    }
    this.source('names').setData({ type: 'FeatureCollection', features });
  }

  private at(point: { x: number; y: number }): string | null {
    const nowMs = performance.now();
    let nearest: string | null = null;
    let nearestPx = PICK_WITHIN_PX;
    for (const [id, motion] of this.motions) {
      const at = this.map.project(toLonLat(motion.at(nowMs)));
      const px = Math.hypot(at.x - point.x, at.y - point.y);
      if (px < nearestPx) {
        nearest = id;
        nearestPx = px;
      }
    }
    return nearest;
  }

  private recolour(colours: Palette): void {
    this.layer.setColours(colours);
    for (const layer of mapStyle(colours).layers) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        this.map.setPaintProperty(layer.id, name as never, value as never);
      }
    }
    this.map.triggerRepaint();
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }
}
