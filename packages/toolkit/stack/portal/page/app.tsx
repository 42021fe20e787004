/** The frame around the sections: the owner's name and logo, the menu, and who is signed in. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { linkTo } from './address.ts';
import type { Place } from './address.ts';
import { change, listenForSessionEnd, read, Refusal, useToken } from './api.ts';
import { Action, Empty, Paragraphs, Problem } from './elements/parts.tsx';
import type { About, SessionAnswer } from '@gatewright/handlers/portal/answers';
import { go, usePlace } from './place.ts';
import { firstSection } from './roles.ts';
import { THEMES, useTheme } from './theme.ts';
import type { Theme } from './theme.ts';
import { AlertsSection } from './sections/alerts.tsx';
import { InvitationSection } from './sections/invitation.tsx';
import { InvoicesSection } from './sections/invoices.tsx';
import { KeysSection } from './sections/keys.tsx';
import { LogSection } from './sections/log.tsx';
import { MembersSection } from './sections/members.tsx';
import { PlanSection } from './sections/plan.tsx';
import { ReferenceSection } from './sections/reference.tsx';
import { SignInSection } from './sections/sign-in.tsx';
import { UseSection } from './sections/use.tsx';
import { WebhooksSection } from './sections/webhooks.tsx';

const SECTIONS = [
  ['keys', 'API keys'],
  ['webhooks', 'Webhooks'],
  ['use', 'Use'],
  ['plan', 'Plan'],
  ['invoices', 'Invoices'],
  ['alerts', 'Alerts'],
  ['members', 'Members'],
  ['log', 'Log'],
] as const;

/** `session` is undefined while it is not known yet, and null if nobody is signed in. */
type Known = { readonly about?: About; readonly session?: SessionAnswer | null; readonly problem?: string };

export function App() {
  const [{ about, session, problem }, setKnown] = useState<Known>({});
  const address = usePlace();
  const place =
    address.section === '' && session ? { ...address, section: firstSection(session.member.role) } : address;
  const enter = useCallback((next: SessionAnswer) => {
    useToken(next.csrf);
    setKnown((last) => ({ ...last, session: next }));
  }, []);
  const leave = useCallback(() => {
    useToken('');
    setKnown((last) => ({ ...last, session: null }));
  }, []);
  useEffect(() => {
    listenForSessionEnd(leave);
    start().then(setKnown, (error: unknown) =>
      setKnown({ problem: error instanceof Error ? error.message : String(error) }),
    );
  }, []);
  useHead(about, place, session);
  if (problem !== undefined)
    return (
      <main class="closed">
        <Problem text={problem} />
      </main>
    );
  if (about === undefined || session === undefined)
    return (
      <main class="closed">
        <p class="loading" role="status">
          Loading …
        </p>
      </main>
    );
  const isInside = session !== null && !['sign-in', 'invitation'].includes(place.section);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <Top about={about} session={session} onEnter={enter} onLeave={leave} />
      <div class={isInside ? 'frame' : 'frame alone'}>
        {isInside ? <Menu about={about} section={place.section} item={place.item} /> : null}
        <main id="main" tabIndex={-1}>
          {isInside ? <StateNote state={session.organisation.state} /> : null}
          <Section place={place} about={about} session={session} onEnter={enter} />
        </main>
      </div>
      <Foot about={about} />
    </>
  );
}

/**
 * Hides only the section for webhooks. Any other section that is not offered stays in the menu, and says so when it is
 * opened.
 */
function isOffered(section: string, { hasWebhooks }: About): boolean {
  return section !== 'webhooks' || hasWebhooks === true;
}

/** Shows the section's name in the title, and focuses its heading, except when the page is opened. */
function useHead(
  about: About | undefined,
  { section, item }: Place,
  session: SessionAnswer | null | undefined,
): void {
  const isOpened = useRef(false);
  const title = titleOf(section, about);
  useEffect(() => {
    if (about === undefined || session === undefined) return;
    document.title = title === about.name ? title : `${title} · ${about.name}`;
    if (isOpened.current) document.querySelector<HTMLElement>('main h1')?.focus();
    isOpened.current = true;
  }, [title, item, about, session?.organisation.id]);
}

