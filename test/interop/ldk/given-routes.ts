/** LDK asks a router for each payment's route; this one answers with the route that it was given beforehand. */
import type { Result_RouteLightningErrorZ, Route, Router } from 'lightningdevkit';
import type { LdkModule } from '../../../bench/ldk/load-ldk.ts';

export class GivenRoutes {
  readonly router: Router;
  readonly #ldk: LdkModule;
  #next: Route | undefined;

  constructor(ldk: LdkModule) {
    this.#ldk = ldk;
    this.router = ldk.Router.new_impl({
      find_route: () => this.#answer(),
      find_route_with_id: () => this.#answer(),
      create_blinded_payment_paths: () =>
        ldk.Result_CVec_BlindedPaymentPathZNoneZ.constructor_err(),
    });
  }

  /** What the next payment will take. */
  give(route: Route): void {
    this.#next = route;
  }

  #answer(): Result_RouteLightningErrorZ {
    const ldk = this.#ldk;
    const route = this.#next;
    this.#next = undefined;
    if (route !== undefined) return ldk.Result_RouteLightningErrorZ.constructor_ok(route);
    const error = ldk.LightningError.constructor_new(
      'no route was given',
      ldk.ErrorAction.constructor_ignore_error(),
    );
    return ldk.Result_RouteLightningErrorZ.constructor_err(error);
  }
}
