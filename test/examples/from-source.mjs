/**
 * For `node --import`: lets a program's `import ... from 'ballast/...'` mean the sources of this repository, where
 * nothing need be built.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const root = new URL('../../', import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

registerHooks({
  resolve(specifier, context, next) {
    const target = /^ballast(\/|$)/.test(specifier) && exports[specifier.replace('ballast', '.')];
    if (!target) return next(specifier, context);
    const source = target.default.replace('/dist/', '/src/').replace(/\.js$/, '.ts');
    return { url: new URL(source, root).href, format: 'module-typescript', shortCircuit: true };
  },
});
