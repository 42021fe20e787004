/** The console: starts with the key of the link, then shows one section at a time. */
import './style.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { findKey } from './access-key.ts';
import { useKey } from './control.ts';
import { linkTo } from './address.ts';
import { Empty } from './parts.tsx';

const root = document.getElementById('app');
const key = await findKey();
const named = new URLSearchParams(location.search).get('request');
if (named !== null) history.replaceState(null, '', `${location.pathname}${linkTo('traffic', named)}`);
if (root !== null && key === undefined)
  render(
    <main class="closed">
      <Empty title="This page needs the key of the start.">
        Open the link that <code>gatewright start</code> printed in its first line, or run{' '}
        <code>gatewright explain {named ?? 'last'}</code> in a terminal.
      </Empty>
    </main>,
    root,
  );
else if (root !== null && key !== undefined) {
  useKey(key);
  render(<App />, root);
}
