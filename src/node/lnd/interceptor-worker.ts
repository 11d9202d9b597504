/** Runs in a worker thread: answers for forwards with a connection of its own, so that nothing else can hold it up. */
import { parentPort, workerData } from 'node:worker_threads';
import { NodeError } from '../node-error.ts';
import { InterceptorStream } from './interceptor-stream.ts';
import {
  type FromThread,
  SharedCounters,
  type ThreadStart,
  type ToThread,
} from './interceptor-thread.ts';
import { LndCalls } from './lnd-calls.ts';
import { LndChannel } from './lnd-channel.ts';

const port = parentPort;
if (port === null) {
  throw new Error('this module runs in a worker thread; use interceptForwards of connectLnd');
}
const say = (message: FromThread): void => port.postMessage(message);
const { channel, terms, tuning, shared } = workerData as ThreadStart;
const counters = new SharedCounters(shared);
const calls = new LndCalls(new LndChannel(channel));
const stream = new InterceptorStream({
  calls,
  terms,
  tuning,
  tell: (news) => {
    counters.told();
    say({ kind: 'news', news });
  },
  isBehind: () => counters.isBehind,
  beat: () => counters.beat(),
});

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'order':
      stream.order(message.orders);
      break;
    case 'claim':
      stream.claim(message.circuit);
      break;
    case 'resume':
      stream.resume(message.circuit);
      break;
    case 'stop':
      stream.stop();
  }
});

counters.beat();
try {
  await stream.run();
} catch (error) {
  // Anything else is a fault of ours, and ends the thread with it.
  if (!(error instanceof NodeError)) throw error;
  say({ kind: 'over', code: error.code, message: error.message });
} finally {
  calls.close();
  port.close();
}
