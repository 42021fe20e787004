/**
 * `gatewright completion SHELL`: prints a script that completes commands and options, created from the command table.
 */
import { Argument, Command } from 'commander';
import { printLines } from '../../base/terminal/output.ts';
import type { Loaders } from './run-command-line.ts';

/** The words that may follow a command: its subcommands and its options. */
type Place = { readonly path: string; readonly words: readonly string[] };

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];

export function completionCommand(commands: Loaders): Command {
  return new Command('completion')
    .description('Print a script that completes commands and options: source <(gatewright completion bash).')
    .addArgument(new Argument('<shell>', 'which shell the script is for').choices(SHELLS))
    .action(async (shell: Shell) => printLines(PRINTERS[shell](await readPlaces(commands))));
}

async function readPlaces(commands: Loaders): Promise<readonly Place[]> {
  const loaded = await Promise.all([...commands.values()].map((load) => load()));
  const top = { path: '', words: [...loaded.map((command) => command.name()), '--help', '--version'] };
  return [top, ...loaded.flatMap((command) => placesOf(command, command.name()))];
}

function placesOf(command: Command, path: string): readonly Place[] {
  const below = command.commands.map((one) => one.name());
  const options = command.options.flatMap(({ long, hidden }) => (long == null || hidden ? [] : [long]));
  return [
    { path, words: [...below, ...options, '--help'] },
    ...command.commands.flatMap((one) => placesOf(one, `${path} ${one.name()}`)),
  ];
}

/**
 * The functions that print the script of each shell. Names of commands and options contain no character that is special
 * in a shell.
 */
const PRINTERS: Readonly<Record<Shell, (places: readonly Place[]) => readonly string[]>> = {
  bash: (places) => [
    ...printWords(places),
    '_gatewright() {',
    "  local path='' word",
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    _gatewright_words "${path:+$path }$word" > /dev/null && path="${path:+$path }$word"',
    '  done',
    '  COMPREPLY=($(compgen -W "$(_gatewright_words "$path")" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _gatewright gatewright',
  ],
  zsh: (places) => [
    '#compdef gatewright',
    ...printWords(places),
    '_gatewright() {',
    "  local path_='' word",
    '  for word in "${(@)words[2,CURRENT-1]}"; do',
    '    _gatewright_words "${path_:+$path_ }$word" > /dev/null && path_="${path_:+$path_ }$word"',
    '  done',
    '  compadd -- ${(z)"$(_gatewright_words "$path_")"} || _files',
    '}',
    'compdef _gatewright gatewright',
  ],
  fish: (places) => [
    'function __gatewright_words',
    '  switch "$argv"',
    ...places.map(({ path, words }) => `    case '${path}'; string split ' ' '${words.join(' ')}'`),
    "    case '*'; return 1",
    '  end',
    'end',
    'function __gatewright_complete',
    "  set -l path ''",
    '  for word in (commandline -opc)[2..-1]',
    '    set -l next (string trim "$path $word")',
    '    __gatewright_words $next > /dev/null; and set path $next',
    '  end',
    '  __gatewright_words $path',
    'end',
    "complete -c gatewright -a '(__gatewright_complete)'",
  ],
  powershell: (places) => [
    'Register-ArgumentCompleter -Native -CommandName gatewright -ScriptBlock {',
    '  param($wordToComplete, $commandAst, $cursorPosition)',
    '  $places = @{',
    ...places.map(({ path, words }) => `    '${path}' = '${words.join(' ')}'`),
    '  }',
    "  $path = ''",
    '  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {',
    '    if ($element.Extent.EndOffset -ge $cursorPosition) { break }',
    '    $next = "$path $($element.Extent.Text)".Trim()',
    '    if ($places.ContainsKey($next)) { $path = $next }',
    '  }',
    '  $places[$path] -split \' \' | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {',
    "    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)",
    '  }',
    '}',
  ],
};

/**
 * Prints a shell function for bash and zsh that prints the words after a command. The function fails if its argument is
 * not a command.
 */
function printWords(places: readonly Place[]): readonly string[] {
  return [
    '_gatewright_words() {',
    '  case "$1" in',
    ...places.map(({ path, words }) => `    '${path}') echo '${words.join(' ')}' ;;`),
    '    *) return 1 ;;',
    '  esac',
    '}',
  ];
}
