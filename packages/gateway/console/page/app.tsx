/** The frame around the sections: the menu, the connection to the gateway, and the gateway's clock. */
import { useEffect } from 'preact/hooks';
import { isTyping, leaveSearch } from './app-keys.ts';
import { isSection, sectionAfter, SECTIONS } from './sections.ts';
import { linkTo } from './address.ts';
import { go, readPlace, usePlace } from './place.ts';
import { useConnection } from './connection/connection.ts';
import { useFetched } from './connection/control.ts';
import { Absence } from './elements/absence.tsx';
import { Empty } from './elements/parts.tsx';
import { describeStale, firstLine, nameWhat, placeOf } from './traffic/reload-texts.ts';
import { clockTime } from './texts.ts';
import { useReloads } from './traffic/use-reloads.ts';
import { useTraffic } from './traffic/traffic-store.ts';
import { ClockControl } from './sections/clock-control.tsx';
import { CustomersSection } from './sections/customers.tsx';
import { AccessSection } from './sections/access.tsx';
import { ApisSection } from './sections/apis.tsx';
import { CachesSection } from './sections/caches.tsx';
import { CallsSection } from './sections/calls.tsx';
import { DataSection } from './sections/data.tsx';
import { DiffersSection } from './sections/differs.tsx';
import { FunctionsSection } from './sections/functions.tsx';
import { KeysSection } from './sections/keys.tsx';
import { NumbersSection } from './sections/numbers.tsx';
import { TrafficSection } from './sections/traffic.tsx';
import { SocketsSection } from './sections/sockets.tsx';
import type { Place } from './address.ts';
import type { Traffic } from './traffic/traffic-store.ts';
import type { ShownOverview } from '../endpoints/inspect-model.ts';
import type { ShownReloads } from '../records/reload-model.ts';
import type { SectionName } from './sections.ts';
import type { JSX } from 'preact';

type KnownPlace = Place & { readonly section: SectionName };

const HOME: KnownPlace = { section: 'traffic', item: undefined, query: new URLSearchParams() };

