import { CASES } from '../cases.ts';
import type { Row } from '../row.ts';
import { SUBJECT_NAMES } from '../subjects/index.ts';
import { cell } from './cell.ts';
import { verdicts } from './goals.ts';
import { NOT_SHOWN, wrapped } from './limits.ts';
import { type Circumstances, describe } from './machine.ts';

/** `docs/performance.md`, whole. The prose lives here so that a new run cannot leave old sentences beside new figures. */
export function docsPage(rows: readonly Row[], about: Circumstances): string {
  return `# What a breaker costs

Written by \`npm run bench\`: do not edit, run it again. ${describe(about)}

Absolute figures depend on the machine and the minute. The ratios, in brackets, are to the bare call **of the same run**;
they are what should be compared.

${resultsTable(rows)}

"–" means that the library has no such thing: opossum has no count window, mollitia's time window cannot be compared
(it costs about a hundred microseconds a call), cockatiel and mollitia have no default breaker, only \`@cb/core\` has a
synchronous way and a group of breakers (beside which "bare" is a plain \`Map\`). Memory is "idle / after 100 calls". Live load is
the share of time in which the event loop was busy. opossum runs without its time limit, except under "defaults", because no
other breaker here has one built in.

## Goals

${goalsTable(rows)}

## How it is measured

- One child process per library and case. An optimiser that has seen two libraries in one process treats the second
  worse.
- The call is \`await call()\` around an async function that resolves at once, in a sequential loop. Chunks of 5,000 calls,
  an event-loop turn between them; a process reports the median chunk.
- Calls of a client go to a stub instead of a network. \`@cb/core\` is there by its adapter (\`@cb/axios\`, \`@cb/fetch\`) with a breaker
  per origin, the others by their usual recipe, one breaker around the client's call. The figure is CPU time of the process.
- Rounds are interleaved: every library in round 1, then every library in round 2. A slow minute hits all. The table
  shows the median round.
- Every case checks itself: in a closed circuit each call must have run, in an open one none may have.
- All failures are one and the same error object. Making an error with a stack costs more than most breakers.
- "In the window": the breaker is filled with that many successes, then failing calls are timed; nothing can open it.
  cockatiel's is a count window, the others' is a window of a minute.
- Live load: a timer starts five calls a millisecond, which are answered in the next one; every fiftieth fails. The
  window is filled beforehand with ten seconds' worth of calls. The figure is the median of slices of 200 ms. That of the bare call is mostly
  the timer, which is in the others too. Event-loop time is wall time, so a busy machine makes it larger: the JSON has the CPU time
  beside it, which is the whole process's, compiler and collector included.
- Allocated bytes: growth of the heap over 2,000 calls that no collection interrupts, awaiting loop included.
- Acquire and succeed: the run fails if a clock is read. Look-up: 10,000 ready-made keys, far from insertion order.
- Memory: 10,000 breakers, three collections before each reading, \`heapUsed + external\` (which holds the array buffers),
  names not counted. CPU: the process's own time over three seconds, as a share of one core. Memory, allocation and idle CPU are
  measured in the first round only.

## Traps

- **A ratio to a fast loop is not a ratio to your call.** A request over the network takes 10,000 times longer than any
  breaker here. The closed cost matters in hot in-process paths and in what is left for the garbage collector.
- **Failures are the case to look at.** A breaker that is fast while all is well, and walks or sorts its window on every
  failure, is slowest during the outage it is there for.
- **The clock is expensive.** One read costs about as much as the rest of a call. A count window needs none, a time
  window one, a slow-call rule two: that is most of the difference between the first three lines.
- **Throwing is expensive.** A refusal is mostly the error: its stack, and the bookkeeping of a rejected promise that
  nobody awaits yet. Compare refusals with the same \`Error.stackTraceLimit\`.
- **A warm loop flatters.** Real callers are many and different; calls that the optimiser can inline here may not be there.
- **Empty windows flatter too.** Fill them before timing, and keep the circuit closed while you do.
- **Configurations are never quite alike.** opossum keeps latency percentiles and emits events for every call; \`@cb/core\`
  keeps the outcomes of the last 100 calls once one has failed, so that it can say why it opened.

## What it does not show

${wrapped(NOT_SHOWN.replace('What it does not show: r', 'R'))}
`;
}

function resultsTable(rows: readonly Row[]): string {
  const header = `| | ${SUBJECT_NAMES.join(' | ')} |\n|---|${SUBJECT_NAMES.map(() => '---:|').join('')}`;
  const lines = CASES.filter(({ name }) => rows.some((row) => row.case === name)).map(({ name, title }) => {
    const cells = SUBJECT_NAMES.map((subject) =>
      cell(rows.find((row) => row.case === name && row.subject === subject)),
    );
    return `| ${title} | ${cells.join(' | ')} |`;
  });
  return [header, ...lines].join('\n');
}

function goalsTable(rows: readonly Row[]): string {
  const lines = verdicts(rows).map(({ says, limit, result }) => {
    const answer =
      result === undefined ? 'not measured' : `${result.text}${result.reached ? '' : ' (**not reached**)'}`;
    return `| ${says} | ${limit} | ${answer} |`;
  });
  return ['| | at most | measured |', '|---|---:|---:|', ...lines].join('\n');
}
