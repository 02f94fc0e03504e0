import { h } from './dom';

/** What to do where there is no tracker yet. */
export function empty(): HTMLElement {
  const command = (text: string) => h('pre', {}, h('code', {}, text));
  return h(
    'section',
    { class: 'empty', hidden: true },
    h('h2', {}, 'No trackers yet'),
    h('p', {}, 'On the server, name a fleet and its first tracker:'),
    command('./outrider fleet create FLEET\n./outrider fleet add FLEET.TRACKER'),
    h('p', {}, 'In the vehicle, enrol with the token that was printed, and run:'),
    command(
      './outrider tracker enrol TOKEN \\\n    --state DIR\n' +
        './outrider tracker run \\\n    --state DIR --nmea FILE',
    ),
    h('p', {}, 'It appears here by itself.'),
  );
}
