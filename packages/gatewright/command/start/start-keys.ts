/** Defines the actions of the keys that users can press while `start` runs. */
import { KEYS } from './keys.ts';
import { openKeys } from './key-reader.ts';
import { colorize, printError, printLines, table } from '../../../base/terminal/output.ts';
import { chooseGateway } from '../../../toolkit/terminal/running-gateway.ts';
import { openBrowser } from './open-browser.ts';
import { openTerminal } from './own-terminal.ts';
import { describeUnsupported } from './start-text.ts';
import type { KeyAction } from './keys.ts';
import type { KeyReader } from './key-reader.ts';
import type { Gateway, Listening } from '../../../gateway/engine/index.ts';
import type { StartLines } from './start-lines.ts';

type Started = {
  readonly gateway: Pick<Gateway, 'reload'>;
  readonly listening: Pick<Listening, 'console' | 'control' | 'unsupported'>;
  readonly lines: Pick<StartLines, 'toggle'>;
  readonly quit: () => void;
};

/** Clears the screen and the text that has scrolled off it. */
const CLEAR = '\u001b[2J\u001b[3J\u001b[H';

/** Starts to read keys. Returns undefined if stdin and stdout are not a terminal. */
export function openStartKeys(started: Started): KeyReader | undefined {
  const terminal = openTerminal();
  if (terminal === undefined) return undefined;
  const effects = effectsOf(started);
  const keys = openKeys(terminal, (action) => {
    Promise.resolve(effects[action]()).catch(printError);
  });
  const names = [...KEYS].map(([key, { action }]) => `${key} ${action}`).join(', ');
  if (keys.isReading) printLines(colorize('dim', `Keys: ${names}`));
  return keys;
}

function effectsOf({ gateway, listening, lines, quit }: Started): Record<KeyAction, () => unknown> {
  return {
    console() {
      const { console: url } = listening;
      printLines(url === undefined ? 'this gateway serves no console' : `opening ${url}`);
      if (url !== undefined) openBrowser(url);
    },
    reload: () => gateway.reload(),
    clear: () => process.stdout.write(CLEAR),
    async explain() {
      // The address of this run's own gateway is used, because another gateway may have stored its address in this
      // folder.
      chooseGateway({ controlPort: Number(new URL(listening.control).port) });
      const { explainLocal } = await import('../local/explain-local.ts');
      await explainLocal('last', { phases: false, showSecrets: false });
    },
    verbose() {
      const found = describeUnsupported(listening.unsupported);
      const all = [
        'printing every line',
        ...(found.length === 0 ? ['everything is served as on AWS'] : found),
      ];
      printLines(lines.toggle() ? all : 'printing less again');
    },
    help: () => printLines(table([...KEYS].map(([key, { what }]) => [`  ${key}`, what]))),
    quit,
  };
}
