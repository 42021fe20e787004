export type DaemonAddress = { readonly host: string; readonly port: number };

const ADDRESS = /^(?:udp:)?(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/;

/**
 * Reads `127.0.0.1:2000`, or the UDP address of `tcp:127.0.0.1:2000 udp:127.0.0.1:2001`. Returns undefined if the text
 * has neither form.
 */
export function parseDaemonAddress(text: string): DaemonAddress | undefined {
  const parts = text.trim().split(/\s+/);
  const chosen = parts.length === 1 ? parts[0] : parts.find((part) => part.startsWith('udp:'));
  const [, bracketed, plain, port] = ADDRESS.exec(chosen ?? '') ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}
