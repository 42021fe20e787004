/**
 * Ends the processes of functions if the gateway cannot end them itself. A shell in its own process group waits until
 * its standard input is closed, which happens when the gateway ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/** The environment variable that marks every process of an instance. Its value is `{run}/{number of the instance}`. */
export const MARK = 'GATEWRIGHT_INSTANCE';

/**
 * The script of the shell. `$1` is the mark that all processes of the run have in their environment, and `$2` is the
 * folder of the run. The processes are found by the mark, because child processes may have left their group.
 */
const SCRIPT = `trap '' INT TERM HUP
groups=' '
while read -r what group; do
  case $what in
    add) groups="$groups$group " ;;
    drop) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -KILL -- "-$group" 2>/dev/null; done
for file in $(grep -ls -e "$1" /proc/[0-9]*/environ 2>/dev/null); do
  file=\${file#/proc/}; kill -KILL "\${file%/environ}" 2>/dev/null
done
[ -z "$groups" ] || rm -rf -- "$2"`;

export class Keeper {
  readonly #run = randomUUID();
  readonly #folder: string;
  #shell: ChildProcess | undefined;
  #count = 0;

  /** @param folder the folder that is removed with the processes if the gateway could not remove it */
  constructor(folder: string) {
    this.#folder = folder;
  }

  mark(): string {
    this.#count += 1;
    return `${this.#run}/${this.#count}`;
  }

  add(group: number): void {
    this.#write(`add ${group}`);
  }

  drop(group: number): void {
    this.#write(`drop ${group}`);
  }

  close(): void {
    this.#shell?.stdin?.end();
  }

  #write(line: string): void {
    // Windows has neither this shell nor process groups.
    if (process.platform === 'win32') return;
    this.#shell ??= this.#start();
    this.#shell.stdin?.write(`${line}\n`);
  }

  #start(): ChildProcess {
    const args = ['-c', SCRIPT, 'keeper', `${MARK}=${this.#run}/`, this.#folder];
    const shell = spawn('sh', args, {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
    });
    shell.unref();
    // If there is no shell, the processes are ended only when the gateway shuts down normally.
    shell.on('error', () => undefined);
    shell.stdin.on('error', () => undefined);
    // A pipe is a socket and must not keep the gateway alive. The type of a pipe does not declare `unref`.
    if ('unref' in shell.stdin && typeof shell.stdin.unref === 'function')
      Reflect.apply(shell.stdin.unref, shell.stdin, []);
    return shell;
  }
}
