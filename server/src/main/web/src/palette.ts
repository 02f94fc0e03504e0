import type { State } from './fleet';

/** Colours of what WebGL draws; those of the page are in app.css. */
export interface Palette {
  water: string;
  land: string;
  coast: string;
  border: string;
  grid: string;
  place: string;
  country: string;
  halo: string;
  rim: string;
  accent: string;
  trackCase: string;
  states: Record<State, string>;
}

const LIGHT: Palette = {
  water: '#cfdfea',
  land: '#f6f5f1',
  coast: '#b4c9d8',
  border: '#b9b2c4',
  grid: '#5b6b7b',
  place: '#4a5563',
  country: '#857c92',
  halo: '#fbfaf8',
  rim: '#ffffff',
  accent: '#1f5fd6',
  trackCase: '#ffffff',
  states: { moving: '#0b8457', stopped: '#2f6fc4', silent: '#7b8490', never: '#7b8490' },
};

const DARK: Palette = {
  water: '#10161f',
  land: '#1d242e',
  coast: '#33404f',
  border: '#4a5566',
  grid: '#8fa3b8',
  place: '#b4bfcc',
  country: '#76839a',
  halo: '#171d26',
  rim: '#0d1218',
  accent: '#7fb0ff',
  trackCase: '#0d1218',
  states: { moving: '#3ddc97', stopped: '#6ea8fe', silent: '#8b96a5', never: '#8b96a5' },
};

export const palette = (dark: boolean): Palette => (dark ? DARK : LIGHT);
