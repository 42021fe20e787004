/** How functions reach the APIs of this start by their names at AWS. */
import { runtimeFamily } from '../core/stack/function.ts';

/** Of plain data: threads and processes get it as it is. */
export type OwnApis = {
  /** `abc123.execute-api.eu-west-1.amazonaws.com`, `abc.lambda-url.…`, custom domains such as `*.example.com`; lower case. */
  readonly hosts: readonly string[];
  /** A TLS port of 127.0.0.1 that serves them by their names. */
  readonly port: number;
  /** PEM: the authority of that port's certificates. */
  readonly authority: string;
};

/** For programs that only know the usual variables of proxies and authorities. */
export type OwnProxy = {
  /** Leads the names of `OwnApis` to their port and every other one where it leads anyway. */
  readonly url: string;
  /** PEM file of the machine's authorities and of that of `OwnApis`. */
  readonly authoritiesFile: string;
};

export interface OwnApisPort {
  read(): OwnApis;
  /** Opened by the first function that needs it. */
  openProxy(): Promise<OwnProxy>;
}

const HTTPS_PORT = 443;

/** Whether a connection to this host and port is one to an API of this start. */
export function isOwnApi({ hosts }: Pick<OwnApis, 'hosts'>, host: string, port: unknown): boolean {
  if (Number(port ?? HTTPS_PORT) !== HTTPS_PORT) return false;
  const name = host.toLowerCase();
  return hosts.includes(name) || hosts.includes(`*${name.slice(name.indexOf('.'))}`);
}

/**
 * Variables of a process that is not Node.js. Python's bootstrap takes its own away; other runtimes heed the usual
 * ones, except Java, which has none for authorities.
 */
export async function ownApisEnvironment(
  runtime: string,
  own: OwnApisPort | undefined,
): Promise<Readonly<Record<string, string>>> {
  const family = runtimeFamily(runtime);
  if (own === undefined || family === 'java') return {};
  if (family === 'python') return { GATEWRIGHT_OWN_APIS: JSON.stringify(own.read()) };
  const { url, authoritiesFile } = await own.openProxy();
  const local = 'localhost,127.0.0.1';
  return {
    HTTPS_PROXY: url,
    https_proxy: url,
    NO_PROXY: local,
    no_proxy: local,
    SSL_CERT_FILE: authoritiesFile,
  };
}
