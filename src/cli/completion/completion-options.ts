/** `ballast completion SHELL`: the script that completes command lines, which the shell is to read when it starts. */
import { Argument, type Command } from 'commander';
import { addExamples } from '../examples.ts';
import { EXIT } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import { SHELLS, type ShellName } from './shells.ts';

export function addCompletion(program: Command, { output, ended }: Shell): void {
  const completion = program
    .command('completion')
    .description('print a script that completes command lines of ballast at a press of Tab')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action(async (shell: ShellName) => {
      const { shellScript } = await import('./shell-script.ts');
      output.plain(shellScript(shell));
      ended(EXIT.success);
    });
  addExamples(completion, [
    ['ballast completion bash', 'in ~/.bashrc: source <(ballast completion bash)'],
    ['ballast completion zsh', 'in ~/.zshrc, behind compinit: source <(ballast completion zsh)'],
    ['ballast completion fish', 'as ~/.config/fish/completions/ballast.fish'],
    ['ballast completion powershell', 'in $PROFILE, with | Out-String | Invoke-Expression'],
  ]);
}
