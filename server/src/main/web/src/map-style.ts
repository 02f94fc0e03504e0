import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import bordersUrl from '../generated/borders.geojson?url';
import countriesUrl from '../generated/countries.geojson?url';
import landUrl from '../generated/land.geojson?url';
import placesFarUrl from '../generated/places-far.geojson?url';
import placesNearUrl from '../generated/places-near.geojson?url';
import type { Palette } from './palette';

const FONT = ['Noto Sans', 'system-ui', 'sans-serif'];
const FONT_BOLD = ['Noto Sans Bold', 'system-ui', 'sans-serif'];

/** The base map and what lies on it, but for the vehicles. No glyphs: the machine's fonts do. */
export function mapStyle(colours: Palette): StyleSpecification {
  return {
    version: 8,
    sources: {
      // Half a pixel: finer, the longest coast in one tile has more corners than WebGL can number.
      land: { type: 'geojson', data: landUrl, maxzoom: 10, tolerance: 0.5 },
      borders: { type: 'geojson', data: bordersUrl, maxzoom: 10, tolerance: 0.3 },
      countries: { type: 'geojson', data: countriesUrl, maxzoom: 6 },
      'places-far': { type: 'geojson', data: placesFarUrl, maxzoom: 9 },
      'places-near': { type: 'geojson', data: nothing(), maxzoom: 11 },
      grid: { type: 'geojson', data: nothing() },
      track: { type: 'geojson', data: nothing(), tolerance: 0 },
      'track-points': { type: 'geojson', data: nothing() },
      names: { type: 'geojson', data: nothing() },
    },
    layers: [...land(colours), ...places(colours), ...track(colours)],
  };
}

/** Villages are fetched when they can first be seen. */
export const PLACES_NEAR = { source: 'places-near', url: placesNearUrl, fromZoom: 8.5 };

function nothing(): GeoJSON.FeatureCollection {
  return { type: 'FeatureCollection', features: [] };
}

function land(colours: Palette): LayerSpecification[] {
  return [
    { id: 'water', type: 'background', paint: { 'background-color': colours.water } },
    {
      id: 'land',
      type: 'fill',
      source: 'land',
      paint: { 'fill-color': colours.land, 'fill-antialias': false },
    },
    {
      id: 'grid',
      type: 'line',
      source: 'grid',
      paint: { 'line-color': colours.grid, 'line-opacity': 0.16, 'line-width': 0.75 },
    },
    {
      id: 'coast',
      type: 'line',
      source: 'land',
      paint: { 'line-color': colours.coast, 'line-width': byZoom([2, 0.5], [8, 1.4]) },
    },
    {
      id: 'borders',
      type: 'line',
      source: 'borders',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colours.border, 'line-width': byZoom([2, 0.6], [6, 1.2], [12, 2.4]) },
    },
  ];
}

/** How many people a place needs to be named at a zoom. */
const NAMED: ExpressionSpecification = [
  'step',
  ['zoom'],
  5e6,
  ...[4, 2e6, 5, 7e5, 6, 2e5, 7, 6e4, 8, 2e4, 9, 7e3, 10, 2e3, 11, 0],
] as unknown as ExpressionSpecification;

function places(colours: Palette): LayerSpecification[] {
  const halo = { 'text-halo-color': colours.halo, 'text-halo-width': 1.4 };
  return [
    ...['places-near', 'places-far'].flatMap((source): LayerSpecification[] => [
      {
        id: `${source}-dots`,
        type: 'circle',
        source,
        minzoom: 4,
        filter: ['>=', ['get', 'people'], NAMED],
        paint: {
          'circle-radius': byZoom([4, 1.6], [10, 2.6]),
          'circle-color': colours.place,
          'circle-opacity': 0.7,
          'circle-stroke-color': colours.halo,
          'circle-stroke-width': 1,
        },
      },
      {
        id: `${source}-names`,
        type: 'symbol',
        source,
        minzoom: 4,
        filter: ['any', ['>=', ['get', 'people'], NAMED], ['all', ['has', 'capital'], ['>=', ['zoom'], 5]]],
        layout: {
          'text-field': ['get', 'name'],
          'text-font': FONT,
          'text-size': ['interpolate', ['linear'], ['zoom'], 4, 11, 10, bySize(12, 15), 14, bySize(13, 19)],
          'text-anchor': 'bottom',
          'text-offset': [0, -0.35],
          'text-padding': 4,
          'symbol-sort-key': ['-', ['get', 'people']],
        },
        paint: { ...halo, 'text-color': colours.place },
      },
    ]),
    {
      id: 'country-names',
      type: 'symbol',
      source: 'countries',
      maxzoom: 7,
      filter: ['>=', ['get', 'area'], ['step', ['zoom'], 60, 2, 30, 3, 9, 4, 2, 5, 0]],
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT_BOLD,
        'text-size': ['interpolate', ['linear'], ['zoom'], 1, 10, 5, 14],
        'text-transform': 'uppercase',
        'text-letter-spacing': 0.12,
        'text-max-width': 7,
        'text-padding': 6,
        'symbol-sort-key': ['-', ['get', 'area']],
      },
      paint: { ...halo, 'text-color': colours.country },
    },
  ];
}

function track(colours: Palette): LayerSpecification[] {
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  return [
    {
      id: 'track-case',
      type: 'line',
      source: 'track',
      filter: ['!', ['get', 'gap']],
      layout: round,
      paint: { 'line-color': colours.trackCase, 'line-width': 6.5, 'line-opacity': 0.8 },
    },
    {
      id: 'track-line',
      type: 'line',
      source: 'track',
      filter: ['!', ['get', 'gap']],
      layout: round,
      paint: { 'line-color': colours.accent, 'line-width': 3.5 },
    },
    {
      id: 'track-gap',
      type: 'line',
      source: 'track',
      filter: ['get', 'gap'],
      paint: { 'line-color': colours.accent, 'line-width': 2, 'line-dasharray': [1.5, 2.5] },
    },
    {
      id: 'track-points',
      type: 'circle',
      source: 'track-points',
      minzoom: 14,
      paint: {
        'circle-radius': 3,
        'circle-color': colours.trackCase,
        'circle-stroke-color': colours.accent,
        'circle-stroke-width': 1.5,
      },
    },
    {
      id: 'vehicle-names',
      type: 'symbol',
      source: 'names',
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT_BOLD,
        'text-size': 12,
        'text-anchor': 'top',
        'text-offset': ['case', ['get', 'selected'], ['literal', [0, 2.1]], ['literal', [0, 1.15]]],
        'text-padding': 1,
      },
      paint: { 'text-color': colours.place, 'text-halo-color': colours.halo, 'text-halo-width': 1.8 },
    },
  ];
}

function byZoom(...stops: [number, number][]): ExpressionSpecification {
  return ['interpolate', ['linear'], ['zoom'], ...stops.flat()] as ExpressionSpecification;
}

function bySize(small: number, large: number): ExpressionSpecification {
  return ['interpolate', ['linear'], ['log10', ['max', 10, ['get', 'people']]], 4, small, 6.5, large];
}
