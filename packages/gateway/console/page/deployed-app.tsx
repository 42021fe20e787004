/** The frame around the customers of a deployed stack, which `gatewright console --stack` serves. */
import { useEffect } from 'preact/hooks';
import { linkTo } from './address.ts';
import { useShortcuts } from './app.tsx';
import {
  awaitAnswer,
  noteConnected,
  noteFailure,
  readStart,
  useConnection,
} from './connection/connection.ts';
import { Absence } from './elements/absence.tsx';
import { Empty } from './elements/parts.tsx';
import { usePlace } from './place.ts';
import { CustomersSection } from './sections/customers.tsx';
import { keptZone, showTimesIn } from './texts.ts';

const SECTIONS = [['customers', 'Customers']] as const;
const EVERY_MS = 2_000;

showTimesIn(keptZone(localStorage));

export function DeployedApp({ of }: { readonly of: string }) {
  const { section, item } = usePlace();
  const connection = useConnection();
  useShortcuts(SECTIONS);
  useEffect(() => {
    document.title = `Customers of ${of} · Gatewright`;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const follow = async (): Promise<void> => {
      await awaitAnswer(readStart).then(() => noteConnected(false), noteFailure);
      if (!isOver) timer = setTimeout(() => void follow(), EVERY_MS);
    };
    void follow();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);
  return (
    <>
      {connection === 'refused' ? (
        <main class="closed">
          <div role="alert">
            <Empty title="This page’s key is not valid any more.">
              Run <code>gatewright console --stack</code> again, which opens the page with a new key.
            </Empty>
          </div>
        </main>
      ) : null}
      <div class="app" hidden={connection === 'refused'}>
        <nav class="side" aria-label="Sections">
          <a class="brand" href={linkTo('customers')}>
            <img src="icon.svg" alt="" width="22" height="22" /> Gatewright
          </a>
          <ul>
            <li>
              <a href={linkTo('customers')} aria-current="page">
                Customers
              </a>
            </li>
          </ul>
          <div class="side-end">
            <p class="whose">{of}</p>
            <p class={`live ${connection === 'open' ? 'on' : 'off'}`} role="status">
              {connection === 'open' ? 'read only' : 'not connected'}
            </p>
          </div>
        </nav>
        <main class="main" id="main">
          <Absence state={connection} of="The command that serves this page">
            Run <code>gatewright console --stack</code> again.
          </Absence>
          <CustomersSection item={section === 'customers' ? item : undefined} rows={undefined} />
        </main>
      </div>
    </>
  );
}