export function App() {
  const asked = usePlace();
  // An address with an unknown section opens the first section.
  const place: KnownPlace = isSection(asked.section) ? { ...asked, section: asked.section } : HOME;
  const traffic = useTraffic();
  const connection = useConnection();
  const reloads = useReloads();
  const start = useFetched<ShownOverview>('console/overview').data;
  const sections = SECTIONS.filter(([name]) => name !== 'customers' || start?.hasCustomers === true);
  useShortcuts(sections);
  useEffect(() => {
    const [, title = 'Traffic'] = SECTIONS.find(([name]) => name === place.section) ?? [];
    document.title = `${title} · Gatewright`;
    // On a phone the menu is one scrolling line, so the current entry is scrolled into view.
    const show = (): void =>
      document
        .querySelector('nav.side [aria-current]')
        ?.scrollIntoView({ block: 'nearest', inline: 'center' });
    show();
    addEventListener('resize', show);
    return () => removeEventListener('resize', show);
  }, [place.section]);
  return (
    <>
      {connection === 'refused' ? <KeyRefused /> : null}
      {/* The page is hidden but not unmounted, so it continues where it was when the key is valid again. */}
      <div class="app" hidden={connection === 'refused'}>
        <nav class="side" aria-label="Sections">
          <a class="brand" href={linkTo('traffic')}>
            <img src="icon.svg" alt="" width="22" height="22" /> Gatewright
          </a>
          <ul>
            {sections.map(([name, title]) => (
              <li key={name}>
                <a href={linkTo(name)} aria-current={place.section === name ? 'page' : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
          <div class="side-end">
            <ClockControl />
            <p class={`live ${traffic.isLive ? 'on' : 'off'}`} role="status">
              {traffic.isLive ? 'live' : 'not connected'}
            </p>
          </div>
        </nav>
        <main class="main" id="main">
          <Absence state={connection} of="The gateway">
            This page continues when it is ready.
          </Absence>
          <StaleCode reloads={reloads} />
          {SHOW[place.section]({ place, traffic, reloads, start })}
        </main>
      </div>
    </>
  );
}

function KeyRefused() {
  return (
    <main class="closed">
      <div role="alert">
        <Empty title="This page’s key is not valid for this gateway.">
          Run <code>gatewright console</code> in the folder where the gateway was started to open the console
          with its key. Either the key was renewed, or the gateway of another folder now has this address.
          This page continues when its own gateway responds again.
        </Empty>
      </div>
    </main>
  );
}

const MOST_STALE = 3;

/** Shows a note while the running code differs from the code on disk. */
function StaleCode({ reloads: { broken, versions } }: { readonly reloads: ShownReloads }) {
  if (broken.length === 0) return null;
  return (
    <div class="problem" role="status">
      {broken.slice(0, MOST_STALE).map((reload) => {
        const from = versions.find(({ version }) => version === reload.version)?.fromEpochMs;
        return (
          <p key={reload.number}>
            <strong>{placeOf(reload) ?? nameWhat(reload)}</strong> {firstLine(reload.message ?? '')}.{' '}
            {describeStale(reload)}
            {from === undefined ? '' : `, loaded at ${clockTime(from).slice(0, 8)}`}.{' '}
            <a href={linkTo('traffic', `reload-${reload.number}`)}>More</a>
          </p>
        );
      })}
    </div>
  );
}

type SectionProps = {
  readonly place: KnownPlace;
  readonly traffic: Traffic;
  readonly reloads: ShownReloads;
  readonly start: ShownOverview | undefined;
};

const SHOW: Readonly<Record<SectionName, (props: SectionProps) => JSX.Element>> = {
  traffic: ({ traffic, reloads, start, place: { item, query } }) => (
    <TrafficSection traffic={traffic} reloads={reloads} start={start} item={item} query={query} />
  ),
  apis: ({ place: { item, query } }) => <ApisSection item={item} query={query} />,
  access: ({ place: { item, query } }) => <AccessSection item={item} query={query} />,
  sockets: ({ traffic, place: { item } }) => <SocketsSection traffic={traffic} item={item} />,
  customers: ({ traffic, place: { item } }) => <CustomersSection item={item} rows={traffic.rows} />,
  keys: ({ start, place: { item } }) => (
    <KeysSection item={item} hasCustomers={start?.hasCustomers === true} />
  ),
  caches: () => <CachesSection />,
  functions: ({ place: { item } }) => <FunctionsSection item={item} />,
  data: ({ place: { item } }) => <DataSection item={item} />,
  calls: () => <CallsSection />,
  numbers: ({ place: { item } }) => <NumbersSection item={item} />,
  differs: () => <DiffersSection />,
};

/**
 * Handles keyboard shortcuts. The key `g` followed by a letter opens a section; `/` focuses the search field of the
 * current section.
 */
export function useShortcuts(sections: readonly (readonly [name: string, title: string])[]): void {
  useEffect(() => {
    let isAfterG = false;
    const onKey = (event: KeyboardEvent): void => {
      // Enter and Escape end the composition of a character, for example in Japanese.
      if (event.isComposing) return;
      if (event.key === 'Escape' && leaveSearch(event)) return;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (event.key === 'Escape' && document.querySelector('main aside.panel') !== null)
        go(linkTo(readPlace().section));
      if (event.key === '/') {
        const field = document.querySelector<HTMLInputElement>('input[type=search]');
        if (field !== null) {
          event.preventDefault();
          field.focus();
        }
        return;
      }
      const section = isAfterG ? sectionAfter(event.key, readPlace().section, sections) : undefined;
      // The letter after `g` must not reach the section. Otherwise `g k` would open Keys and also move one request up.
      if (isAfterG) event.stopImmediatePropagation();
      isAfterG = event.key === 'g';
      if (section !== undefined) go(linkTo(section));
    };
    // Listens in the capture phase, so it runs before the section's own listener.
    addEventListener('keydown', onKey, true);
    return () => removeEventListener('keydown', onKey, true);
  }, [sections.length]);
}
