import { paintNow } from './painter.ts';
import { refreshPalette } from './palette.ts';
import { setOnPaper } from './paper.ts';

/**
 * A canvas is printed as it was last painted: in the colours and the width of the screen. So everything is laid out and
 * painted for paper before the browser prints, and for the screen again afterwards. Chromium says so with an event; the
 * query is for those who only look at what it would be like.
 */
function lay(paper: boolean): void {
  setOnPaper(paper);
  refreshPalette();
  paintNow();
}

const query = matchMedia('print');
query.addEventListener('change', () => lay(query.matches));
addEventListener('beforeprint', () => lay(true));
addEventListener('afterprint', () => lay(false));
