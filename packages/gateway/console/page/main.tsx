/** Starts the console with the key of the link or of another tab, then shows one section at a time. */
import './style.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { DeployedApp } from './deployed-app.tsx';
import { findKey } from './connection/access-key.ts';
import { readCustomersOf, useKey } from './connection/connection.ts';
import { linkTo } from './address.ts';
import { Empty } from './elements/parts.tsx';
import { showControlsEverywhere } from './show-controls.ts';

showControlsEverywhere();
const root = document.getElementById('app');
const key = await findKey();
const named = new URLSearchParams(location.search).get('request');
if (named !== null) history.replaceState(null, '', `${location.pathname}${linkTo('traffic', named)}`);
if (root !== null && !isSecureContext)
  render(
    <main class="closed">
      <Empty title="The browser does not trust this address.">
        Open the console at <code>127.0.0.1</code>, <code>localhost</code> or HTTPS.
      </Empty>
    </main>,
    root,
  );
else if (root !== null && key === undefined)
  render(
    <main class="closed">
      <Empty title="This page has no key.">
        Run <code>gatewright console</code> in the folder where the gateway was started, or{' '}
        <code>gatewright explain {named ?? 'last'}</code> for the request alone.
      </Empty>
    </main>,
    root,
  );
else if (root !== null && key !== undefined) {
  useKey(key);
  // If nothing responds, the page waits for the gateway.
  const customersOf = await readCustomersOf().catch(() => undefined);
  render(customersOf === undefined ? <App /> : <DeployedApp of={customersOf} />, root);
}
