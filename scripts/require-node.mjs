// Every npm script starts here, so that an old Node fails with a sentence and not with a stack trace.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  console.error(
    `ballast needs Node.js 22.13 or later; this is ${process.versions.node} at ${process.execPath}.\n` +
      'Inside this repository `npm ci` brings a newer one along (the package "node"). If you see this\n' +
      'after `npm ci`, its install script was blocked: run `npm rebuild node` and try again.',
  );
  process.exit(1);
}
