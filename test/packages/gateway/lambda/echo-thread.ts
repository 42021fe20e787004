/** A thread that sends back each text that it gets (text-channel.test.ts). */
import { type MessagePort, workerData } from 'node:worker_threads';

import { TextChannel } from '../../../../packages/gateway/lambda/thread/text-channel.ts';

const { port, memory } = workerData as { readonly port: MessagePort; readonly memory: SharedArrayBuffer };
const channel = new TextChannel<string, string>(port, memory, 0, 'instance');
channel.listen(() => {
  for (let text = channel.take(); text !== undefined; text = channel.take()) channel.send(text);
});
