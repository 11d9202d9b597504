/** All services of a served lnd, put together from the files that answer their RPCs. */
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { ChannelGraph } from '../../generated/services/graph.ts';
import { InvoicesService } from '../../generated/services/invoices.ts';
import {
  type LightningServer,
  LightningService,
  StateService,
} from '../../generated/services/lightning.ts';
import { RouterService } from '../../generated/services/router.ts';
import { channelMethods } from './channel-methods.ts';
import { customMessageMethods } from './custom-message-methods.ts';
import { forwardingMethods } from './forwarding-methods.ts';
import { graphMethods } from './graph-methods.ts';
import { infoMethods, stateMethods } from './info-methods.ts';
import { InvoiceWaitingRoom, invoicesMethods, lightningInvoiceMethods } from './invoice-methods.ts';
import { paymentMethods } from './payment-methods.ts';
import { policyMethods } from './policy-methods.ts';
import { routerMethods } from './router-methods.ts';
import { notSimulated } from './rpc-error.ts';
import { type CallGate, implement, type Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

export interface ServableService {
  readonly definition: ServiceDefinition;
  readonly handlers: UntypedServiceImplementation;
}

export function servicesOf(served: ServedNode, gate: CallGate): readonly ServableService[] {
  const waiting = new InvoiceWaitingRoom();
  const lightning: Methods<typeof LightningService, LightningServer> = {
    ...infoMethods(served),
    ...graphMethods(served),
    ...channelMethods(served),
    ...policyMethods(served),
    ...forwardingMethods(served),
    ...customMessageMethods(served),
    ...paymentMethods(served),
    ...lightningInvoiceMethods(served, waiting),
    queryRoutes: () => {
      throw notSimulated('QueryRoutes', 'search the graph that DescribeGraph returns');
    },
  };
  const service = (definition: ServiceDefinition, methods: object): ServableService => ({
    definition,
    handlers: implement(definition, methods as Readonly<Record<string, unknown>>, gate),
  });
  return [
    service(StateService, stateMethods(served.reported)),
    service(lightningDefinition(served), lightning),
    service(RouterService, routerMethods(served)),
    service(InvoicesService, invoicesMethods(served, waiting)),
  ];
}

/** DescribeGraph's answer is megabytes, and encoded once per version of the graph. */
function lightningDefinition(served: ServedNode): ServiceDefinition {
  return {
    ...LightningService,
    describeGraph: {
      ...LightningService.describeGraph,
      responseSerialize: (message: ChannelGraph): Buffer => served.graph.encode(message),
    },
  };
}
