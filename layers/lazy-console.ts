/** What the layer's packages get for `node:console`: opens a stream, and loads what formats, when it prints (1.2 ms). */

/** As Node's, of which powertools uses these; a single text is printed as it is. */
export class Console {
  debug(...said: readonly unknown[]): void {
    print('stdout', said);
  }
  info(...said: readonly unknown[]): void {
    print('stdout', said);
  }
  log(...said: readonly unknown[]): void {
    print('stdout', said);
  }
  warn(...said: readonly unknown[]): void {
    print('stderr', said);
  }
  error(...said: readonly unknown[]): void {
    print('stderr', said);
  }
  trace(...said: readonly unknown[]): void {
    print('stderr', said);
  }
}

function print(stream: 'stdout' | 'stderr', said: readonly unknown[]): void {
  const [text] = said;
  const line =
    said.length === 1 && typeof text === 'string'
      ? text
      : process.getBuiltinModule('node:util').format(...said);
  // `process.stdout` itself is nothing while a package is built for the layer.
  const { [stream]: out } = process;
  out.write(`${line}\n`);
}
