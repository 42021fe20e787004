// Is preloaded with `node --import`. It writes the URL of each loaded module, one per line, into the file
// RECORD_LOADS_TO.
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const file = process.env.RECORD_LOADS_TO;
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) appendFileSync(file, `${url}\n`);
    return nextLoad(url, context);
  },
});
