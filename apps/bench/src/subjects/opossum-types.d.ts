// opossum ships no types. This is the part that the bench touches.
declare module 'opossum9' {
  export interface OpossumOptions {
    name?: string;
    timeout?: number | false;
    resetTimeout?: number;
    errorThresholdPercentage?: number;
    rollingCountTimeout?: number;
    rollingCountBuckets?: number;
    volumeThreshold?: number;
  }
  export default class CircuitBreaker {
    constructor(action: (...given: never[]) => unknown, options?: OpossumOptions);
    fire(...given: unknown[]): Promise<unknown>;
    fallback(answer: () => unknown): this;
    shutdown(): void;
  }
}
declare module 'opossum10' {
  export { default, type OpossumOptions } from 'opossum9';
}
