import { describe, expect, it } from 'vitest';
import { bearingDeg, toLonLat, toMercator } from '../src/mercator';
import { Motion } from '../src/motion';

const STEP = 1e-5;

describe('a motion', () => {
  it('takes as long as the reports are apart', () => {
    const motion = new Motion({ x: 0.5, y: 0.5 }, 90, 0);

    motion.moveTo({ x: 0.5 + STEP, y: 0.5 }, 90, 1000, true);

    expect(motion.at(1000).x).toBe(0.5);
    expect(motion.at(1525).x).toBeCloseTo(0.5 + STEP / 2, 9);
    expect(motion.isMoving(2049)).toBe(true);
    expect(motion.isMoving(2051)).toBe(false);
    expect(motion.at(9999).x).toBe(0.5 + STEP);
  });

  it('goes on from where it is drawn, not from where it should be', () => {
    const motion = new Motion({ x: 0.5, y: 0.5 }, 90, 0);
    motion.moveTo({ x: 0.5 + STEP, y: 0.5 }, 90, 1000, true);
    const drawn = motion.at(1300);

    motion.moveTo({ x: 0.5 + 2 * STEP, y: 0.5 }, 90, 1300, true);

    expect(motion.at(1300)).toEqual(drawn);
  });

  it('jumps after a gap, and always where motion is not wanted', () => {
    const motion = new Motion({ x: 0.5, y: 0.5 }, 0, 0);

    motion.moveTo({ x: 0.6, y: 0.5 }, 0, 1000, true);
    expect(motion.at(1000).x).toBe(0.6);
    motion.moveTo({ x: 0.6 + STEP, y: 0.5 }, 0, 2000, false);
    expect(motion.at(2000).x).toBe(0.6 + STEP);
  });

  it('turns the short way round', () => {
    const motion = new Motion({ x: 0.5, y: 0.5 }, 350, 0);

    motion.moveTo({ x: 0.5 + STEP, y: 0.5 }, 10, 1000, true);

    expect(motion.headingAt(1000)).toBe(350);
    expect((motion.headingAt(1175) + 180) % 360).toBeCloseTo(180, 0);
    expect(motion.headingAt(3000)).toBeCloseTo(10);
  });

  it('heads where it goes when nobody says', () => {
    const motion = new Motion({ x: 0.5, y: 0.5 }, null, 0);

    motion.moveTo({ x: 0.5, y: 0.5 + STEP }, null, 1000, true);

    expect(motion.headingAt(5000)).toBeCloseTo(180);
  });
});

describe('mercator', () => {
  it('goes there and back within a centimetre', () => {
    const [lon, lat] = toLonLat(toMercator(11.5754900, 48.1374300));

    expect(lon).toBeCloseTo(11.57549, 8);
    expect(lat).toBeCloseTo(48.13743, 8);
  });

  it('has north up', () => {
    const here = toMercator(10, 50);

    expect(bearingDeg(here, toMercator(10, 51))).toBeCloseTo(0);
    expect(bearingDeg(here, toMercator(11, 50))).toBeCloseTo(90);
  });
});
