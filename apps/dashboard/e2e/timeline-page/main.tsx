import { BreakerTimeline, type BreakerTimelineProps, useBreakerTimeline } from '@cb/timeline';
import { type ReactElement, StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import '@cb/timeline/style.css';

/** What the test says by the address of the page. */
const asked = new URLSearchParams(location.search);

function Live(): ReactElement {
  const data = useBreakerTimeline({
    url: asked.get('url') ?? '',
    token: asked.get('secret') ?? undefined,
    service: 'checkout',
    breaker: asked.getAll('breaker'),
    spanMs: 300_000,
    refreshMs: 1_000,
  });
  return <BreakerTimeline {...data} />;
}

/** `many` segments of 6 ms each, too many for an address. */
function manyOf(count: number, fromMs: number): BreakerTimelineProps['lanes'] {
  const segments = Array.from({ length: count }, (_, at) => ({
    state: at % 2 === 0 ? ('open' as const) : ('closed' as const),
    fromMs: fromMs + at * 6,
  }));
  return [{ label: 'busy', segments }];
}

const given = JSON.parse(asked.get('props') ?? '{}') as BreakerTimelineProps;
const lanes = asked.has('many') ? manyOf(Number(asked.get('many')), given.fromMs) : given.lanes;

function Fixed(): ReactElement {
  const select = (chosen: unknown): void => {
    document.title = JSON.stringify(chosen);
  };
  return <BreakerTimeline {...given} lanes={lanes} onSelect={select} />;
}

const container = document.getElementById('root');
if (container) {
  const tree = <StrictMode>{asked.has('url') ? <Live /> : <Fixed />}</StrictMode>;
  if (asked.has('hydrate')) {
    container.innerHTML = renderToString(tree);
    hydrateRoot(container, tree, { onRecoverableError: (error) => console.error(String(error)) });
  } else {
    const root = createRoot(container);
    root.render(tree);
    document.addEventListener('unmount', () => root.unmount());
  }
}
