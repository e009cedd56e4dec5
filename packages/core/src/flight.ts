/** What a plain call needs of the circuit it went through. */
interface Landing {
  succeeded(generation: number): void;
  failed(generation: number, error: unknown): void;
}

/**
 * A plain call under way: which circuit it went through, and in which era, so that a late result is known as one. Its
 * two handlers serve one call after the other, whatever breaker they are for: neither a call nor a breaker has closures
 * of its own. A call that never settles keeps its flight, and takes it along when it is collected.
 */
export interface Flight {
  circuit: Landing | null;
  generation: number;
  next: Flight | null;
  ok: <T>(value: T) => T;
  failed: (error: unknown) => never;
}

/** Free flights kept for the next calls; enough unless more calls than this are under way at once, all breakers together. */
const KEPT_AT_MOST = 1_000;
let kept = 0;
let free: Flight | null = null;

export function takeOff(circuit: Landing, generation: number): Flight {
  const flight = free;
  if (flight === null) return newFlight(circuit, generation);
  free = flight.next;
  kept--;
  flight.circuit = circuit;
  flight.generation = generation;
  return flight;
}

function newFlight(circuit: Landing, generation: number): Flight {
  const flight: Flight = {
    circuit,
    generation,
    next: null,
    ok: (value) => {
      land(flight)?.succeeded(flight.generation);
      return value;
    },
    failed: (error) => {
      land(flight)?.failed(flight.generation, error);
      throw error;
    },
  };
  return flight;
}

/** The circuit, once: a promise that somebody patched to call its handlers twice must not count twice. */
function land(flight: Flight): Landing | null {
  const { circuit } = flight;
  flight.circuit = null;
  if (circuit !== null && kept < KEPT_AT_MOST) {
    kept++;
    flight.next = free;
    free = flight;
  }
  return circuit;
}
