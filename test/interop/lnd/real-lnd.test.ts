/**
 * Ballast against real lnd nodes, judged by what those nodes themselves record. Which nodes these are somebody has to say
 * (`nodes.example.toml`); their channels and balances decide which scenarios can be played.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { givenNodes } from '../given-nodes.ts';
import { RealNetwork } from './real-network.ts';
import { aliases } from './scenarios/aliases.ts';
import { cleanUp } from './scenarios/clean-up.ts';
import { crashes } from './scenarios/crashes.ts';
import { customMessages } from './scenarios/custom-messages.ts';
import { eventStreams } from './scenarios/event-streams.ts';
import { failures } from './scenarios/failures.ts';
import { graphSync } from './scenarios/graph-sync.ts';
import { justInTime } from './scenarios/just-in-time.ts';
import { limits } from './scenarios/limits.ts';
import { macaroons } from './scenarios/macaroons.ts';
import { missionControl } from './scenarios/mission-control.ts';
import { ownEnd } from './scenarios/own-end.ts';
import { refusals } from './scenarios/refusals.ts';
import { restarts } from './scenarios/restarts.ts';
import { routes } from './scenarios/routes.ts';
import { settling } from './scenarios/settling.ts';
import { strictArrivals } from './scenarios/strict-arrivals.ts';
import { Stage } from './stage.ts';

const given = givenNodes();

function scenarios(stageOf: () => Stage): void {
  settling(stageOf);
  failures(stageOf);
  ownEnd(stageOf);
  refusals(stageOf);
  cleanUp(stageOf);
  strictArrivals(stageOf);
  crashes(stageOf);
  limits(stageOf);
  macaroons(stageOf);
  graphSync(stageOf);
  routes(stageOf);
  missionControl(stageOf);
  aliases(stageOf);
  eventStreams(stageOf);
  customMessages(stageOf);
  justInTime(stageOf);
  restarts(stageOf);
}

if ('missing' in given || given.lnd.length === 0) {
  const why = 'missing' in given ? given.missing : 'the file names no lnd node';
  process.stdout.write(`skipping the scenarios on real lnd nodes: ${why}\n`);
  describe.skip(`real lnd nodes (${why})`, () => scenarios(() => undefined as never));
} else {
  describe('real lnd nodes', () => {
    let stage: Stage;
    const stageOf = (): Stage => stage;
    beforeAll(async () => {
      stage = new Stage(await RealNetwork.discover(given));
      expect(stage.network.nodes.length).toBe(given.lnd.length);
      const names = stage.network.nodes.map(({ info }) => `${info.alias} (lnd ${info.version})`);
      process.stdout.write(`real lnd nodes: ${names.join(', ')}\n`);
    });
    afterAll(async () => stage?.close(), 300_000);
    scenarios(stageOf);
  });
}
