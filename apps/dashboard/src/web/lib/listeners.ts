export interface Listeners<T = void> {
  readonly add: (listener: (value: T) => void) => () => void;
  readonly emit: (value: T) => void;
}

/** The one way in which anything here says "I changed". */
export function createListeners<T = void>(): Listeners<T> {
  const all = new Set<(value: T) => void>();
  return {
    add(listener) {
      all.add(listener);
      return () => {
        all.delete(listener);
      };
    },
    emit(value) {
      for (const listener of [...all]) listener(value);
    },
  };
}
