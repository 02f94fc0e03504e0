import './app.css';
import { session } from './api';
import { App } from './app';
import { setUp, signIn } from './sign-in';
import { startTheme } from './theme';

/** From the link in the console to the map; and back to the door when the session ends. */
async function start(root: HTMLElement): Promise<void> {
  startTheme();
  const token = location.hash.slice(1);
  if (location.pathname === '/setup' && token !== '') {
    // The token leaves the address bar and the history at once.
    history.replaceState(null, '', '/');
    await setUp(root, token);
  }
  for (;;) {
    let who = await session();
    if (who.user === null) {
      await signIn(root, who.setUpPending);
      who = await session();
    }
    const app = new App(root, who.user ?? '');
    await app.run();
  }
}

const root = document.getElementById('root');
if (root) {
  start(root).catch((failure: unknown) => {
    root.textContent = `Outrider cannot start: ${String(failure)}. Load the page again.`;
  });
}
