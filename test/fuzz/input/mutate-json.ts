/** Mutations of a JSON text that leave it JSON: other kinds of values, odd numbers, lost and doubled members, depth. */
import type { SeededRandom } from '../../seeded-random.ts';

/** A value as it is written; numbers that a `number` cannot hold would not survive parsing. */
type Node =
  | { readonly kind: 'raw'; text: string }
  | { readonly kind: 'list'; items: Node[] }
  | { readonly kind: 'object'; members: [string, Node][] };

const ODD_NUMBERS: readonly string[] = [
  '0',
  '-0',
  '-1',
  '1.5',
  '1e3',
  '1e400',
  '-1e400',
  '1e-400',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551615',
  '18446744073709551616',
  `1${'0'.repeat(400)}`,
];

const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  '1e3',
  '0x10',
  '18446744073709551616',
  '99999999999999999999999999',
  '1msat',
  '103x1x0',
  '16777216x1x0',
  '103x1x0/1',
  '\u0000',
  '\u001b[2J\u001b[1;31mpaid',
  '\u202egnp.exe',
  '\ud800',
  '<script>alert(1)</script>',
  '=cmd()',
  '__proto__',
  'constructor',
  'é'.repeat(200),
  'ff',
  'f',
];

const ODD_KEYS: readonly string[] = ['__proto__', 'toString', 'constructor', 'length', '', 'then'];

const raw = (text: string): Node => ({ kind: 'raw', text });

/** What is deeper is taken as it stands. */
const MOST_DEPTH = 100;

/** `undefined` where the text is no JSON, or deeper than can be walked: then bytes have to be mutated instead. */
export function mutateJson(text: string, random: SeededRandom): string | undefined {
  let root: Node;
  try {
    root = read(JSON.parse(text) as unknown, 0);
  } catch {
    return undefined;
  }
  const holder: Node & { kind: 'list' } = { kind: 'list', items: [root] };
  const all: Place[] = [];
  collect(holder, all);
  mutateAt(random.pick(all), random, all);
  return holder.items.map(write).join('');
}

function read(value: unknown, depth: number): Node {
  if (typeof value !== 'object' || value === null || depth >= MOST_DEPTH) {
    return raw(JSON.stringify(value));
  }
  const inner = (held: unknown): Node => read(held, depth + 1);
  if (Array.isArray(value)) return { kind: 'list', items: value.map(inner) };
  const members = Object.entries(value).map(([name, held]): [string, Node] => [name, inner(held)]);
  return { kind: 'object', members };
}

function write(node: Node): string {
  switch (node.kind) {
    case 'raw':
      return node.text;
    case 'list':
      return `[${node.items.map(write).join(',')}]`;
    case 'object':
      return `{${node.members.map(([name, held]) => `${JSON.stringify(name)}:${write(held)}`).join(',')}}`;
  }
}

interface Place {
  readonly in: Node & { kind: 'list' | 'object' };
  readonly at: number;
}

function collect(node: Node, places: Place[]): void {
  if (node.kind === 'raw') return;
  const held = node.kind === 'list' ? node.items : node.members.map(([, value]) => value);
  for (const [at, child] of held.entries()) {
    places.push({ in: node, at });
    collect(child, places);
  }
}

const nodeAt = (place: Place): Node =>
  place.in.kind === 'list' ? place.in.items[place.at]! : place.in.members[place.at]![1];

function replace(place: Place, node: Node): void {
  if (place.in.kind === 'list') place.in.items[place.at] = node;
  else place.in.members[place.at]![1] = node;
}

function mutateAt(place: Place, random: SeededRandom, all: readonly Place[]): void {
  const list: unknown[] = place.in.kind === 'list' ? place.in.items : place.in.members;
  const draw = random.between(0, 10);
  if (draw === 0) list.splice(place.at, 1);
  else if (draw === 1) list.splice(place.at, 0, list[place.at]);
  else if (draw === 2) for (let i = random.between(2, 40); i > 0; i--) list.push(list[place.at]);
  else if (draw === 3) replace(place, nested(nodeAt(place), random));
  else if (draw === 4) replace(place, raw(write(nodeAt(random.pick(all)))));
  else if (draw === 5 && place.in.kind === 'object') {
    place.in.members[place.at] = [random.pick(ODD_KEYS), nodeAt(place)];
  } else replace(place, other(nodeAt(place), random));
}

/** A value of the same kind, most often: what is of another kind is refused early. */
function other(node: Node, random: SeededRandom): Node {
  if (node.kind === 'raw' && random.chance(0.6)) {
    if (/^-?[0-9]/.test(node.text)) return raw(random.pick(ODD_NUMBERS));
    if (node.text.startsWith('"')) return raw(JSON.stringify(random.pick(ODD_TEXTS)));
  }
  return random.pick([
    () => raw(random.pick(ODD_NUMBERS)),
    () => raw(JSON.stringify(random.pick(ODD_TEXTS))),
    () => raw('null'),
    () => raw(random.chance(0.5) ? 'true' : 'false'),
    (): Node => ({ kind: 'list', items: [] }),
    (): Node => ({ kind: 'object', members: [] }),
    (): Node => ({ kind: 'object', members: [[random.pick(ODD_KEYS), raw('1')]] }),
  ])();
}

/** Deep enough to end recursion that nobody has bounded. */
function nested(node: Node, random: SeededRandom): Node {
  const depth = random.pick([2, 60, 70, 10_000]);
  return raw(`${'['.repeat(depth)}${write(node)}${']'.repeat(depth)}`);
}
