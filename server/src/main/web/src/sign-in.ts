import * as api from './api';
import { h, mark } from './dom';

const PASSWORD_MIN = 12;
const PASSWORD_MAX = 128;

/** Asks for user name and password until they are right. */
export function signIn(root: HTMLElement, setUpPending: boolean): Promise<void> {
  const user = field('User name', 'user', 'text', 'username');
  const password = field('Password', 'password', 'password', 'current-password');
  const hint = setUpPending
    ? h(
        'p',
        { class: 'note' },
        'Nobody has an account here yet. Open the one-time link that the server printed when it started.',
      )
    : null;
  return ask(root, 'Sign in', 'The live map of your fleet.', [hint, user.row, password.row], 'Sign in', () =>
    api.logIn(user.input.value, password.input.value),
  );
}

/** The one-time link: whoever has it chooses the administrator's name and password. */
export function setUp(root: HTMLElement, token: string): Promise<void> {
  const user = field('User name', 'user', 'text', 'username');
  const password = field('Password', 'password', 'password', 'new-password');
  const again = field('Password, again', 'again', 'password', 'new-password');
  const rule = h(
    'p',
    { class: 'note', id: 'rule' },
    `At least ${PASSWORD_MIN} characters. A few words in a row are easy to remember and hard to guess.`,
  );
  password.input.setAttribute('aria-describedby', 'rule');
  return ask(
    root,
    'Welcome to Outrider',
    'Choose how you, the administrator, will sign in.',
    [user.row, password.row, rule, again.row],
    'Set up',
    async () => {
      const characters = [...password.input.value].length;
      if (characters < PASSWORD_MIN || characters > PASSWORD_MAX) {
        throw new Error(`A password has ${PASSWORD_MIN} to ${PASSWORD_MAX} characters.`);
      }
      if (password.input.value !== again.input.value) {
        throw new Error('The two passwords differ.');
      }
      await api.setUp(token, user.input.value, password.input.value);
    },
  );
}

function ask(
  root: HTMLElement,
  title: string,
  subtitle: string,
  content: (HTMLElement | null)[],
  action: string,
  submit: () => Promise<unknown>,
): Promise<void> {
  return new Promise((resolve) => {
    const error = h('p', { class: 'error', role: 'alert' });
    const button = h('button', { class: 'button primary', type: 'submit' }, action);
    const form = h(
      'form',
      { class: 'card', 'aria-label': title },
      h('div', { class: 'card-head' }, mark(), h('h1', {}, title), h('p', {}, subtitle)),
      ...content,
      error,
      button,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      button.disabled = true;
      error.textContent = '';
      submit()
        .then(() => resolve())
        .catch((failure: unknown) => {
          error.textContent =
            failure instanceof TypeError
              ? 'The server does not answer.'
              : failure instanceof Error
                ? failure.message
                : String(failure);
          button.disabled = false;
          form.querySelector<HTMLInputElement>('input[type=password]')?.focus();
        });
    });
    root.replaceChildren(h('main', { class: 'door' }, form));
    form.querySelector('input')?.focus();
  });
}

function field(label: string, name: string, type: string, autocomplete: string) {
  const input = h('input', {
    id: name,
    name,
    type,
    autocomplete,
    required: true,
    autocapitalize: 'none',
    spellcheck: 'false',
  });
  return { input, row: h('div', { class: 'field' }, h('label', { for: name }, label), input) };
}
