const KEY = 'theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners: (() => void)[] = [];

/** Light or dark: as the system says, until it is chosen here. */
export function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? dark.matches : chosen === 'dark';
}

export function startTheme(): void {
  const chosen = localStorage.getItem(KEY);
  if (chosen === 'dark' || chosen === 'light') {
    document.documentElement.dataset['theme'] = chosen;
  }
  dark.addEventListener('change', () => {
    tell();
  });
}

export function toggleTheme(): void {
  const chosen = isDark() ? 'light' : 'dark';
  document.documentElement.dataset['theme'] = chosen;
  localStorage.setItem(KEY, chosen);
  tell();
}

export function onTheme(listener: () => void): void {
  listeners.push(listener);
}

function tell(): void {
  for (const listener of listeners) {
    listener();
  }
}
