const SIZE = 32;
let shown = '';

/** The icon of the tab: a closed switch, or how many are open. */
export function setFavicon(open: number): void {
  const text = open === 0 ? '' : open > 99 ? '99+' : String(open);
  if (text === shown) return;
  shown = text;
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  const drawn = text && draw(text);
  link.type = drawn ? 'image/png' : 'image/svg+xml';
  link.href = drawn || (open === 0 ? '/favicon-calm.svg' : '/favicon.svg');
}

/** White on deep red in both looks: nobody knows the colour of the tabs. */
function draw(text: string): string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const ctx = canvas.getContext('2d');
  if (!ctx) return '';
  ctx.fillStyle = '#a31f17';
  ctx.roundRect(0, 0, SIZE, SIZE, 7);
  ctx.fill();
  ctx.fillStyle = '#ffffff';
  ctx.font = `bold ${text.length === 1 ? 24 : text.length === 2 ? 20 : 14}px Inter, system-ui, sans-serif`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, SIZE / 2, SIZE / 2 + 2);
  return canvas.toDataURL('image/png');
}
