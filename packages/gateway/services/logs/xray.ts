import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { TraceSink } from '../../core/ports.ts';
import type { DaemonAddress } from '../../kernel/calls/daemon-address.ts';

const HEADER = '{"format":"json","version":1}\n';
/** The maximum size of a packet that the daemon accepts. */
const MAX_PACKET_BYTES = 64 * 1024;

interface XRayDaemon extends TraceSink {
  close(): void;
}

/**
 * Sends segments to the X-Ray daemon. If no daemon is listening, segments are lost but requests are not affected. The
 * first failure is reported.
 */
export function createXRayDaemon(
  { host, port }: DaemonAddress,
  report: (message: string) => void,
): XRayDaemon {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  socket.unref();
  let hasReported = false;
  const fail = (error: Error): void => {
    if (!hasReported) report(`trace segments do not reach ${host}:${port}: ${error.message}`);
    hasReported = true;
  };
  socket.on('error', fail);
  return {
    send(segment) {
      const packet = Buffer.from(`${HEADER}${segment}`);
      if (packet.length > MAX_PACKET_BYTES) return;
      socket.send(packet, port, host, (error) => {
        if (error !== null) fail(error);
      });
    },
    close: () => {
      socket.close();
    },
  };
}
