/**
 * Ballast against real Core Lightning nodes, judged by what those nodes themselves record. Which nodes these are somebody
 * has to say (`nodes.example.toml`); their channels and balances decide which scenarios can be played.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { givenNodes } from '../given-nodes.ts';
import { RealNetwork } from './real-network.ts';
import { arrivals } from './scenarios/arrivals.ts';
import { crashes } from './scenarios/crashes.ts';
import { customMessages } from './scenarios/custom-messages.ts';
import { customRecords } from './scenarios/custom-records.ts';
import { events } from './scenarios/events.ts';
import { failures } from './scenarios/failures.ts';
import { graphSync } from './scenarios/graph-sync.ts';
import { inboundFees } from './scenarios/inbound-fees.ts';
import { limits } from './scenarios/limits.ts';
import { offlinePeers } from './scenarios/offline-peers.ts';
import { ownEnd } from './scenarios/own-end.ts';
import { privateChannels } from './scenarios/private-channels.ts';
import { restarts } from './scenarios/restarts.ts';
import { routes } from './scenarios/routes.ts';
import { runes } from './scenarios/runes.ts';
import { settling } from './scenarios/settling.ts';
import { xpayLayer } from './scenarios/xpay-layer.ts';
import { Stage } from './stage.ts';

const given = givenNodes();

function scenarios(stageOf: () => Stage): void {
  settling(stageOf);
  failures(stageOf);
  offlinePeers(stageOf);
  ownEnd(stageOf);
  arrivals(stageOf);
  crashes(stageOf);
  limits(stageOf);
  runes(stageOf);
  graphSync(stageOf);
  inboundFees(stageOf, 'missing' in given ? { lnd: [] } : given);
  routes(stageOf);
  customRecords(stageOf);
  xpayLayer(stageOf);
  privateChannels(stageOf);
  events(stageOf);
  customMessages(stageOf);
  restarts(stageOf);
}

if ('missing' in given || given.cln.length === 0) {
  const why = 'missing' in given ? given.missing : 'no Core Lightning node is among them';
  process.stdout.write(`skipping the scenarios on real Core Lightning nodes: ${why}\n`);
  describe.skip(`real Core Lightning nodes (${why})`, () => scenarios(() => undefined as never));
} else {
  describe('real Core Lightning nodes', () => {
    let stage: Stage;
    const stageOf = (): Stage => stage;
    beforeAll(async () => {
      stage = new Stage(await RealNetwork.discover(given));
      expect(stage.network.nodes.length).toBe(given.cln.length);
      const names = stage.network.nodes.map(({ info }) => `${info.alias} (${info.version})`);
      process.stdout.write(`real Core Lightning nodes: ${names.join(', ')}\n`);
    });
    afterAll(async () => stage?.close(), 300_000);
    scenarios(stageOf);
  });
}
