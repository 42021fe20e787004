/**
 * The access key of this page. It arrives once in the fragment of the link, which no server sees, and stays in this
 * tab's sessionStorage. It is never sent. It is used to sign the identifier of each run.
 */
const NAME = 'gatewright-key';
const CHANNEL = 'gatewright-key';
/**
 * How long a page without a key waits for other tabs before it reports that it has no key. The wait is this long
 * because a busy machine responds late.
 */
const ASK_MS = 2_000;

type Word = { readonly kind: 'wanted' } | { readonly kind: 'given'; readonly key: string };

/** Returns the key; undefined if neither the link, this tab nor another tab has a key. */
export async function findKey(): Promise<string | undefined> {
  const given = /^#([\w-]{20,100})$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    sessionStorage.setItem(NAME, given);
    history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  const key = sessionStorage.getItem(NAME) ?? (await askOtherTabs());
  if (key === undefined) return undefined;
  sessionStorage.setItem(NAME, key);
  answerOtherTabs();
  // Sends the new key to the other tabs, so that a tab whose key was renewed continues with it.
  if (given !== undefined) tell({ kind: 'given', key });
  return key;
}

/** Receives the keys of links that are opened in other tabs, until the returned function is called. */
export function followKeys(onKey: (key: string) => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if (data.kind === 'given') onKey(data.key);
  };
  return () => channel.close();
}

export function keepKey(key: string): void {
  sessionStorage.setItem(NAME, key);
}

/**
 * Requests the key from other tabs, because a short link opens a new tab. Only pages of the same origin receive the
 * request.
 */
function askOtherTabs(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const finish = (key: string | undefined): void => {
      stop();
      resolve(key);
    };
    const stop = followKeys(finish);
    setTimeout(() => finish(undefined), ASK_MS);
    tell({ kind: 'wanted' });
  });
}

function tell(word: Word): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(word);
  channel.close();
}

function answerOtherTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    const key = sessionStorage.getItem(NAME);
    if (data.kind === 'wanted' && key !== null) channel.postMessage({ kind: 'given', key } satisfies Word);
  };
}