/** A link to `#main` is not used, because this page uses fragments as addresses of its sections. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

async function start(): Promise<Known> {
  const [about, session] = await Promise.all([
    read<About>('portal.json'),
    read<SessionAnswer>('session').catch((error: unknown) => {
      if (error instanceof Refusal && error.status === 401) return null;
      throw error;
    }),
  ]);
  if (session !== null) useToken(session.csrf);
  return { about, session };
}

function titleOf(section: string, about: About | undefined): string {
  const own = [
    ...SECTIONS,
    ['sign-in', 'Sign in'],
    ['invitation', 'Invitation'],
    ['help', 'Help'],
    ['terms', 'Terms'],
  ];
  const title = own.find(([name]) => name === section)?.[1];
  return title ?? (section === 'reference' ? 'Reference' : (about?.name ?? ''));
}

type TopProps = {
  readonly about: About;
  readonly session: SessionAnswer | null;
  readonly onEnter: (session: SessionAnswer) => void;
  readonly onLeave: () => void;
};

function Top({ about, session, onEnter, onLeave }: TopProps) {
  return (
    <header class="top">
      <a class="brand" href={linkTo('')}>
        {about.logo === undefined ? (
          <span class="mark" aria-hidden="true">
            {String.fromCodePoint(about.name.trim().codePointAt(0) ?? 0x20).toUpperCase()}
          </span>
        ) : (
          <img src={about.logo} alt="" />
        )}
        <span>{about.name}</span>
      </a>
      {session === null ? null : <Account session={session} onEnter={onEnter} onLeave={onLeave} />}
    </header>
  );
}

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: 'Colours: system',
  light: 'Colours: light',
  dark: 'Colours: dark',
};

function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  return (
    <label class="theme">
      <span class="hidden">Colours</span>
      <select
        value={theme}
        onChange={({ currentTarget }) =>
          setTheme(THEMES.find((each) => each === currentTarget.value) ?? 'system')
        }
      >
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {THEME_NAMES[each]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Account({
  session: { member, organisation, organisations },
  onEnter,
  onLeave,
}: {
  readonly session: SessionAnswer;
  readonly onEnter: (session: SessionAnswer) => void;
  readonly onLeave: () => void;
}) {
  const [problem, setProblem] = useState<string>();
  const switchTo = (id: string): void => {
    setProblem(undefined);
    change<SessionAnswer>('session/switch', { organisation: id }).then(onEnter, (error: unknown) =>
      setProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  const end = async (): Promise<void> => {
    await change('session/end');
    onLeave();
    go('sign-in');
  };
  return (
    <div class="account">
      <div class="who">
        {organisations.length > 1 ? (
          <select
            aria-label="Organisation"
            value={organisation.id}
            onChange={({ currentTarget }) => switchTo(currentTarget.value)}
          >
            {organisations.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        ) : (
          <strong>{organisation.name}</strong>
        )}
        <span class="soft">
          <bdi>{member.name}</bdi> · {member.role}
        </span>
      </div>
      <Action label="Sign out" run={end} />
      <Problem text={problem} />
    </div>
  );
}

function Menu({
  about,
  section,
  item,
}: {
  readonly about: About;
  readonly section: string;
  readonly item: string | undefined;
}) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [section, item]);
  return (
    <nav class={isOpen ? 'menu is-open' : 'menu'} aria-label="Sections">
      <button
        type="button"
        class="menu-button"
        aria-expanded={isOpen}
        aria-controls="menu"
        onClick={() => setOpen(!isOpen)}
      >
        {titleOf(section, about)} <span aria-hidden="true">▾</span>
        <span class="hidden">, menu</span>
      </button>
      <div id="menu">
        <ul>
          {SECTIONS.filter(([name]) => isOffered(name, about)).map(([name, title]) => (
            <MenuLink key={name} href={linkTo(name)} isHere={section === name}>
              {title}
            </MenuLink>
          ))}
        </ul>
        {about.apis.length === 0 ? null : (
          <>
            <h2>Reference</h2>
            <ul>
              {about.apis.map(({ id, title }) => (
                <MenuLink
                  key={id}
                  href={linkTo('reference', id)}
                  isHere={section === 'reference' && item === id}
                >
                  {title}
                </MenuLink>
              ))}
            </ul>
          </>
        )}
      </div>
    </nav>
  );
}

function MenuLink({
  href,
  isHere,
  children,
}: {
  readonly href: string;
  readonly isHere: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <li>
      <a href={href} aria-current={isHere ? 'page' : undefined}>
        {children}
      </a>
    </li>
  );
}

/** Shows a note about an organisation that is not active. */
function StateNote({ state }: { readonly state: string }) {
  return state === 'active' ? null : (
    <p class="note" role="status">
      Your organisation is {state}. Requests with its keys may be refused. Contact us to have this changed.
    </p>
  );
}

type SectionProps = {
  readonly place: Place;
  readonly about: About;
  readonly session: SessionAnswer | null;
  readonly onEnter: (session: SessionAnswer) => void;
};

function Section({ place: { section, item }, about, session, onEnter }: SectionProps) {
  if (section === 'invitation')
    return <InvitationSection about={about} session={session} onEnter={onEnter} />;
  if (section === 'help' || section === 'terms')
    return <OwnText title={titleOf(section, about)} text={about[section]} />;
  if (section === 'sign-in' || session === null)
    return <SignInSection about={about} code={section === 'sign-in' ? item : undefined} session={session} />;
  return (
    <Inside
      key={`${session.organisation.id} ${session.member.id}`}
      section={section}
      item={item}
      about={about}
    />
  );
}

function Inside({
  section,
  item,
  about,
}: {
  readonly section: string;
  readonly item: string | undefined;
  readonly about: About;
}) {
  switch (isOffered(section, about) ? section : undefined) {
    case 'keys':
      return <KeysSection />;
    case 'webhooks':
      return <WebhooksSection />;
    case 'use':
      return <UseSection />;
    case 'plan':
      return <PlanSection />;
    case 'invoices':
      return <InvoicesSection item={item} />;
    case 'alerts':
      return <AlertsSection />;
    case 'members':
      return <MembersSection signIn={about.signIn.kind} />;
    case 'log':
      return <LogSection />;
    case 'reference':
      return <ReferenceSection api={about.apis.find(({ id }) => id === item) ?? about.apis[0]} />;
    default:
      return <Empty title="There is nothing at this address.">Choose a section in the menu.</Empty>;
  }
}

function OwnText({ title, text }: { readonly title: string; readonly text: string | undefined }) {
  return (
    <article class="card">
      <h1 tabIndex={-1}>{title}</h1>
      {text === undefined ? <p class="soft">This portal has no such page.</p> : <Paragraphs text={text} />}
    </article>
  );
}

function Foot({ about }: { readonly about: About }) {
  return (
    <footer class="foot">
      <span>{about.name}</span>
      {about.help === undefined ? null : <a href={linkTo('help')}>Help</a>}
      {about.terms === undefined ? null : <a href={linkTo('terms')}>Terms</a>}
      <ThemeSwitch />
    </footer>
  );
}
