import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../lib/print.ts';
import { refreshPalette } from '../lib/palette.ts';
import { connection } from '../live/live.ts';
import { App } from './app.tsx';
import '@cb/timeline/colours.css';
import './font.css';
import './theme.css';
import './app.css';
import './access.css';
import './print.css';

/** The list is on its way already. A page without it would be drawn twice, and jump; one that waits longer is empty. */
const PATIENCE_MS = 150;

const listed = connection.open();
// Canvas text is measured in the page's own font: paint again once it is there.
void document.fonts.ready.then(refreshPalette);

const root = document.getElementById('root');
void Promise.race([listed, new Promise((over) => setTimeout(over, PATIENCE_MS))]).then(() => {
  if (root === null) return;
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
});
