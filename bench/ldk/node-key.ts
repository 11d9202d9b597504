/** LDK wants every node to be a point on the curve; the nodes of a generated network are random bytes. */
import { createECDH, createHash, ECDH } from 'node:crypto';
import type { NodeId } from '../../src/units/ids.ts';

const CURVE = 'secp256k1';
const known = new Map<NodeId, string>();

/** The node's own key in hex where it is one, else always the same key in its stead. */
export function nodeKey(nodeId: NodeId): string {
  let key = known.get(nodeId);
  if (key === undefined) {
    key = isOnCurve(nodeId) ? nodeId : standIn(nodeId);
    known.set(nodeId, key);
  }
  return key;
}

function isOnCurve(nodeId: NodeId): boolean {
  try {
    ECDH.convertKey(nodeId, CURVE, 'hex');
    return true;
  } catch {
    return false;
  }
}

function standIn(nodeId: NodeId): string {
  const pair = createECDH(CURVE);
  pair.setPrivateKey(createHash('sha256').update(nodeId).digest());
  return pair.getPublicKey('hex', 'compressed');
}
