// The limiter of an executor that was given none: it tells its executor when there may be a token for the next call.
import { CapacityLimiter } from "corio";

export class ThreadLimiter extends CapacityLimiter {
  /** Whom to tell. */
  freed: () => void = () => {};

  override get total(): number {
    return super.total;
  }

  override set total(total: number) {
    super.total = total;
    this.freed();
  }

  override release(borrower?: object): void {
    super.release(borrower);
    this.freed();
  }
}
