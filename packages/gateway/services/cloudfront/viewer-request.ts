/** One request of a viewer, with the parts that policies can select. */
import type { Selection } from '../../kernel/edge-policies.ts';
import { HeaderList } from '../../core/events/header-list.ts';
import type { FrontRequest } from '../../kernel/service.ts';
import { trimFieldWhitespace } from '@gatewright/aws/field-whitespace';
import { compileGlob } from '@gatewright/aws/glob';
import { selects } from './distribution.ts';

type Pair = { readonly name: string; readonly text: string };

export class ViewerRequest {
  readonly method: string;
  /** The path as sent, or the default root object. */
  readonly path: string;
  readonly query: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
  readonly host: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly protocol: 'http' | 'https';
  #cookies: readonly Pair[] | undefined;
  #parameters: readonly Pair[] | undefined;

  constructor(request: FrontRequest, path: string) {
    this.method = request.method;
    this.path = path;
    this.query = request.query;
    this.headers = new HeaderList(request.rawHeaders);
    this.body = request.body;
    this.host = request.host;
    this.remoteAddress = request.remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
    this.remotePort = request.remotePort;
    // A request counts as HTTPS unless its `X-Forwarded-Proto` header is `http`, as on the ports of APIs. CloudFront
    // removes this header from requests, so the gateway can use it for this purpose.
    this.protocol = this.headers.last('x-forwarded-proto')?.toLowerCase() === 'http' ? 'http' : 'https';
  }

  /**
   * Returns the selected cookies sorted by name, as `a=1; b=2` (developer guide, Cookies: "CloudFront sorts cookies").
   */
  cookies(selection: Selection): string {
    this.#cookies ??= this.headers
      .all('cookie')
      .flatMap((line) => line.split(';'))
      .map(trimFieldWhitespace)
      .filter((text) => text !== '')
      .map((text) => ({ name: trimFieldWhitespace(text.split('=', 1)[0] ?? ''), text }));
    return this.#cookies
      .filter(({ name }) => selects(selection, name, compileGlob))
      .toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0))
      .map(({ text }) => text)
      .join('; ');
  }

  /**
   * Returns the selected parameters as sent and in the same order, because the order matters (developer guide,
   * QueryStringParameters).
   */
  queryOf(selection: Selection): string {
    if (selection.kind === 'all') return this.query;
    if (selection.kind === 'none' || this.query === '') return '';
    this.#parameters ??= this.query.split('&').map((text) => ({ name: text.split('=', 1)[0] ?? '', text }));
    return this.#parameters
      .filter(({ name }) => selects(selection, name))
      .map(({ text }) => text)
      .join('&');
  }
}
