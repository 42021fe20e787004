/** A shell into which lines are pasted one by one. As in a terminal, variables keep their values from line to line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type Shell = {
  run(command: string): Promise<string>;
  end(): Promise<void>;
};

const END = '-- end of the line';

export function openShell(cwd: string, env: NodeJS.ProcessEnv): Shell {
  const child = spawn('sh', [], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  return {
    async run(command) {
      let printed = '';
      const isOver = new Promise<void>((resolve) => {
        const take = (chunk: Buffer): void => {
          printed += chunk.toString();
          if (!printed.endsWith(`${END}\n`)) return;
          child.stdout.off('data', take);
          resolve();
        };
        child.stdout.on('data', take);
      });
      child.stdin.write(`{ ${command}\n} </dev/null 2>&1\necho '${END}'\n`);
      await Promise.race([isOver, closed]);
      return printed.slice(0, -END.length - 1);
    },
    async end() {
      child.stdin.end();
      await closed;
    },
  };
}
