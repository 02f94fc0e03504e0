import { h } from './dom';

const STEPS = ['peek', 'half', 'full'] as const;
type Step = (typeof STEPS)[number];
const DRAG_PX_MIN = 40;

/** On a narrow screen the panel is a sheet at the bottom that is drawn up by its handle. */
export class Sheet {
  private readonly narrow = matchMedia('(max-width: 719px)');
  private step: Step = 'half';
  private readonly handle: HTMLButtonElement;

  constructor(private readonly panel: HTMLElement) {
    this.handle = h('button', { class: 'handle', type: 'button' });
    let startY: number | null = null;
    this.handle.addEventListener('pointerdown', (event) => {
      startY = event.clientY;
      this.handle.setPointerCapture(event.pointerId);
    });
    this.handle.addEventListener('pointerup', (event) => {
      const moved = startY === null ? 0 : event.clientY - startY;
      startY = null;
      if (Math.abs(moved) >= DRAG_PX_MIN) {
        this.move(moved < 0 ? 1 : -1);
      } else {
        this.set(this.step === 'half' ? 'peek' : 'half');
      }
    });
    this.handle.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
        event.preventDefault();
        this.move(event.key === 'ArrowUp' ? 1 : -1);
      } else if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        this.set(this.step === 'half' ? 'peek' : 'half');
      }
    });
    panel.prepend(this.handle);
    this.set('half');
  }

  isSheet(): boolean {
    return this.narrow.matches;
  }

  open(): void {
    if (this.step === 'peek') {
      this.set('half');
    }
  }

  private move(by: 1 | -1): void {
    const index = STEPS.indexOf(this.step) + by;
    this.set(STEPS[Math.max(0, Math.min(STEPS.length - 1, index))]!);
  }

  private set(step: Step): void {
    this.step = step;
    this.panel.dataset['step'] = step;
    this.handle.setAttribute('aria-label', step === 'peek' ? 'Show the list' : 'Hide the list');
  }
}
