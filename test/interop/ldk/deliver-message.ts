/** Hands a message from one node to the other, as the wire between them would. */
import type { ChannelMessageHandler, MessageSendEvent, UpdateAddHTLC } from 'lightningdevkit';
import type { LdkModule } from '../../../bench/ldk/load-ldk.ts';

type Deliver = (inbox: ChannelMessageHandler, from: Uint8Array, event: never) => void;

/** Messages to one peer, by the class of the event that asks for their sending. */
export type PeerMessages = ReadonlyMap<unknown, Deliver>;

export function peerMessages(
  ldk: LdkModule,
  onHtlc: (
    between: { readonly from: Uint8Array; readonly to: Uint8Array },
    htlc: UpdateAddHTLC,
  ) => void,
): PeerMessages {
  const table = new Map<unknown, Deliver>();
  const add = <E extends MessageSendEvent>(
    kind: { readonly prototype: E },
    deliver: (inbox: ChannelMessageHandler, from: Uint8Array, event: E) => void,
  ) => table.set(kind, deliver as Deliver);
  add(ldk.MessageSendEvent_SendOpenChannel, (to, from, e) => to.handle_open_channel(from, e.msg));
  add(ldk.MessageSendEvent_SendAcceptChannel, (to, from, e) =>
    to.handle_accept_channel(from, e.msg),
  );
  add(ldk.MessageSendEvent_SendFundingCreated, (to, from, e) =>
    to.handle_funding_created(from, e.msg),
  );
  add(ldk.MessageSendEvent_SendFundingSigned, (to, from, e) =>
    to.handle_funding_signed(from, e.msg),
  );
  add(ldk.MessageSendEvent_SendChannelReady, (to, from, e) => to.handle_channel_ready(from, e.msg));
  add(ldk.MessageSendEvent_SendAnnouncementSignatures, (to, from, e) =>
    to.handle_announcement_signatures(from, e.msg),
  );
  add(ldk.MessageSendEvent_SendChannelReestablish, (to, from, e) =>
    to.handle_channel_reestablish(from, e.msg),
  );
  add(ldk.MessageSendEvent_SendChannelUpdate, (to, from, e) =>
    to.handle_channel_update(from, e.msg),
  );
  add(ldk.MessageSendEvent_SendShutdown, (to, from, e) => to.handle_shutdown(from, e.msg));
  add(ldk.MessageSendEvent_SendClosingSigned, (to, from, e) =>
    to.handle_closing_signed(from, e.msg),
  );
  add(ldk.MessageSendEvent_SendRevokeAndACK, (to, from, e) =>
    to.handle_revoke_and_ack(from, e.msg),
  );
  add(ldk.MessageSendEvent_UpdateHTLCs, (to, from, { node_id, updates }) => {
    for (const htlc of updates.get_update_add_htlcs()) {
      onHtlc({ from, to: node_id }, htlc);
      to.handle_update_add_htlc(from, htlc);
    }
    for (const message of updates.get_update_fulfill_htlcs()) {
      to.handle_update_fulfill_htlc(from, message);
    }
    for (const message of updates.get_update_fail_htlcs()) {
      to.handle_update_fail_htlc(from, message);
    }
    for (const message of updates.get_update_fail_malformed_htlcs()) {
      to.handle_update_fail_malformed_htlc(from, message);
    }
    to.handle_commitment_signed(from, updates.get_commitment_signed());
  });
  return table;
}
