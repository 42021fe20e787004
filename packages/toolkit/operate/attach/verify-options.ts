/**
 * Reads the options of a verification. This happens before anything is changed, so that a mistake in them is found in
 * time.
 */
import { UsageError } from '../../../base/terminal/output.ts';
import { readTokenFile } from '../../terminal/read-token-file.ts';
import { listAttachedRoutes } from './invoke-authorizer.ts';
import type { Plan, Undo } from './journal.ts';
import { routePart } from './live-api.ts';

export type VerifyOptions = {
  /** The token or API key of a caller whom the rules allow. */
  readonly token: string | undefined;
  /** A route whose integration is actually called, such as `GET /orders`. */
  readonly invoke: string | undefined;
  /** Address of the stage, such as https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod. */
  readonly url: string | undefined;
  /** The path to request below `url`. Default: the first attached GET route without parameters. */
  readonly path: string | undefined;
};

type VerifyFlags = Partial<Record<'url' | 'path' | 'invoke' | 'tokenFile', string>>;

/**
 * Reads the options.
 * @throws UsageError for a file that cannot be read, and for an invalid address, path or route
 */
export function readVerifyOptions({ url, path, invoke, tokenFile }: VerifyFlags): VerifyOptions {
  const token = tokenFile === undefined ? undefined : readTokenFile(tokenFile);
  if (token === '') throw new UsageError(`--token-file: ${tokenFile ?? ''} is empty`);
  if (url !== undefined && !(URL.canParse(url) && /^https?:\/\//i.test(url)))
    throw new UsageError(
      `--url: ${url} is not an http or https URL; write it as https://api.example.com/prod`,
    );
  if (path !== undefined && url === undefined)
    throw new UsageError('--path requires --url, because the path is appended to that URL');
  if (path !== undefined && !path.startsWith('/'))
    throw new UsageError(`--path: ${path} must begin with a slash, such as /orders`);
  if (invoke !== undefined && !/^[A-Z]+ \/\S*$/.test(invoke))
    throw new UsageError(`--invoke: ${invoke} is not a route; write it as "GET /orders"`);
  return { token, invoke, url, path };
}

/**
 * Checks that the options are possible for the API of the plan.
 * @throws UsageError if the API cannot be verified in this way
 */
export function checkVerifyOptions(plan: Plan, { url, path, invoke }: VerifyOptions): void {
  if (invoke !== undefined && plan.kind !== 'rest')
    throw new UsageError(
      '--invoke works only for REST APIs, because it uses TestInvokeMethod; to call the live API, pass --url instead',
    );
  if (invoke !== undefined && plan.parts[routePart(invoke)] === undefined)
    throw new UsageError(`--invoke: the API has no method ${invoke}`);
  if (url !== undefined && plan.kind !== 'websocket') findProbePath(plan, path);
}

/**
 * Returns the path that is requested at the live address.
 * @throws UsageError if no path is given and no attached route is suitable
 */
export function findProbePath({ steps }: Pick<Undo, 'steps'>, path: string | undefined): string {
  const usual = listAttachedRoutes(steps)
    .map((key) => key.split(' '))
    .find(([method, where = '']) => method === 'GET' && !where.includes('{'))?.[1];
  const asked = path ?? usual;
  if (asked === undefined)
    throw new UsageError(
      '--url also needs a path, because the attachment has no GET route without path parameters: pass --path, such as --path /orders',
    );
  return asked;
}
