/**
 * A process of its own that serves the circles' network as lnd: prints how to connect as one line of JSON, and ends when
 * its standard input does.
 */
import { serveLnd } from '../../src/sim/lnd/serve-lnd.ts';
import { circlesNetwork } from '../executor/circles-network.ts';

const { network, self, ends } = circlesNetwork();
const served = await serveLnd(network, self);
const { address, tlsCertPem, macaroonHex } = served;
console.log(JSON.stringify({ address, tlsCertPem, macaroonHex, ends }));
process.stdin.resume().once('end', () => void served.close());
