/** Redirects TLS connections of Node.js code to the APIs of this gateway, whichever client opens them. */
import { syncBuiltinESMExports } from 'node:module';
import type { connect } from 'node:tls';
import { noteCallsToAws } from '../aws-calls.ts';
import { HTTPS_PORT, isOwnApi, type OwnApis } from '../own-apis.ts';

type TlsModule = { connect: (...args: unknown[]) => unknown };
type TlsOptions = {
  readonly host?: string;
  readonly port?: unknown;
  readonly servername?: string;
  readonly socket?: unknown;
};

export class OwnApiConnections {
  readonly #apis: OwnApis;
  /** Logs a host of AWS that the function calls on AWS itself, once. */
  readonly notePassed: (host: string) => void;
  #isPatched = false;

  /** @param report logs a call that goes to AWS itself */
  constructor(apis: OwnApis, report: (message: string) => void) {
    this.#apis = apis;
    this.notePassed = noteCallsToAws(report);
  }

  has(url: URL): boolean {
    return (
      url.protocol === 'https:' && isOwnApi(this.#apis, url.hostname, url.port === '' ? undefined : url.port)
    );
  }

  /**
   * Patches `tls.connect`, which `https`, `http2`, the global `fetch` and clients from npm use. It is called when a
   * function first needs it, because loading the module takes 10 ms.
   */
  patch(): void {
    if (this.#isPatched) return;
    this.#isPatched = true;
    const tls = loadTls(process.getBuiltinModule('node:tls'));
    const real = tls.connect;
    tls.connect = (...args) => {
      const options = readOptions(args);
      const host = options.servername ?? options.host ?? '';
      // A call with a socket is not changed, because the client has already connected, for example through a proxy.
      if (options.socket !== undefined) return Reflect.apply(real, tls, args);
      if (!isOwnApi(this.#apis, host, options.port)) {
        // Databases and message brokers, which use other ports, expect no signature.
        if (Number(options.port ?? HTTPS_PORT) === HTTPS_PORT) this.notePassed(host);
        return Reflect.apply(real, tls, args);
      }
      const { port, authority: ca } = this.#apis;
      const own = { ...options, host: '127.0.0.1', port, servername: host, ca, secureContext: undefined };
      const callback = args.at(-1);
      return Reflect.apply(real, tls, typeof callback === 'function' ? [own, callback] : [own]);
    };
    syncBuiltinESMExports();
  }
}

function loadTls(module: { connect: typeof connect }): TlsModule {
  return module as unknown as TlsModule;
}

/** Reads the arguments of `connect(options)`, `connect(port, host, options)` and `connect(port, options)`. */
function readOptions(args: readonly unknown[]): TlsOptions {
  const options = args.find(isOptions) ?? {};
  const [port, host] = args;
  if (typeof port === 'object') return options;
  return { ...options, port, ...(typeof host === 'string' && { host }) };
}

function isOptions(arg: unknown): arg is TlsOptions {
  return typeof arg === 'object' && arg !== null;
}
