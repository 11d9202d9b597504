// With --enable-source-maps a stack names our sources and shows the line, which is in the map itself.
import { parseNodeId } from 'ballast';

let stack = '';
try {
  parseNodeId('no key');
} catch (error) {
  stack = error.stack;
}
const [, file, line] = /[\\/]src[\\/](units[\\/]ids\.ts):(\d+)/.exec(stack) ?? [];
if (file === undefined) throw new Error(`the stack names no source of ours:\n${stack}`);
console.log(`source maps: ${file}:${line}`);
