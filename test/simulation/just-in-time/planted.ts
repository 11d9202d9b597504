/** Bugs of our own making, on Ballast's side of the connection, for showing that the witness sees them. */
import type { InterceptorClient, InterceptorResult } from '../../../src/sim/forward-gate.ts';
import type { SimulatedNode } from '../../../src/sim/node.ts';

export type PlantedBug =
  | 'answers twice'
  | 'never answers after a cut'
  | 'answers the chain'
  /** Not planted here: it is given more to spend than it should have. */
  | 'ignores the cap';

/** To be called once the witness stands at the node, so that it sees what the bug does. */
export function plant(bug: PlantedBug, node: SimulatedNode): void {
  const intercept = node.interceptForwards.bind(node);
  let connections = 0;
  node.interceptForwards = (client) => {
    connections++;
    switch (bug) {
      case 'answers twice':
        return answersTwice(intercept(client));
      case 'never answers after a cut':
        return connections === 1 ? intercept(client) : silent(intercept(client));
      case 'answers the chain':
        return answersTheChain(client, intercept);
      case 'ignores the cap':
        return intercept(client);
    }
  };
}

/** One answer in twenty is sent once more. */
function answersTwice(result: InterceptorResult): InterceptorResult {
  if (result.kind === 'error') return result;
  const { connection } = result;
  let answers = 0;
  return {
    kind: 'connected',
    connection: {
      ...connection,
      resolve: async (circuit, resolution) => {
        const outcome = await connection.resolve(circuit, resolution);
        return ++answers % 20 === 0 ? connection.resolve(circuit, resolution) : outcome;
      },
    },
  };
}

/** One answer in ten is forgotten. */
function silent(result: InterceptorResult): InterceptorResult {
  if (result.kind === 'error') return result;
  const { connection } = result;
  let answers = 0;
  return {
    kind: 'connected',
    connection: {
      ...connection,
      resolve: async (circuit, resolution) =>
        ++answers % 10 === 0 ? { kind: 'resolved' } : connection.resolve(circuit, resolution),
    },
  };
}

function answersTheChain(
  client: InterceptorClient,
  intercept: (client: InterceptorClient) => InterceptorResult,
): InterceptorResult {
  let result: InterceptorResult | undefined;
  result = intercept({
    ...client,
    offer: (forward) => {
      const { autoFailHeight, incomingExpiry, circuit } = forward;
      if (autoFailHeight !== 0 && autoFailHeight !== incomingExpiry) return client.offer(forward);
      if (result?.kind === 'connected') void result.connection.resolve(circuit, { kind: 'resume' });
      return true;
    },
  });
  return result;
}
