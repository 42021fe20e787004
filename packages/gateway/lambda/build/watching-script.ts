/** Whether a script of a package.json watches its sources, and so does not end. */
import { memberOf } from '@gatewright/aws/json-object';

/** Programs that do nothing else. */
const WATCHERS =
  /(?:^|[\s/])(?:nodemon|tsc-watch|ts-node-dev|webpack-dev-server)(?:\s|$)|\bwebpack\s+(?:serve|watch)\b/;
/** Those whose `-w` is `--watch`. */
const COMPILERS =
  /(?:^|[\s/])(?:tsc|tspc|ttsc|webpack|rollup|babel|swc|tsup|parcel|ncc|microbundle|sass)(?:\s|$)/;
const WATCH_FLAG = /\s--watch(?:=(?!false)\S*)?(?=\s|$)/;
/** Alone or with other letters: `rollup -cw`. */
const SHORT_FLAG = /\s-[a-z]*w(?:\s|$)/;
const CALL = /^(?:npm|pnpm|yarn|bun)(?:\s+run(?:-script)?)?\s+([\w:.-]+)/;
const SETTINGS = /^(?:(?:npx|cross-env|env|[A-Za-z_]\w*=\S*)\s+)*/;

/** @param scripts of the package.json; called ones are followed */
export function isWatching(
  scripts: unknown,
  name: string,
  followed: ReadonlySet<string> = new Set(),
): boolean {
  if (followed.has(name)) return false;
  const seen = new Set([...followed, name]);
  return [`pre${name}`, name, `post${name}`].some((each) => {
    const script = memberOf(scripts, each);
    return (
      typeof script === 'string' && commandsOf(script).some((command) => watches(command, scripts, seen))
    );
  });
}

function watches(command: string, scripts: unknown, seen: ReadonlySet<string>): boolean {
  const called = CALL.exec(command)?.[1];
  if (called !== undefined && typeof memberOf(scripts, called) === 'string')
    return isWatching(scripts, called, seen);
  return (
    WATCHERS.test(command) ||
    WATCH_FLAG.test(command) ||
    (COMPILERS.test(command) && SHORT_FLAG.test(command))
  );
}

function commandsOf(script: string): readonly string[] {
  return script.split(/&&|\|\||[;&|]/).map((command) => command.trim().replace(SETTINGS, ''));
}
