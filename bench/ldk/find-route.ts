/** LDK's `find_route` for single-path payments, with the two scorers that it ships. */
import type {
  Logger,
  NetworkGraph,
  ProbabilisticScoringFeeParameters,
  Result_RouteLightningErrorZ,
  RouteHop,
  ScoreLookUp,
} from 'lightningdevkit';
import type { NodeId } from '../../src/units/ids.ts';
import { type LdkModule, silentLogger } from './load-ldk.ts';
import { nodeKey } from './node-key.ts';

export type LdkScoring = 'zero penalty' | 'probabilistic';

/** As Ballast's searches are bounded; LDK's own default is 1,008. */
const MAX_TOTAL_CLTV_BLOCKS = 2016;
/** As Ballast's default. */
export const FINAL_CLTV_DELTA = 43;
const SEED_BYTES = 32;

export class LdkRouter {
  readonly #ldk: LdkModule;
  readonly #graph: NetworkGraph;
  readonly #logger: Logger;
  readonly #scorer: ScoreLookUp;
  readonly #scoreTerms: ProbabilisticScoringFeeParameters;
  readonly #seed = new Uint8Array(SEED_BYTES);

  constructor(ldk: LdkModule, graph: NetworkGraph, scoring: LdkScoring) {
    this.#ldk = ldk;
    this.#graph = graph;
    this.#logger = silentLogger(ldk);
    this.#scoreTerms = ldk.ProbabilisticScoringFeeParameters.constructor_default();
    this.#scorer = scoring === 'zero penalty' ? this.#zeroPenalty() : this.#probabilistic();
  }

  #zeroPenalty(): ScoreLookUp {
    return this.#ldk.FixedPenaltyScorer.constructor_with_penalty(0n).as_ScoreLookUp();
  }

  #probabilistic(): ScoreLookUp {
    const decay = this.#ldk.ProbabilisticScoringDecayParameters.constructor_default();
    return this.#ldk.ProbabilisticScorer.constructor_new(
      decay,
      this.#graph,
      this.#logger,
    ).as_ScoreLookUp();
  }

  /** A question in LDK's form, to be made before the clock runs. */
  question(pair: {
    from: NodeId;
    to: NodeId;
    amountMsat: bigint;
  }): () => Result_RouteLightningErrorZ {
    const ldk = this.#ldk;
    const payer = Buffer.from(nodeKey(pair.from), 'hex');
    const payment = ldk.PaymentParameters.constructor_from_node_id(
      Buffer.from(nodeKey(pair.to), 'hex'),
      FINAL_CLTV_DELTA,
    );
    payment.set_max_path_count(1);
    payment.set_max_channel_saturation_power_of_half(0);
    payment.set_max_total_cltv_expiry_delta(MAX_TOTAL_CLTV_BLOCKS);
    const terms = ldk.RouteParameters.constructor_new(
      payment,
      pair.amountMsat,
      ldk.Option_u64Z.constructor_none(),
    );
    return () =>
      ldk.UtilMethods.constructor_find_route(
        payer,
        terms,
        this.#graph,
        null,
        this.#logger,
        this.#scorer,
        this.#scoreTerms,
        this.#seed,
      );
  }

  /** The one path of the route, or `null` where LDK found none. */
  hops(result: Result_RouteLightningErrorZ): readonly RouteHop[] | null {
    if (!(result instanceof this.#ldk.Result_RouteLightningErrorZ_OK)) return null;
    const paths = result.res.get_paths();
    if (paths.length !== 1) throw new Error('LDK split a payment that must not be split');
    return paths[0]!.get_hops();
  }

  /** Fees of the route in msat, or `null` where LDK found none. */
  feeMsat(result: Result_RouteLightningErrorZ): number | null {
    if (!(result instanceof this.#ldk.Result_RouteLightningErrorZ_OK)) return null;
    return Number(result.res.get_total_fees());
  }
}
