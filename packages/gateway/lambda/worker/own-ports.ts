/**
 * Redirects servers of functions to free ports. In Lambda an instance has all ports to itself, but the gateway's
 * instances share the ports of the machine. A server whose port is in use listens on a free port, and connections of
 * its instance to the original port are redirected.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type * as Net from 'node:net';

type NetModule = {
  readonly Server: { readonly prototype: { listen: Method<Net.Server> } };
  readonly Socket: { readonly prototype: { connect: Method<Net.Socket> } };
};
type Method<T> = (this: T, ...args: unknown[]) => T;
/** The arguments of `connect` in the form in which `net.connect` passes them to the socket. */
type Normalized = [options: Readonly<Record<string, unknown>>, ...rest: unknown[]];

const LOOPBACK = new Set<unknown>([undefined, null, '', 'localhost', '127.0.0.1', '::1', '0.0.0.0', '::']);

export class OwnPorts {
  readonly #warn: (message: string) => void;
  /**
   * The ports of open servers. The key is the port that the function uses, and the value is the actual port of the
   * machine.
   */
  readonly #open = new Map<number, number>();
  #isPatched = false;
  #isFollowed = false;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Patches the servers of `net`, `http`, `https`, `http2` and `tls`, which all have the same base class. */
  patch(): void {
    if (this.#isPatched) return;
    this.#isPatched = true;
    const net = loadNet(process.getBuiltinModule('node:net'));
    const { prototype } = net.Server;
    const { listen } = prototype;
    const open = this.#open;
    const watch = (server: Net.Server, args: readonly unknown[]): void => {
      const wanted = portOf(args[0]);
      if (wanted === undefined) return;
      onOutcome(server, {
        isOwn: () => open.has(wanted),
        retry: () => void Reflect.apply(listen, server, onFreePort(args)),
        onListening: () => this.#note(net, wanted, server),
      });
    };
    prototype.listen = function (...args) {
      watch(this, args);
      return Reflect.apply(listen, this, args);
    };
  }

  #note(net: NetModule, wanted: number, server: Net.Server): void {
    const address = server.address();
    if (address === null || typeof address === 'string') return;
    const { port } = address;
    const known = wanted === 0 ? port : wanted;
    this.#open.set(known, port);
    server.once('close', () => this.#open.delete(known));
    if (known === port) return;
    this.#warn(
      `port ${known} is in use on this machine, so this instance's server listens on ${port}; on AWS each instance has its own ports`,
    );
    if (!this.#isFollowed) this.#followConnections(net);
    this.#isFollowed = true;
  }

  #followConnections(net: NetModule): void {
    const { prototype } = net.Socket;
    const { connect } = prototype;
    const open = this.#open;
    prototype.connect = function (...args) {
      const [first] = args;
      const options = isNormalized(first) ? first[0] : isJsonObject(first) ? first : undefined;
      const [wanted, host] = options === undefined ? args : [options['port'], options['host']];
      const isLoopback = typeof host === 'function' || LOOPBACK.has(host);
      const port = isLoopback ? open.get(Number(wanted)) : undefined;
      // The array is changed in place, because it contains an internal marker of Node.
      if (port !== undefined && isNormalized(first)) first[0] = { ...first[0], port };
      else if (port !== undefined) args[0] = options === undefined ? port : { ...options, port };
      return Reflect.apply(connect, this, args);
    };
  }
}

function loadNet(module: typeof Net): NetModule {
  return module as unknown as NetModule;
}

/**
 * Returns the port in `listen(port, …)` and `listen({ port })`. 0 means any port; undefined means that there is no
 * port.
 */
function portOf(first: unknown): number | undefined {
  const given = isJsonObject(first) ? first['port'] : first;
  const port = typeof given === 'string' && given !== '' ? Number(given) : given;
  return typeof port === 'number' && port >= 0 ? port : undefined;
}

/**
 * Returns the arguments for listening on a free port. They do not include the callback, which already waits for the
 * event `listening`.
 */
function onFreePort([first, ...rest]: readonly unknown[]): readonly unknown[] {
  const others = rest.filter((arg) => typeof arg !== 'function');
  return [isJsonObject(first) ? { ...first, port: 0 } : 0, ...others];
}

type Outcome = {
  /** Whether the port is used by another server of the same instance. */
  readonly isOwn: () => boolean;
  readonly retry: () => void;
  readonly onListening: () => void;
};

/**
 * Handles the outcome of `listen`. If the port is in use outside this instance, `retry` is called once, and the error
 * is not reported.
 */
function onOutcome(server: Net.Server, { isOwn, retry, onListening }: Outcome): void {
  const emit = server.emit.bind(server) as (...args: unknown[]) => boolean;
  let isTried = false;
  server.emit = (...args: unknown[]): boolean => {
    const [name, error] = args;
    if (name !== 'error' && name !== 'listening') return emit(...args);
    if (!isTried && isInUse(error) && !isOwn()) {
      isTried = true;
      retry();
      return true;
    }
    server.emit = emit;
    if (name === 'listening') onListening();
    return emit(...args);
  };
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function isNormalized(value: unknown): value is Normalized {
  return Array.isArray(value) && isJsonObject(value[0]);
}
