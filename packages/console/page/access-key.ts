/**
 * The key of this start. It arrives once in the fragment of the link, which no server sees, stays in this
 * tab's sessionStorage, and is sent as a header: a cookie would go to every port of this machine.
 */
const NAME = 'gatewright-key';
const CHANNEL = 'gatewright-key';
/** A busy machine answers late; without a key the page waits this long before it says so. */
const ASK_MS = 2_000;

type Word = { readonly kind: 'wanted' } | { readonly kind: 'given'; readonly key: string };

/** Undefined where neither the link, this tab nor another tab has one. */
export async function findKey(): Promise<string | undefined> {
  const given = /^#([\w-]{20,100})$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    sessionStorage.setItem(NAME, given);
    history.replaceState(null, '', `${location.pathname}${location.search}`);
  }
  const key = sessionStorage.getItem(NAME) ?? (await askOtherTabs());
  if (key === undefined) return undefined;
  sessionStorage.setItem(NAME, key);
  answerOtherTabs(key);
  return key;
}

/** A short link opens a new tab; only pages of the same origin receive the question. */
function askOtherTabs(): Promise<string | undefined> {
  const channel = new BroadcastChannel(CHANNEL);
  return new Promise((resolve) => {
    const finish = (key: string | undefined): void => {
      channel.close();
      resolve(key);
    };
    setTimeout(() => finish(undefined), ASK_MS);
    channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data.kind === 'given') finish(data.key);
    };
    channel.postMessage({ kind: 'wanted' } satisfies Word);
  });
}

function answerOtherTabs(key: string): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if (data.kind === 'wanted') channel.postMessage({ kind: 'given', key } satisfies Word);
  };
}
