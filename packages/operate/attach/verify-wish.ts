/** What verification is asked for: read before anything is changed, so that no mistake in it is met by an API that is attached to already. */
import { UsageError } from '../../terminal/output.ts';
import { readTokenFile } from '../../terminal/read-token-file.ts';
import { attachedRoutes } from './ask-function.ts';
import type { Plan, Undo } from './journal.ts';
import { routePart } from './live-api.ts';

export type VerifyWish = {
  /** Of a caller whom the rules let in. */
  readonly token: string | undefined;
  /** A route whose integration is to be called for real: `GET /orders`. */
  readonly invoke: string | undefined;
  /** Where the stage answers, such as https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod. */
  readonly url: string | undefined;
  /** Path below it that is asked; the first attached GET without parameters where it is left out. */
  readonly path: string | undefined;
};

type VerifyFlags = Partial<Record<'url' | 'path' | 'invoke' | 'tokenFile', string>>;

/** @throws UsageError for a file that cannot be read, and for what is no address, path or route */
export function readVerifyWish({ url, path, invoke, tokenFile }: VerifyFlags): VerifyWish {
  const token = tokenFile === undefined ? undefined : readTokenFile(tokenFile);
  if (token === '') throw new UsageError(`--token-file: ${tokenFile ?? ''} is empty`);
  if (url !== undefined && !(URL.canParse(url) && /^https?:\/\//i.test(url)))
    throw new UsageError(`--url: ${url} is no address, such as https://api.example.com/prod`);
  if (path !== undefined && url === undefined)
    throw new UsageError('--path says what is called below --url: give both');
  if (path !== undefined && !path.startsWith('/'))
    throw new UsageError(`--path: ${path} begins with no slash, as /orders does`);
  if (invoke !== undefined && !/^[A-Z]+ \/\S*$/.test(invoke))
    throw new UsageError(`--invoke: ${invoke} is no route, such as "GET /orders"`);
  return { token, invoke, url, path };
}

/** @throws UsageError where the API has nothing that can be looked at so */
export function checkVerifyWish(plan: Plan, { url, path, invoke }: VerifyWish): void {
  if (invoke !== undefined && plan.kind !== 'rest')
    throw new UsageError('--invoke: only REST APIs have TestInvokeMethod; --url calls the live address');
  if (invoke !== undefined && plan.parts[routePart(invoke)] === undefined)
    throw new UsageError(`--invoke: the API has no method ${invoke}`);
  if (url !== undefined && plan.kind !== 'websocket') findAsked(plan, path);
}

/** What is asked below the live address. @throws UsageError where nobody has said, and no attached route will do */
export function findAsked({ steps }: Pick<Undo, 'steps'>, path: string | undefined): string {
  const usual = attachedRoutes(steps)
    .map((key) => key.split(' '))
    .find(([method, where = '']) => method === 'GET' && !where.includes('{'))?.[1];
  const asked = path ?? usual;
  if (asked === undefined) throw new UsageError('--url: which path? Name one by --path, such as /orders');
  return asked;
}
